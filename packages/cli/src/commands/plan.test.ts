/** Plan output: the first screen by purpose, why other settings lose, two plans compared, and the media options. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { displayWidth } from "../render/table.ts";
import { type Ran, runInMemory } from "../testing/terminal.ts";

const SCREEN = { lines: 48, columns: 80 };
let folder = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "onevision-plan-"));
	for (const kind of ["photos", "screens"]) {
		mkdirSync(join(folder, "set", kind), { recursive: true });
		for (const [index, width] of [640, 900, 1200].entries()) {
			const image = sharp({ create: { width, height: 480, channels: 3, background: "#888" } });
			await image.png().toFile(join(folder, "set", kind, `${index}.png`));
		}
	}
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[], columns = SCREEN.columns): Promise<Ran> =>
	runInMemory(["plan", ...args], { cwd: folder, columns });
const lines = (text: string): string[] => text.trimEnd().split("\n");
/** Lines that may exceed the width: settings to copy are never wrapped. */
const isPasted = (line: string): boolean => /^ {2}(processor\.|model\.|inputs = |--|\[)/.test(line);

describe.each(["train", "deploy"])("the first screen to %s", (purpose) => {
	const asked = ["--purpose", purpose];
	test("is one screen of 80 columns", async () => {
		const { out, status } = await run(asked);
		expect(status).toBe(0);
		expect(lines(out).length).toBeLessThanOrEqual(SCREEN.lines);
		for (const line of lines(out).filter((each) => !isPasted(each))) {
			expect(displayWidth(line), line).toBeLessThanOrEqual(SCREEN.columns);
		}
	});
	test("fits 60 columns", async () => {
		const { out } = await run(asked, 60);
		for (const line of lines(out).filter((each) => !isPasted(each))) {
			expect(displayWidth(line), line).toBeLessThanOrEqual(60);
		}
	});
	test("says the budget, the purpose and what was assumed before anything else", async () => {
		const { out } = await run([...asked, "--media", "set"]);
		const [title = "", mix = "", media = ""] = lines(out);
		expect(title).toContain(`3,500 visual tokens per sample, to ${purpose} LLaVA-OneVision`);
		expect(mix).toContain("40 % single-image");
		expect(media).toContain("planned on 6 images from files");
		expect(out.split("\n\n")[0]).toContain("assumed: multi-image media");
	});
	test("the whole page fits 80 columns too", async () => {
		const { out } = await run([...asked, "--full"]);
		for (const line of lines(out).filter((each) => !isPasted(each))) {
			expect(displayWidth(line), line).toBeLessThanOrEqual(SCREEN.columns);
		}
	});
});

describe("purpose decides the page", () => {
	test("a page to deploy has no training bill, but requests and settings to paste", async () => {
		const { out } = await run(["--purpose", "deploy", "--full"]);
		for (const word of ["Training", "GPU hours", "Recipe", "Emergent skills  possible"]) {
			expect(out).not.toContain(word);
		}
		for (const word of [
			"Per request",
			"of context",
			"requests/s",
			"USD per 1,000",
			"vllm serve",
			"transformers",
		]) {
			expect(out).toContain(word);
		}
		expect(out).toContain("NVIDIA H100");
	});
	test("a page to train starts at the checkpoint's stage, the whole recipe on request", async () => {
		const { out } = await run([]);
		expect(out).toContain("task-transfer");
		expect(out).not.toContain("alignment  ");
		const whole = await run(["--full-recipe"]);
		for (const stage of ["alignment", "knowledge", "single-image", "onevision", "task-transfer"]) {
			expect(whole.out).toMatch(new RegExp(`^ {2}${stage} +[\\d.]+ [kM]`, "m"));
		}
	});
	test("LoRA and a frozen tower change what trains and how much is held", async () => {
		const memory = ({ out }: Ran): number => Number(/≥ ([\d.]+) GB/.exec(out)?.[1]);
		const [full, lora] = [await run([]), await run(["--lora", "16"])];
		expect(lora.out).toContain("language-model lora 16");
		expect(lora.out).toContain("tower frozen");
		expect(memory(lora)).toBeLessThan(memory(full));
		expect((await run(["--freeze-tower"])).out).toContain(
			"tower frozen, projector full, language-model full",
		);
	});
	test("what is offloaded is said to be on the host", async () => {
		expect((await run(["--offload", "optimizer"])).out).toContain("on the host");
	});
});

describe("media", () => {
	const notes = ({ out }: Ran): string[] =>
		JSON.parse(out).scenarios.map(({ media }: { media: { note: string } }) => media.note);
	test("a folder of folders is single images", async () => {
		expect(notes(await run(["--media", "set", "--json"]))[0]).toBe("6 images from files");
	});
	test("subfolders are samples when told so", async () => {
		const [single, several] = notes(await run(["--media", "set", "--grouping", "folder", "--json"]));
		expect(single).toMatch(/assumed/);
		expect(several).toBe("2 groups of images from files");
	});
	test("or when a manifest says so", async () => {
		const image = { kind: "image", width: 640, height: 480 };
		const samples = [{ media: [image] }, { media: [image, image] }, { media: [image, image, image] }];
		writeFileSync(
			join(folder, "m.jsonl"),
			`${samples.map((each) => JSON.stringify(each)).join("\n")}\nnot json\n`,
		);
		const ran = await run(["--media", "m.jsonl", "--json"]);
		expect(notes(ran).slice(0, 2)).toEqual(["1 image from files", "2 groups of images from files"]);
		expect(ran.err).toBe("left out: m.jsonl line 4: line is not JSON; give one object a line\n");
	});
	test.each([
		["missing.jsonl", "no such file"],
		["empty.jsonl", "no samples"],
	])("%s is told in one line", async (name, why) => {
		writeFileSync(join(folder, "empty.jsonl"), "\n");
		const { status, err } = await run(["--media", name]);
		expect([status, lines(err).length]).toEqual([1, 1]);
		expect(err).toContain(why);
	});
});

describe("--explain", () => {
	test("video: what 8, 16 and 32 frames would cost and keep", async () => {
		const { out } = await run(["--explain", "video"]);
		for (const frames of [8, 16, 32]) expect(out).toMatch(new RegExp(`^ +${frames} +[\\d,]+ +\\d+ %`, "m"));
		expect(out).toContain("chosen");
		expect(out).toMatch(/over by 389/);
		for (const line of lines(out)) expect(displayWidth(line), line).toBeLessThanOrEqual(SCREEN.columns);
	});
	test("another word is told what there is", async () => {
		const { status, err } = await run(["--explain", "audio"]);
		expect([status, err]).toEqual([1, "onevision: --explain audio: give single-image, multi-image, video\n"]);
	});
	test("a scenario that is not planned is told which are", async () => {
		const { err } = await run(["--explain", "video", "--mix", "100,0,0"]);
		expect(err).toContain("the plan has no video; it plans single-image");
	});
});

describe("--diff", () => {
	test("two budgets: settings, tokens and cost that changed, nothing that did not", async () => {
		await run(["--out", "a"]);
		await run(["--budget", "6000", "--out", "b"]);
		const { out, status } = await run(["--diff", "a/plan.json", "b/plan.json"]);
		expect(status).toBe(0);
		expect(out).toContain("budget, visual tokens\n  - 3,500\n  + 6,000 (+71 %)");
		expect(out).toContain("video: settings\n  - 17 frames, pooled 2×2");
		expect(out).not.toContain("purpose");
		expect((await run(["--diff", "a/plan.json", "a/plan.json"])).out).toBe("the plans agree\n");
	});
	test.each<[string, string, RegExp]>([
		["no plan", "{}", /bad.json: not a plan/],
		["no JSON", "{", /bad.json: not JSON/],
		[
			"another version",
			'{"version":1,"scenarios":[],"findings":[],"request":{}}',
			/plan format 1, this version compares format 2/,
		],
		["a plan in pieces", '{"version":2,"scenarios":[{}],"findings":[],"request":{}}', /is not whole/],
	])("%s is told in one line", async (_what, text, expected) => {
		writeFileSync(join(folder, "bad.json"), text);
		const { status, err } = await run(["--diff", "bad.json", "bad.json"]);
		expect([status, lines(err).length]).toEqual([1, 1]);
		expect(err).toMatch(expected);
	});
	test("one plan, or a request beside them, is refused", async () => {
		expect((await run(["--diff", "a/plan.json"])).err).toContain("--diff takes two plans");
	});
});

test("plan.md carries the ties and the paste blocks of a deployment", async () => {
	await run(["--purpose", "deploy", "--out", "deploy"]);
	const text = readFileSync(join(folder, "deploy", "plan.md"), "utf8");
	expect(text).toContain("--media-io-kwargs");
	expect(text).not.toContain("## Curriculum");
});

test("--profile plans on the measured media and mix, as --media with that mix would", async () => {
	const turns = [{ from: "human", value: "Which?" }];
	const images = (...names: readonly string[]) => names.map((name) => `set/${name}.png`);
	const rows = [
		...["photos/0", "photos/1", "screens/2"].map((name) => ({
			image: images(name)[0],
			conversations: turns,
		})),
		{ image: images("photos/0", "screens/1"), conversations: turns },
		{ conversations: turns },
		{ image: "none.png", conversations: turns },
	];
	writeFileSync(join(folder, "rows.json"), JSON.stringify(rows));
	expect((await runInMemory(["profile", "rows.json", "--out", "measured"], { cwd: folder })).status).toBe(0);
	const image = (width: number) => ({ kind: "image", width, height: 480 });
	const lists = [[image(640)], [image(900)], [image(1200)], [image(640), image(900)]];
	writeFileSync(join(folder, "measured.jsonl"), lists.map((media) => JSON.stringify({ media })).join("\n"));
	const measured = await run(["--profile", "measured", "--json"]);
	const listed = await run(["--media", "measured.jsonl", "--mix", "75,25,0", "--json"]);
	expect([measured.status, measured.err]).toEqual([listed.status, listed.err]);
	const [one, other] = [measured, listed].map(({ out }) => {
		const { request, ...plan } = JSON.parse(out) as { request: { mix: unknown; media?: unknown } };
		return { ...plan, request: { ...request, media: undefined } };
	});
	expect(one).toEqual(other);
	expect((await run(["--profile", "measured", "--media", "set"])).err).toContain("leave --media out");
	expect((await run(["--profile", "set"])).err).toContain("no profile there");
});
