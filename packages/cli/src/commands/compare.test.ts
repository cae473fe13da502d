/**
 * `onevision compare` from the user's side: what models cost, the best settings under a limit, narrow terminals, CSV.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, gray } from "@onevision/draw";
import { encodePng } from "@onevision/media/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { displayWidth } from "../render/table.ts";
import { runInMemory } from "../testing/terminal.ts";

let folder = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "onevision-compare-"));
	for (const [name, width, height] of [
		["a.png", 1600, 1200],
		["b-with-a-long-name.png", 400, 300],
	] as const) {
		writeFileSync(join(folder, name), await encodePng(blankImage({ width, height }, gray(90))));
	}
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Splits the line into words at spaces. */
const onevision = (line: string, columns = 80) => runInMemory(line.split(" "), { cwd: folder, columns });
const json = async (line: string) => JSON.parse((await onevision(`${line} --json`)).out);
const CLIP = "--video 1280x720@30:20";

describe("what models cost", () => {
	test("tokens, context, price and first token, with what they rest on", async () => {
		const { out, status } = await onevision("compare a.png --models llava-1.5-7b,qwen2.5-vl,gpt-4o,grok-4");
		expect(status).toBe(0);
		expect(out).toMatchInlineSnapshot(`
			"one request: a.png

			                visual       of  USD per    first
			model           tokens  context    1,000    token
			llava-1.5-7b       576     20 %   $0.079  19.5 ms
			qwen2.5-vl-7b    2,451    2.1 %    $0.17   100 ms
			gpt-4o             765    0.8 %    $3.51  unknown
			grok-4         ≤ 1,792    0.8 %    $7.68  unknown

			USD per 1,000 requests: open models at $4.29 an accelerator-hour (--price),
			always busy, in batches of 16 (--batch) or as many as fit; closed models by list
			price; each with 128 tokens of prompt and 128 of answer (--prompt, --answer)
			first token: an estimate for the default h100-sxm, NVIDIA H100 SXM5 80 GB
			(--accelerator), as few as hold the model and the largest request, at 50 % of
			peak
			of context: media, prompt and answer
			unverified: Grok 4: tileTokens, mostTiles
			"
		`);
	});

	test("several requests: median and largest, then counts by file", async () => {
		const { out } = await onevision(
			"compare a.png b-with-a-long-name.png --video 640x480@24:4 --models llava-1.5-7b,qwen2.5-vl",
		);
		expect(out).toMatchInlineSnapshot(`
			"3 requests, one medium each

			               median  largest       of  USD per    first
			model          tokens   tokens  context    1,000    token  refused
			llava-1.5-7b      576      576     20 %   $0.079  19.5 ms    1 [1]
			qwen2.5-vl-7b   1,564    2,451    2.1 %    $0.12  62.6 ms

			                      b-with-a-
			                      long-name
			visual tokens  a.png       .png  640x480@24:4
			llava-1.5-7b     576        576           [1]
			qwen2.5-vl-7b  2,451        154         1,564

			USD per 1,000 requests, mean: open models at $4.29 an accelerator-hour
			(--price), always busy, in batches of 16 (--batch) or as many as fit; each with
			128 tokens of prompt and 128 of answer (--prompt, --answer)
			first token, median: an estimate for the default h100-sxm, NVIDIA H100 SXM5 80
			GB (--accelerator), as few as hold the model and the largest request, at 50 % of
			peak
			of context: media, prompt and answer of the largest request
			videos: sampled as the model's card does; --as-is takes every frame where
			transformers by itself does
			[1] takes no video
			"
		`);
	});

	test("the hardware, its price, the batch and the text are the asker's", async () => {
		const line = "compare a.png --models qwen2.5-vl";
		const { models, assumptions } = await json(line);
		const slower = await json(`${line} --accelerator L4 --price 1 --batch 1 --prompt 1000 --answer 0`);
		expect(assumptions).toMatchObject({ accelerator: "h100-sxm", requestBatch: 16, promptTokens: 128 });
		expect(slower.assumptions).toMatchObject({
			accelerator: "l4",
			usdPerAcceleratorHour: 1,
			requestBatch: 1,
			promptTokens: 1000,
			answerTokens: 0,
		});
		const [fast, slow] = [models[0], slower.models[0]];
		expect(slow.secondsToFirstToken.p50).toBeGreaterThan(5 * fast.secondsToFirstToken.p50);
		expect(slow.contextTokens.max - fast.contextTokens.max).toBe(1000 - 256);
		// Without an answer, the price is that of prefill alone.
		expect(slow.usdPer1000Requests).toBeCloseTo((1000 * slow.secondsToFirstToken.p50) / 3600, 6);
	});

	test("an accelerator without a price leaves the price unknown", async () => {
		const { out } = await onevision("compare a.png --models qwen2.5-vl --accelerator l40s");
		expect(out).toMatch(/qwen2\.5-vl-7b .* unknown/);
		expect(out).toContain("no price of l40s is listed");
	});

	test("what overflows its context is marked", async () => {
		const line = `compare ${CLIP} --as-is --models llava-onevision,qwen2.5-vl`;
		const { out } = await onevision(line);
		expect(out).toMatch(/llava-onevision-qwen2-7b-ov\s+117,601 over\s+360 %/);
		expect(out).toContain("over its context of 32,768");
		const { models } = await json(line);
		expect(models[0]).toMatchObject({ overContextRequests: 1, contextWindowTokens: 32_768 });
		expect(models[0].shareOfContext).toBeGreaterThan(3.5);
	});

	test("all models, open and closed, count an image", async () => {
		const { models } = await json("compare --image 1024x768 --models all");
		expect(models.length).toBeGreaterThan(250);
		expect(models.filter(({ refusedRequests }: { refusedRequests: number }) => refusedRequests > 0)).toEqual(
			[],
		);
	});
});

describe("--under", () => {
	interface Model {
		readonly model: string;
		readonly kind: string;
		readonly qualityKept?: number;
		readonly changedSettings: Readonly<Record<string, unknown>>;
		readonly overLimitRequests: number;
		readonly overContextRequests: number;
		readonly refusedRequests: number;
		readonly requests: number;
		readonly visualTokens?: { readonly max: number };
	}

	test.each([
		["a.png b-with-a-long-name.png", 2000],
		["a.png b-with-a-long-name.png", 300],
		[CLIP, 1500],
		[`a.png ${CLIP} --together`, 3000],
	])("%s under %i: what is not marked as over fits, counted again", async (media, limit) => {
		const { models } = (await json(`compare ${media} --models all --under ${limit}`)) as {
			models: readonly Model[];
		};
		for (const { model, visualTokens, overLimitRequests, changedSettings } of models) {
			if (visualTokens === undefined) continue;
			expect(overLimitRequests > 0, model).toBe(visualTokens.max > limit);
			expect(Object.keys(changedSettings), model).not.toContain("parity");
		}
		const fitting = models.filter(
			({ kind, overLimitRequests, visualTokens }) =>
				kind === "open" && overLimitRequests === 0 && visualTokens !== undefined,
		);
		expect(fitting.length).toBeGreaterThan(20);
		// The printed settings are the ones counted.
		for (const { model, changedSettings, visualTokens } of fitting.filter((_, index) => index % 9 === 0)) {
			const set = Object.entries(changedSettings).map(([key, value]) => `--set ${key}=${value}`);
			const files = media.replaceAll("--together", "");
			const together = media.includes("--together") ? ["--together"] : [];
			const counted = await json(["count", files.trim(), ...together, "-m", model, ...set].join(" "));
			expect(counted.summary.visualTokens.max, model).toBe(visualTokens?.max);
		}
	});

	test("most quality kept first, then closed models, then what is over", async () => {
		const { models } = (await json("compare a.png --models all --under 1000")) as { models: Model[] };
		const group = ({ kind, overLimitRequests, overContextRequests }: Model): number =>
			overLimitRequests + overContextRequests > 0 ? 2 : kind === "closed" ? 1 : 0;
		const groups = models.map(group);
		expect(groups).toEqual([...groups].sort());
		const kept = models.filter((model) => group(model) === 0).map(({ qualityKept = 0 }) => qualityKept);
		expect(kept).toEqual([...kept].sort((a, b) => b - a));
	});

	test("a model that cannot get under the limit is marked, with what comes nearest", async () => {
		const { out } = await onevision("compare a.png --models paligemma-3b-896,qwen2.5-vl --under 1000");
		// The quality kept is tested with fidelity, so it is masked here.
		expect(out.replace(/(qwen2\.5-vl-7b +)\d+ %/, "$1?? %").split("\n\n")[1]).toMatchInlineSnapshot(`
			"                  quality  visual       of  USD per    first
			model                kept  tokens  context    1,000    token
			qwen2.5-vl-7b        ?? %     999    1.0 %   $0.095  41.4 ms
			  max_pixels=819280
			paligemma-3b-896     over   4,096     53 %   $0.074  47.6 ms
			  over the limit"
		`);
	});

	test("settings as they are win where nothing is better", async () => {
		const { models } = await json("compare b-with-a-long-name.png --models qwen2.5-vl --under 100000");
		expect(models[0].changedSettings).toEqual({});
	});

	test("the context is a limit too", async () => {
		const { models } = await json(
			`compare ${CLIP} --models video-llava-7b,llava-next-video-7b --under 50000`,
		);
		expect(models.map(({ overContextRequests }: Model) => overContextRequests)).toEqual([0, 0]);
	});

	test("a refused request keeps nothing", async () => {
		const both = await json(`compare a.png ${CLIP} --models llava-1.5-7b --under 1000`);
		const image = await json("compare a.png --models llava-1.5-7b --under 1000");
		expect(both.models[0].qualityKept).toBeCloseTo(image.models[0].qualityKept / 2, 12);
	});
});

test.each([60, 80])("no line is wider than %i columns", async (columns) => {
	for (const line of [
		"compare a.png b-with-a-long-name.png --models usual",
		`compare a.png b-with-a-long-name.png ${CLIP} --models all --under 700 --rows`,
		`count a.png b-with-a-long-name.png ${CLIP}`,
		`count a.png ${CLIP} -m gemini-3-pro`,
		"fit --video 1280x720@30:60 --tokens 6000",
		"models",
		"models qwen2.5-vl-7b",
		"models llava-onevision",
		"models gpt-6-astra",
		"inspect a.png --out page.png",
	]) {
		const { out, status } = await onevision(line, columns);
		expect(status, line).toBe(0);
		expect(
			out.split("\n").filter((each) => displayWidth(each) > columns),
			line,
		).toEqual([]);
	}
});

describe("--csv", () => {
	test("a row per model, as many fields in each", async () => {
		const { out } = await onevision(
			`compare ${CLIP} --models llava-1.5-7b,qwen2.5-vl,gpt-4o --under 900 --csv`,
		);
		const rows = out.trimEnd().split("\n");
		const titles = rows[0]?.split(",") ?? [];
		expect(rows.map((row) => row.split(",").length)).toEqual(rows.map(() => titles.length));
		const cell = (row: number, title: string) => rows[row]?.split(",")[titles.indexOf(title)];
		expect(cell(1, "model")).toBe("qwen2.5-vl-7b");
		expect(Number(cell(1, "visual_tokens_max"))).toBeLessThanOrEqual(900);
		expect(cell(1, "changed_settings")).toMatch(/^num_frames=\d+/);
		expect([2, 3].map((row) => [cell(row, "refused_requests"), cell(row, "visual_tokens_max")])).toEqual([
			["1", ""],
			["1", ""],
		]);
	});
});

test.each([
	["compare a.png --under 0", /--under 0: expected a whole number from 1/],
	["compare a.png --under many", /--under many/],
	["compare a.png --accelerator h10-sxm", /did you mean h100-sxm\?/],
	["compare a.png --price cheap", /--price cheap: expected a number from 0/],
	["compare a.png --batch 0", /--batch 0: expected a whole number from 1/],
	["compare a.png --answer -1", /--answer -1: expected a whole number from 0/],
	["compare a.png --models qwen2.5-vll", /did you mean qwen2\.5-vl\?/],
	["compare missing.png", /no media to read/],
])("refused: %s", async (line, message) => {
	const { out, err, status } = await onevision(line);
	expect([status, out]).toEqual([1, ""]);
	expect(err).toMatch(message);
	expect(err.trimEnd().split("\n")).toHaveLength(1);
});
