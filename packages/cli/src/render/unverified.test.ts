/** Every command that shows a number based on an unpublished constant says so. */

import { expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const run = (args: string, input = "") => runInMemory(args.split(" "), { cwd: "/", input });
const AYA = "unverified: Aya Vision 32B: tile, maxTiles, contextTokens";

test.each([
	["count --image 99x99 -m aya-vision-32b", AYA],
	["compare --image 99x99 --models aya-vision-32b,llava-1.5-7b", AYA],
	["fit --aspect 1:1 -t 900 -m aya-vision-32b", AYA],
	["count --video 640x480@24:2 -m nova-lite", "unverified: Amazon Nova Lite: frameTokens"],
	["models nova-lite", "unverified      frameTokens"],
] as const)("%s", async (args, said) => {
	expect((await run(args)).out).toContain(said);
});

test("compare for machines has the names too", async () => {
	const args = "compare --image 99x99 --models aya-vision-32b,llava-1.5-7b";
	const { models } = JSON.parse((await run(`${args} --json`)).out);
	expect(models.map(({ unverified }: { unverified?: string[] }) => unverified)).toEqual([
		["tile", "maxTiles", "contextTokens"],
		undefined,
	]);
	expect((await run(`${args} --csv`)).out).toContain(",tile maxTiles contextTokens,");
});

test("models: the list names the properties, one model the rows they stand in", async () => {
	expect((await runInMemory(["models"], { cwd: "/", columns: 200 })).out).toMatch(
		/\naya-vision-32b .*tile, maxTiles, contextTokens, layers/,
	);
	const wide = await runInMemory(["models", "aya-vision-32b"], { cwd: "/", columns: 300 });
	expect(wide.out).toContain("Aya Expanse 32B (Aya Vision 32B): layers");
	expect(JSON.parse((await run("models aya-vision-32b --json")).out).unverifiedFacts).toHaveLength(3);
});

test("plan and curriculum: the model, its parts and the accelerator", async () => {
	const request = "model: aya-vision-32b\nhardware: {accelerator: b200}\n";
	const { out } = await run("plan -", request);
	expect(out).toContain(AYA);
	expect(out).toContain("unverified: NVIDIA B200 SXM 180 GB: bandwidthBytesPerSecond");
	expect((await run("curriculum -", request)).out).toMatch(/unverified:\n {2}- "?Aya Vision 32B/);
});

test("nothing is said of a model that was read", async () => {
	for (const args of ["count --image 99x99 -m llava-1.5-7b", "count --image 99x99 -m gpt-4o"]) {
		expect((await run(args)).out).not.toContain("unverified");
	}
});
