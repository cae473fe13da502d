/** The command line from the user's side: what it prints, where, and with which exit status. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInMemory } from "./testing/terminal.ts";

let folder = "";
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "onevision-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const onevision = (args: readonly string[], input = "") => runInMemory(args, { cwd: folder, input });
const json = async (args: readonly string[]) => JSON.parse((await onevision([...args, "--json"])).out);

/** Writes a file to the scratch folder and returns its name. */
function file(name: string, content: string | Uint8Array): string {
	writeFileSync(join(folder, name), content);
	return name;
}

/** A PNG header for a size in px, enough for header readers. */
function pngHeader(width: number, height: number): Uint8Array {
	const bytes = new Uint8Array(33);
	bytes.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
	const view = new DataView(bytes.buffer);
	view.setUint32(16, width);
	view.setUint32(20, height);
	bytes.set([8, 2, 0, 0, 0], 24);
	return bytes;
}

describe("refusals", () => {
	test.each([
		[["count", "missing.png"], "unreadable-file", "missing.png"],
		[["count", "--image", "9x9", "-m", "nope"], "unknown-name", "not known"],
		[["count", "--image", "9x9", "--set", "crop=1"], "unknown-key", "crop"],
		[["preprocess", "x.png", "--out", "no/such/x.safetensors"], "unwritable-file", "make it first"],
		[["plan", "--out", "a/b/c"], "unwritable-file", "make it first"],
		[["skill", "--out", "a/b/c"], "unwritable-file", "make it first"],
		[["mark", "x.png", "--grid", "1x1", "--out", "a/b/x.png"], "unwritable-file", "make it first"],
		[["inspect", "x.png", "--out", "a/b/x.png"], "unwritable-file", "make it first"],
		[["plan", "-m", "gpt-4o"], "unsupported", "is a closed model"],
		[["preprocess", "x.png", "-m", "gpt-4o", "--out", "x.safetensors"], "unsupported", "is a closed model"],
		[["fit", "--image", "9x9", "-t", "9", "-m", "gpt-4o"], "unsupported", "is a closed model"],
		[["plan", "--budget", "3.5kk"], "invalid-input", "--budget 3.5kk: expected a whole number"],
		[["plan", "--price", "cheap"], "invalid-input", "--price cheap: expected a number from 0"],
		[["plan", "--accelerators", "0"], "invalid-input", "--accelerators 0: expected a whole number from 1"],
		[["fit", "--image", "9x9", "-t", "all"], "invalid-input", "--tokens all: expected a whole number"],
		[["count", "--no-such"], "invalid-input", "unknown option"],
		[["count", "--imag", "9x9"], "invalid-input", "unknown option '--imag'; did you mean --image?"],
		[["cuont"], "invalid-input", "unknown command 'cuont'; did you mean count?"],
	])("%j: one line, its code in JSON", async (args, code, message) => {
		const { status, out, err } = await onevision([...args, "--json"]);
		expect(status).toBe(1);
		expect(err).toMatch(/^onevision: [^\n]+\n$/);
		expect(err).toContain(message);
		expect(JSON.parse(out)).toEqual({ error: { code, message: expect.stringContaining(message) } });
		expect((await onevision(args)).out).toBe("");
	});
});

describe("count", () => {
	test("counts sizes and files under a Hugging Face id", async () => {
		file("a.png", pngHeader(1920, 1080));
		const result = await json([
			"count",
			"a.png",
			"--image",
			"1107x820",
			"-m",
			"llava-hf/llava-onevision-qwen2-7b-ov-hf",
		]);
		expect(result.samples.map(({ visualTokens }: { visualTokens: number }) => visualTokens)).toEqual([
			7269, 5731,
		]);
	});

	test("a file stored turned is counted as its reader loads it, and it says so", async () => {
		file("turned.png", readFileSync(new URL("../../media/src/loading/fixtures/6.png", import.meta.url)));
		const count = (...more: string[]) => onevision(["count", "turned.png", "-m", "qwen2.5-vl-7b", ...more]);
		const stored = await count();
		expect(stored.out).toContain("37x26");
		expect(stored.err).toBe(
			"onevision: turned.png is stored turned (EXIF orientation 6): taken as stored, as torchvision's decode_image does; --loading upright turns it upright\n",
		);
		const upright = await count("--parity", "vllm");
		expect(upright.out).toContain("26x37");
		expect(upright.err).toContain(
			"turned upright, as vLLM's normalize_image does; --loading stored leaves it",
		);
		expect((await count("--parity", "vllm", "--loading", "stored")).out).toContain("37x26");
		const asked = await json(["count", "turned.png", "-m", "gpt-4o", "--loading", "upright"]);
		expect([asked.loading, asked.samples[0].items[0].resized]).toEqual([
			"upright",
			{ width: 26, height: 37 },
		]);
		const { models } = await json([
			...["compare", "turned.png", "--models", "qwen2.5-vl-7b"],
			...["--loading", "upright"],
		]);
		const [{ samples }] = models;
		expect(samples[0].items[0].source).toEqual({ width: 26, height: 37 });
		expect((await count("--loading", "uprigth")).err).toContain("did you mean upright?");
		expect((await count("--loading", "stored", "--apply-orientation")).err).toContain(
			"leave out one of them",
		);
	});

	test("follows the parity asked for", async () => {
		const result = await json(["count", "--image", "1107x820", "--parity", "original"]);
		expect(result.samples[0].visualTokens).toBe(5567);
	});

	test("several images together are one tile each", async () => {
		const result = await json(["count", "--image", "640x480", "--image", "800x600", "--together"]);
		expect(result.samples[0].visualTokens).toBe(2 * 730);
	});

	test("JSON Lines: a bad line becomes an error line with its number, the rest goes on", async () => {
		const lines = [
			'{"id":"good","media":[{"kind":"image","width":1920,"height":1080}]}',
			"not json",
			'{"id":7,"media":[{"kind":"image","width":0,"height":5}]}',
			'{"media":[{"kind":"video","width":64,"height":64}]}',
			'{"media":[],"mediaa":1}',
			'{"id":"clip","media":[{"kind":"video","width":384,"height":384,"frames":8,"fps":24}],"textTokens":10}',
		].join("\n");
		const { status, out, err } = await onevision(["count", "--jsonl", "-"], `${lines}\n\n`);
		const answers = out
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(status).toBe(1);
		expect(err.split("\n")).toEqual([
			"onevision: 4 of 6 lines could not be counted; their output lines hold the reason",
			"note: videos are sampled with num_frames=32, as the model card does; --as-is takes every frame, as transformers does by itself",
			"",
		]);
		expect(answers[0]).toMatchObject({ id: "good", visualTokens: 7269, towerTokens: (3 * 5 + 1) * 729 });
		expect(answers[5]).toMatchObject({ id: "clip", visualTokens: 1569, contextTokens: 1579 });
		expect(answers.slice(1, 5)).toMatchInlineSnapshot(`
			[
			  {
			    "code": "invalid-input",
			    "error": "line is not JSON; give one object a line",
			    "line": 2,
			  },
			  {
			    "code": "invalid-media",
			    "error": "image size 0x5: width and height must be whole numbers from 1 to 16777216 px",
			    "id": 7,
			    "line": 3,
			  },
			  {
			    "code": "invalid-input",
			    "error": "video without frames: give how many frames the file holds",
			    "line": 4,
			  },
			  {
			    "code": "unknown-key",
			    "error": "mediaa: no such key; did you mean media? Known: id, media, textTokens",
			    "line": 5,
			  },
			]
		`);
	});

	test("a line longer than the limit is refused without being kept", async () => {
		const { out } = await onevision(["count", "--jsonl", "-"], `${" ".repeat(17 * 2 ** 20)}\n{"media":[]}\n`);
		const [long, empty] = out
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(long).toMatchObject({ line: 1, code: "over-limit" });
		expect(empty).toMatchObject({ visualTokens: 0 });
	});

	test.each([
		[["count"], /nothing to count/],
		[["count", "--image", "0x5"], /width and height must be whole numbers/],
		[["count", "--image", "3.5x5"], /expected WxH/],
		[["count", "--video", "64x64@0:1"], /no frames in that time/],
		[["count", "--image", "9x9", "--set", "num_frame=3"], /did you mean num_frames\?/],
		[["count", "--image", "9x9", "--set", "num_frames"], /expected key=value/],
		[["count", "--image", "9x9", "--set", "__proto__=3"], /no such key/],
		[["count", "--image", "9x9", "-m", "llava-onevison"], /did you mean llava-onevision\?/],
		[["count", "--image", "9x9", "--parity", "orignal"], /did you mean original\?/],
		[["count", "--image", "1000x4", "-m", "qwen2.5-vl"], /aspect ratio 250/],
		[["count", "--modle", "x"], /unknown option '--modle'/],
		[["cuont"], /unknown command 'cuont'/],
		[["count", "--image", "9x9", "--date", "2026-01-01"], /goes with --request/],
		[["count", "--request", "body.json", "--set", "detail=low"], /leave out --set/],
		[["count", "missing.png"], /no media to read: .*missing\.png/],
		[["count", "--jsonl", "missing.jsonl"], /ENOENT/],
	])("%j is one clear line and exit status 1", async (args, message) => {
		const { status, out, err } = await onevision(args);
		expect(status).toBe(1);
		expect(out).toBe("");
		expect(err).toMatch(message);
		expect(err.trim().split("\n").length).toBeLessThanOrEqual(2);
	});

	test("one bad file does not stop the others", async () => {
		file("good.png", pngHeader(640, 480));
		file("empty.png", "");
		file("lies.jpg", "this is no image");
		const { status, out, err } = await onevision(["count", "good.png", "empty.png", "lies.jpg"]);
		expect(status).toBe(0);
		expect(out).toContain("2,929");
		expect(err).toContain("empty.png");
		expect(err).toContain("left out: lies.jpg: is text, not an image or video");
	});
});

describe("plan", () => {
	const described = `
budget: 3500
media:
  images: [{ width: 1600, height: 1200 }]
  imagesPerSample: { min: 2, max: 4 }
  videos: [{ width: 1280, height: 720, seconds: 30, fps: 30 }]
`;

	test("writes three files, and the page ends with the two papers", async () => {
		file("request.yaml", described);
		const { status, out } = await onevision(["plan", "request.yaml", "--out", "planned"]);
		const page = readFileSync(join(folder, "planned/plan.md"), "utf8");
		const plan = JSON.parse(readFileSync(join(folder, "planned/plan.json"), "utf8"));
		expect(status).toBe(0);
		expect(out).toContain("wrote planned/plan.json");
		expect(page.trimEnd().split("\n").slice(-2).join("")).toMatch(/2408\.03326.*2509\.23661/s);
		expect(plan.scenarios).toHaveLength(3);
		expect(readFileSync(join(folder, "planned/curriculum.yaml"), "utf8")).toContain("stage: task-transfer");
	});

	test("a refused plan exits with 2 and names the rule; --allow overrides and records it", async () => {
		file("request.yaml", described);
		const refused = await onevision(["plan", "request.yaml", "--budget", "900"]);
		expect(refused.status).toBe(2);
		expect(refused.out).toContain("budget-below-1024");
		const allowed = await json(["plan", "request.yaml", "--budget", "900", "--allow", "budget-below-1024"]);
		expect(allowed.refused).toBe(false);
		expect(allowed.findings).toContainEqual(
			expect.objectContaining({ rule: "budget-below-1024", overridden: true }),
		);
	});

	test.each([
		["mix: { video: 50 }", /mix sums to 50/],
		["mixx: 3", /did you mean mix\?/],
		["budget: -1", /budget: expected a whole number/],
		["budget: 1.5", /budget: expected a whole number/],
		["model: gpt-9", /not known/],
		["limits: { frames: { min: 9, max: 3 } }", /swap them/],
		["hardware: { accelerator: h10-sxm }", /did you mean h100-sxm\?/],
		["allow: [budget-below-124]", /did you mean budget-below-1024\?/],
		["a: &a [1]\nb: [*a,*a", /not readable as YAML/],
		["[1, 2]", /is an object, not a list/],
	])("request %j is one clear line and exit status 1", async (text, message) => {
		const { status, out, err } = await onevision(["plan", "-"], text);
		expect({ status, out }).toEqual({ status: 1, out: "" });
		expect(err).toMatch(message);
		expect(err.trim().split("\n")).toHaveLength(1);
	});

	test("a YAML bomb is refused at once", async () => {
		const levels = Array.from({ length: 12 }, (_, index) =>
			index === 0
				? "l0: &l0 [x,x,x,x,x,x,x,x,x]"
				: `l${index}: &l${index} [${Array(9)
						.fill(`*l${index - 1}`)
						.join(",")}]`,
		);
		const { status, err } = await onevision(["plan", "-"], levels.join("\n"));
		expect(status).toBe(1);
		expect(err.trim().split("\n")).toHaveLength(1);
	});

	test("--mix wants three numbers", async () => {
		const { status, err } = await onevision(["plan", "-", "--mix", "40,60"], "");
		expect(status).toBe(1);
		expect(err).toContain("expected three numbers");
	});
});

describe("--config", () => {
	test("a snapshot with the files of a known checkpoint counts, compares and plans as it does", async () => {
		mkdirSync(join(folder, "snapshot"), { recursive: true });
		file("snapshot/config.json", JSON.stringify({ model_type: "qwen2_5_vl" }));
		file("snapshot/preprocessor_config.json", "{}");
		const bare = await onevision(["count", "--image", "1920x1080", "--config", "snapshot"]);
		// Class defaults apply if a key is absent: at most 1,003,520 px.
		expect(bare.out).toMatch(/1,222|1,225/);
		const args = ["compare", "--image", "1920x1080", "--config", "snapshot", "--models", "qwen2.5-vl"];
		const { models } = await json(args);
		expect(models[0].model).toBe("snapshot");
	});

	test("a folder without files is one clear line", async () => {
		const { status, err } = await onevision(["count", "--image", "9x9", "--config", "nowhere"]);
		expect(status).toBe(1);
		expect(err.trim().split("\n")).toHaveLength(1);
	});
});

describe("closed models", () => {
	test("are counted by their provider's rule, on a day", async () => {
		const result = await json(["count", "--image", "1920x1080", "-m", "claude-opus-4-7"]);
		expect(result.samples[0].visualTokens).toBe(2691);
		const earlier = await json([
			"count",
			"--image",
			"1024x1024",
			"-m",
			"gpt-5-mini",
			"--set",
			"date=2026-06-01",
		]);
		const now = await json(["count", "--image", "1024x1024", "-m", "gpt-5-mini"]);
		expect([earlier.samples[0].visualTokens, now.samples[0].visualTokens]).toEqual([1659, 1229]);
	});

	test("--parity means nothing to them, and says so", async () => {
		const { status, err } = await onevision([
			"count",
			"--image",
			"9x9",
			"-m",
			"gpt-4o",
			"--parity",
			"original",
		]);
		expect(status).toBe(1);
		expect(err).toContain("closed model");
	});
});

describe("count --request", () => {
	const body = (parts: readonly object[]) =>
		JSON.stringify({ model: "gpt-5.5", max_tokens: 100, messages: [{ role: "user", content: parts }] });
	const image = (url: string, detail = "high") => ({ type: "image_url", image_url: { url, detail } });

	test("counts data URLs and files beside the request, and prices it", async () => {
		file("photo.png", pngHeader(1024, 1024));
		const data = `data:image/png;base64,${Buffer.from(pngHeader(2048, 2048)).toString("base64")}`;
		file("body.json", body([{ type: "text", text: "What is this?" }, image(data), image("photo.png")]));
		const result = await json(["count", "--request", "body.json"]);
		expect(result.items.map(({ count }: { count: { visualTokens: number } }) => count.visualTokens)).toEqual([
			3000, 1229,
		]);
		expect(result.cost.totalUsd).toBeGreaterThan(0);
	});

	test("own prices come before the table's", async () => {
		file("body.json", body([image("photo.png")]));
		file("prices.json", '{"gpt-5.5": {"inputUsd": 1000, "outputUsd": 0}}');
		const result = await json(["count", "--request", "body.json", "--prices", "prices.json"]);
		expect(result.cost.totalUsd).toBeCloseTo((1229 * 1000) / 1e6, 6);
	});

	test("what can't be opened is named, the rest is counted, the status is 1", async () => {
		file("body.json", body([image("photo.png"), image("../secret.png"), image("https://example.com/a.png")]));
		const { status, out } = await onevision(["count", "--request", "body.json"]);
		expect(status).toBe(1);
		expect(out).toContain("1,229");
		expect(out).toContain("outside the request's folder");
		expect(out).toContain("nothing is fetched");
	});

	test.each([
		["not json", /not JSON/],
		["[]", /expected the JSON object/],
		['{"hello":1}', /./],
	])("body %j is one clear line", async (text, message) => {
		const { status, err } = await onevision(["count", "--request", "-"], text);
		expect(status).toBe(1);
		expect(err).toMatch(message);
		expect(err.trim().split("\n")).toHaveLength(1);
	});
});

test("a tokenizer.json counts the text between frames", async () => {
	const vocabulary = Object.fromEntries(
		[..."<>. 0123456789secondĠ"].map((character, index) => [character, index]),
	);
	const model = { type: "BPE", vocab: vocabulary, merges: [], byte_fallback: false, unk_token: null };
	const pieces = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
	file(
		"tokenizer.json",
		JSON.stringify({
			version: "1.0",
			added_tokens: [],
			normalizer: null,
			pre_tokenizer: pieces,
			post_processor: null,
			decoder: { type: "ByteLevel" },
			model,
		}),
	);
	const args = ["count", "--video", "640x480@24:4", "-m", "qwen3-vl"];
	const estimated = await json(args);
	expect((await onevision([...args, "--tokenizer", "tokenizer.json"])).err).toBe("");
	const counted = await json([...args, "--tokenizer", "tokenizer.json"]);
	// Four times "<0.3 seconds>": 13 characters, one token each in this vocabulary, 6 in the estimate.
	expect(counted.samples[0].contextTokens - estimated.samples[0].contextTokens).toBe(4 * (13 - 6));
	expect(counted.samples[0].exact).toBe(true);
	const { err } = await onevision([...args, "--tokenizer", "missing.json"]);
	expect(err).toContain("no usable tokenizer.json");
});

test("skill writes the file the lesson names", async () => {
	const { status } = await onevision(["skill", "--out", "skills"]);
	const text = readFileSync(join(folder, "skills/skill-onevision-budget-planner.md"), "utf8");
	expect(status).toBe(0);
	expect(text).toMatch(/^---\nname: onevision-budget-planner\ndescription: .{20,1024}\n/);
});

test("help and version are no errors", async () => {
	expect((await onevision(["--help"])).status).toBe(0);
	expect((await onevision(["plan", "--help"])).out).toContain("--budget");
	expect((await onevision(["--version"])).out).toBe("0.1.0\n");
});
