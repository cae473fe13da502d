/**
 * `onevision inspect` from the user's side: its numbers agree with `count`, it writes a page, and bad input is
 * rejected.
 */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blankImage, gray } from "@onevision/draw";
import { decodeImage, encodePng } from "@onevision/media/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const media = fileURLToPath(new URL("../../../../examples/media/", import.meta.url));
let folder = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "onevision-inspect-"));
	for (const [name, width, height] of [
		["wide.png", 400, 240],
		["tall.png", 90, 240],
	] as const) {
		writeFileSync(join(folder, name), await encodePng(blankImage({ width, height }, gray(90))));
	}
	writeFileSync(join(folder, "text.png"), "not an image");
	copyFileSync(join(media, "delivery.mp4"), join(folder, "clip.mp4"));
	copyFileSync(join(media, "market.jpg"), join(folder, "market.jpg"));
	const exif = new URL("../../../media/src/decode/fixtures/jpeg-exif-6.jpg", import.meta.url);
	copyFileSync(exif, join(folder, "turned.jpg"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Splits the line into words at spaces. */
const onevision = (line: string) => runInMemory(line.split(" "), { cwd: folder });
const json = async (line: string) => JSON.parse((await onevision(`${line} --json`)).out);

describe("images", () => {
	test("the page and its numbers", async () => {
		const { out, err, status } = await onevision("inspect wide.png --out page.png");
		expect([status, err]).toEqual([0, ""]);
		expect(out).toMatchInlineSnapshot(`
			"LLaVA-OneVision 7B ov as transformers counts it

			source                    400×240 px
			canvas                    768×384 px
			image on it               640×384 px
			tiles              1×2 of 384×384 px
			views                              3
			patches of a view              27×27
			tower tokens                   2,187
			stitched                       27×54
			after unpadding                27×46
			overview                         729
			grid                           1,242
			newlines                          27
			visual tokens                  1,998

			wrote page.png, 1600x1097 px
			"
		`);
		const page = await decodeImage(readFileSync(join(folder, "page.png")));
		expect(out).toContain(`${page.width}x${page.height} px`);
	});

	test.each([
		"llava-onevision-qwen2-7b-ov",
		"llava-1.5-7b",
		"qwen2.5-vl-7b",
		"internvl3-8b",
		"deepseek-vl2-tiny",
	])("%s: the layout is the one that count prints", async (model) => {
		const drawn = await json(`inspect wide.png -m ${model} --out page.png`);
		const counted = await json(`count wide.png -m ${model}`);
		expect(drawn.items[0].layout).toEqual(counted.samples[0].items[0]);
		expect([drawn.model, drawn.title, drawn.settings]).toEqual([
			counted.model,
			counted.title,
			counted.settings,
		]);
		expect("viewPlan" in drawn.items[0]).toBe(model !== "deepseek-vl2-tiny");
	});

	test("a model whose pixels are not made is drawn from its layout, with a note", async () => {
		const { out, status } = await onevision("inspect wide.png -m deepseek-vl2-tiny --out page.png");
		expect(status).toBe(0);
		expect(out).toMatch(
			/note: drawn from the layout alone: DeepSeek-VL2 is counted, but its pixels are\nnot made/,
		);
	});

	test.each([
		["original", 5567, "llava-onevision-qwen2-7b-ov"],
		["vllm", 5731, "llava-onevision-qwen2-7b-ov"],
	])("as %s counts it, with views where they are cut alike", async (parity, tokens, model) => {
		const line = `inspect market.jpg -m ${model} --parity ${parity} --out page.png`;
		const { items, note, settings } = await json(line);
		expect([items[0].layout.visualTokens, settings.parity]).toEqual([tokens, parity]);
		expect(items[0].viewPlan.views).toHaveLength(10);
		expect(note).toMatch(/cuts views as transformers does/);
		const llava = await onevision(`inspect market.jpg -m llava-1.5-7b --parity original --out page.png`);
		expect(llava.out).toMatch(/drawn from the layout alone: the views of LLaVA-1.5 7B are known/);
	});

	test("several together are laid out as one conversation", async () => {
		const { items } = await json("inspect wide.png tall.png --together --out page.png");
		const counted = await json("count wide.png tall.png --together");
		expect(items.map(({ layout }: { layout: object }) => layout)).toEqual(counted.samples[0].items);
		const { out } = await onevision("inspect wide.png tall.png --together --out page.png");
		expect(out).toMatchInlineSnapshot(`
			"LLaVA-OneVision 7B ov as transformers counts it

			                                          tower  visual
			image           size      canvas  views  tokens  tokens
			wide.png  400×240 px  384×384 px      1     729     730
			tall.png   90×240 px  384×384 px      1     729     730
			total                                 2   1,458   1,460

			wrote page.png, 1600x678 px
			"
		`);
	});

	test("settings and orientation are followed", async () => {
		const { items } = await json("inspect wide.png --set max_tiles=1 --out page.png");
		expect(items[0].layout.views).toBe(2);
		const stored = await onevision("inspect turned.jpg --out page.png");
		expect(stored.err).toMatch(/stored turned \(EXIF orientation 6\)/);
		const upright = await json("inspect turned.jpg --apply-orientation --out page.png");
		const asStored = await json("inspect turned.jpg --out page.png");
		expect(upright.items[0].layout.source.width).toBe(asStored.items[0].layout.source.height);
	});
});

describe("video", () => {
	test("the model's own frames, as it is counted", async () => {
		const { items, frames } = await json("inspect clip.mp4 --set num_frames=4 --out page.png");
		const counted = await json("count clip.mp4 --set num_frames=4");
		expect(items[0].layout).toEqual(counted.samples[0].items[0]);
		expect(frames).toEqual([
			{ frame: 0, seconds: 0 },
			{ frame: 72, seconds: 3 },
			{ frame: 144, seconds: 6 },
			{ frame: 216, seconds: 9 },
		]);
		expect(await decodeImage(readFileSync(join(folder, "page.png")))).toMatchObject({ width: 1600 });
	});

	test("frames chosen by a strategy are what the model is given", async () => {
		const line = "inspect clip.mp4 -m qwen2.5-vl-7b --out page.png --sampling";
		const chosen = await json(`${line} bit-cost --frames 6`);
		expect(chosen.sampling).toEqual({ strategy: "bit-cost", frames: 6 });
		expect([chosen.frames.length, chosen.items[0].layout.frames]).toEqual([6, 6]);
		const keys = await json(`${line} keyframes`);
		expect(keys.frames.map(({ frame }: { frame: number }) => frame)).toEqual([0, 216]);
	});
});

test.each([
	["inspect --out x.png", /missing required argument 'files'/],
	["inspect wide.png", /required option '--out <file>' not specified/],
	["inspect wide.png --out x.jpg", /a PNG is written/],
	["inspect wide.png --out wide.png", /--out wide.png: is wide.png, which is read/],
	["inspect wide.png tall.png --out x.png", /one file is drawn at a time; several images .* with --together/],
	[
		`inspect ${"wide.png ".repeat(33)}--together --out x.png`,
		/33 images: a page takes at most 32; give fewer/,
	],
	["inspect wide.png --together --out x.png", /--together: one file is given/],
	["inspect wide.png clip.mp4 --together --out x.png", /clip.mp4: is a video; --together takes images/],
	["inspect wide.png --sampling uniform --frames 4 --out x.png", /--sampling chooses frames of a video/],
	["inspect clip.mp4 --frames 4 --out x.png", /--frames goes with --sampling; .* --set num_frames=12/],
	["inspect clip.mp4 --sampling uniform --out x.png", /give the number of frames with --frames/],
	["inspect clip.mp4 --sampling bitcost --frames 4 --out x.png", /did you mean bit-cost\?/],
	["inspect clip.mp4 --sampling uniform --frames 4.5 --out x.png", /--frames 4.5: expected a whole number/],
	["inspect clip.mp4 --sampling uniform --frames 9999 --out x.png", /refuses to take 9999 frames/],
	["inspect clip.mp4 -m pixtral-12b --out x.png", /Pixtral takes no video/],
	["inspect wide.png -m gpt-4o --out x.png", /GPT-4o is a closed model: .* onevision count counts it/],
	["inspect wide.png -m lava --out x.png", /model "lava": not known/],
	["inspect wide.png --set tiles=4 --out x.png", /setting tiles/],
	["inspect wide.png --parity origin --out x.png", /did you mean original\?/],
	["inspect missing.png --out x.png", /missing.png: no such file/],
	["inspect text.png --out x.png", /text.png: is text, not an image/],
	["inspect . --out x.png", /: is a folder; give a file in it/],
])("refused: %s", async (line, message) => {
	const { out, err, status } = await onevision(line);
	expect([status, out]).toEqual([1, ""]);
	expect(err).toMatch(message);
	expect(err.trimEnd().split("\n")).toHaveLength(1);
	expect(() => statSync(join(folder, "x.png"))).toThrow();
});
