/** Statistics of paired runs, and the pages in experiments/: equal to what their results say. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { experimentPage } from "./page.ts";
import { readResults } from "./results.ts";
import { conditionOf, parseExperiment, readExperiment } from "./spec.ts";
import { isSeen, pairedDifference } from "./statistics.ts";

const EXPERIMENTS = fileURLToPath(new URL("../../../../experiments", import.meta.url));
const folders = readdirSync(EXPERIMENTS).filter((name) =>
	existsSync(join(EXPERIMENTS, name, "experiment.yaml")),
);

test.each(folders)("the page of %s is made from its results", async (name) => {
	const folder = join(EXPERIMENTS, name);
	const experiment = await readExperiment(folder);
	const results = await readResults(folder);
	expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(experimentPage(experiment, results));
	for (const { arm } of results) expect(Object.keys(experiment.spec.arms)).toContain(arm);
});

test("t intervals are those of R: t.test(c(.1, .3, .2, .4, .25))", () => {
	const difference = pairedDifference([0.1, 0.3, 0.2, 0.4, 0.25]);
	expect(difference.mean).toBeCloseTo(0.25, 12);
	expect(difference.t?.low).toBeCloseTo(0.111_2, 3);
	expect(difference.t?.high).toBeCloseTo(0.388_8, 3);
	expect(difference.bootstrap.low).toBeGreaterThan(difference.t?.low ?? 1);
	expect(isSeen(difference)).toBe(true);
	expect(isSeen(pairedDifference([0.1, -0.1, 0.05]))).toBe(false);
	expect(pairedDifference([0.1]).t).toBeUndefined();
});

test("a specification that names what is not there is refused", () => {
	const written = readFileSync(join(EXPERIMENTS, "packing/experiment.yaml"), "utf8");
	const experiment = parseExperiment(written, "packing", "experiment.yaml");
	expect(conditionOf(experiment, "packed")).toEqual({ arm: "packed", evaluation: "plain" });
	expect(() => conditionOf(experiment, "packd")).toThrow(/no arm "packd"; there are packed, padded/);
	const changed = (from: string, to: string) => () =>
		parseExperiment(written.replace(from, to), "packing", "experiment.yaml");
	expect(changed("  - video.first", "  - video.frist")).toThrow(/did you mean video.first/);
	expect(changed("cells: 2", "cels: 2")).toThrow(/cels/);
	expect(changed("title:", ": [")).toThrow(/experiment.yaml: /);
});
