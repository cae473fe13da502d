/** `onevision mark`, `sheet` and `pair` from the user's side: what is drawn, printed and rejected. */

import {
	linkSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Box, blankImage, gray } from "@onevision/draw";
import { rgbImage } from "@onevision/media";
import { decodeImage, encodePng } from "@onevision/media/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

let folder = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "onevision-draw-"));
	await png("scene.png", 400, 240, 90);
	await png("tall.png", 90, 240, 200);
	const inside = new Uint8Array(400 * 240 * 3).map((_, at) => (Math.floor(at / 3) % 400 < 150 ? 255 : 0));
	writeFileSync(join(folder, "mask.png"), await encodePng(rgbImage({ width: 400, height: 240 }, inside)));
	writeFileSync(join(folder, "text.png"), "not an image");
	const exif = new URL("../../../media/src/decode/fixtures/jpeg-exif-6.jpg", import.meta.url);
	writeFileSync(join(folder, "turned.jpg"), readFileSync(exif));
	linkSync(join(folder, "scene.png"), join(folder, "same.png"));
	symlinkSync(join(folder, "tall.png"), join(folder, "link.png"));
	for (const name of ["clips", "album/a", "album/b", "album/c"])
		mkdirSync(join(folder, name), { recursive: true });
	const webm = readFileSync(new URL("../../../media/src/fixtures/webm-vp9.webm", import.meta.url));
	writeFileSync(join(folder, "clips/clip.webm"), webm);
	writeFileSync(join(folder, "album/clip.webm"), webm);
	writeFileSync(join(folder, "album/notes.txt"), "no image");
	for (const name of ["album/a/one.png", "album/b/one.png", "album/b/two.png", "album/c/三.png"]) {
		await png(name, 60, 40, 120);
	}
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function png(name: string, width: number, height: number, value: number): Promise<void> {
	writeFileSync(join(folder, name), await encodePng(blankImage({ width, height }, gray(value))));
}

/** Splits the line into words at spaces. */
const onevision = (line: string) => runInMemory(line.split(" "), { cwd: folder });
const json = async (line: string) => JSON.parse((await onevision(`${line} --json`)).out);
const written = async (name: string) => decodeImage(readFileSync(join(folder, name)));

describe("mark", () => {
	test("points, boxes and masks are numbered in that order", async () => {
		const { out, err, status } = await onevision(
			"mark scene.png --boxes 200,20,150,100 --points 40,40;380.5,200 --mask mask.png --out marked.png",
		);
		expect([status, err]).toEqual([0, ""]);
		expect(out).toMatchInlineSnapshot(`
			"mark  kind       x    y  width  height
			   1  point     40   40
			   2  point  380.5  200
			   3  box      200   20    150     100
			   4  mask       0    0    150     240

			wrote marked.png, 400x240 px
			"
		`);
		const { data, width, height } = await written("marked.png");
		expect([width, height]).toEqual([400, 240]);
		expect(new Set(data).size).toBeGreaterThan(20);
	});

	test("JSON holds the table with what was marked and where the badge is", async () => {
		expect(await json("mark scene.png --grid 1x2 --labels here,there --size 20 --out grid.png")).toEqual({
			written: "grid.png",
			width: 400,
			height: 240,
			marks: [
				{
					number: 1,
					label: "here",
					kind: "cell",
					point: { x: 100, y: 120 },
					box: { x: 0, y: 0, width: 200, height: 240 },
					badge: { x: 2, y: 2, width: 41, height: 20 },
				},
				{
					number: 2,
					label: "there",
					kind: "cell",
					point: { x: 300, y: 120 },
					box: { x: 200, y: 0, width: 200, height: 240 },
					badge: { x: 202, y: 2, width: 46, height: 20 },
				},
			],
		});
	});

	test("the same command writes the same bytes", async () => {
		await onevision("mark scene.png --points 40,40 --out one.png");
		await onevision("mark scene.png --points 40,40 --out two.png");
		expect(readFileSync(join(folder, "two.png"))).toEqual(readFileSync(join(folder, "one.png")));
	});

	test("a turned image is marked as stored, with a note, or upright when asked", async () => {
		const stored = await onevision("mark turned.jpg --grid 1x1 --out stored.png --size 12");
		expect(stored.err).toMatch(/stored turned \(EXIF orientation 6\); --apply-orientation turns it upright/);
		const upright = await onevision(
			"mark turned.jpg --grid 1x1 --out upright.png --size 12 --apply-orientation",
		);
		expect([upright.status, upright.err]).toEqual([0, ""]);
		const [one, other] = [await written("stored.png"), await written("upright.png")];
		expect([other.width, other.height]).toEqual([one.height, one.width]);
		expect(one.width).not.toBe(one.height);
	});

	test.each([
		["mark scene.png --out x.png", /nothing to mark: give --points/],
		["mark scene.png --points 1,1 --grid 2x2 --out x.png", /leave out --points, or --grid/],
		["mark scene.png --points 1;2 --out x.png", /--points 1;2: expected x,y in px/],
		["mark scene.png --points -1,2 --out x.png", /--points -1,2: expected x,y in px/],
		[
			"mark scene.png --points 400,10 --out x.png",
			/mark 1: point 400,10 does not lie in the image of 400x240/,
		],
		["mark scene.png --boxes 1,2,3 --out x.png", /expected x,y,width,height in px/],
		["mark scene.png --boxes 1,2,400,5 --out x.png", /mark 1: box 1,2,400,5/],
		["mark scene.png --grid 0x2 --out x.png", /grid 0x2: an image of 400x240 px takes/],
		["mark scene.png --grid two --out x.png", /--grid two: expected rows x columns/],
		["mark scene.png --grid 2x2 --labels a,b --out x.png", /2 labels for 4 marks/],
		["mark scene.png --grid 1x2 --labels a,a --out x.png", /label "a" is given twice/],
		["mark scene.png --points 1,1 --labels 中 --out x.png", /the font has no "中"/],
		[
			"mark scene.png --points 1,1 --size 5 --out x.png",
			/size 5: give the height of a mark, whole px from 12/,
		],
		["mark scene.png --points 1,1 --size big --out x.png", /--size big: expected a whole number/],
		["mark scene.png --points 1,1 --size 300 --out x.png", /no place in 400x240 px; ask for a smaller size/],
		["mark scene.png --mask tall.png --out x.png", /--mask tall.png: is 90x240 px, the image 400x240/],
		["mark scene.png --mask missing.png --out x.png", /missing.png: no such file/],
		["mark scene.png --grid 40x40 --out x.png", /1600 marks: at most 1000 fit one image/],
		["mark scene.png --points 1,1", /required option '--out <file>' not specified/],
		[
			"mark scene.png --points 1,1 --out x.jpg",
			/--out x.jpg: a PNG is written; give a name that ends in .png/,
		],
		["mark scene.png --points 1,1 --out scene.png", /--out scene.png: is scene.png, which is read/],
		["mark scene.png --points 1,1 --out same.png", /--out same.png: is scene.png, which is read/],
		["mark scene.png --mask mask.png --out mask.png", /--out mask.png: is mask.png, which is read/],
		["mark scene.png --points 1,1 --out text.png/x.png", /--out text.png\/x.png: cannot be written \(E/],
		["mark missing.png --points 1,1 --out x.png", /missing.png: no such file/],
		["mark text.png --points 1,1 --out x.png", /text.png: is text, not an image/],
	])("refused: %s", async (line, message) => {
		const { out, err, status } = await onevision(line);
		expect([status, out]).toEqual([1, ""]);
		expect(err).toMatch(message);
		expect(err.trimEnd().split("\n")).toHaveLength(1);
		expect(() => statSync(join(folder, "x.png"))).toThrow();
	});
});

describe("sheet", () => {
	test("names are those of the files; the table says where each image is", async () => {
		const { out, err, status } = await onevision("sheet scene.png tall.png scene.png --out sheet.png");
		expect([status, err]).toEqual([0, ""]);
		expect(out).toMatchInlineSnapshot(`
			"image      label    x    y  width  height  scale
			scene.png  scene   10   38    400     240  100 %
			tall.png   tall   420   38     90     240  100 %
			scene.png  scene   10  316    400     240  100 %

			wrote sheet.png, 830x566 px, 2x2 images
			"
		`);
	});

	test("folders give their images; what else is in them is told, and names are made to differ", async () => {
		const { out, err, status } = await onevision("sheet tall.png album --out sheet.png --json");
		expect(status).toBe(0);
		const { images } = JSON.parse(out);
		expect(images.map(({ file, label }: { file: string; label: string }) => [file, label])).toEqual([
			["tall.png", "tall"],
			["album/a/one.png", "a/one"],
			["album/b/one.png", "b/one"],
			["album/b/two.png", "two"],
			["album/c/三.png", "5"],
		]);
		expect(err.split("\n")).toEqual([
			"left out: album/notes.txt: is text, not an image or video",
			"left out: album/clip.webm: is a video; give images, such as frames of it",
			"onevision: album/c/三.png: the font cannot write the name, a number stands for it; see --labels",
			"",
		]);
	});

	test("the longest side is followed; images much larger than their cells come out alike", async () => {
		const market = readFileSync(new URL("../../../../examples/media/market.jpg", import.meta.url));
		writeFileSync(join(folder, "market.jpg"), market);
		writeFileSync(join(folder, "market.png"), await encodePng(await decodeImage(market)));
		const sheet = await json("sheet market.jpg market.png --max-side 300 --no-labels --out s.png");
		expect([299, 300]).toContain(Math.max(sheet.width, sheet.height));
		const { data, width } = await written("s.png");
		const [one, other] = sheet.images.map(({ image }: { image: Box }) => image);
		let difference = 0;
		for (let row = 0; row < one.height; row++) {
			for (let at = 0; at < 3 * one.width; at++) {
				const [first, second] = [one, other].map(({ x, y }) => data[((y + row) * width + x) * 3 + at] ?? 0);
				difference += Math.abs((first ?? 0) - (second ?? 0));
			}
		}
		expect(difference / (3 * one.width * one.height)).toBeLessThan(4);
	});

	test("columns, width and labels are followed; --no-labels leaves no room for them", async () => {
		const named = await json("sheet scene.png tall.png --columns 1 --width 300 --labels a,b --out s.png");
		expect(named).toMatchObject({ width: 300, rows: 2, cols: 1, images: [{ label: "a" }, { label: "b" }] });
		const bare = await json("sheet scene.png tall.png --columns 1 --width 300 --no-labels --out s.png");
		expect(bare.height).toBeLessThan(named.height);
		expect(bare.images[0]).not.toHaveProperty("label");
		expect(await written("s.png")).toMatchObject({ width: 300, height: bare.height });
	});

	test.each([
		["sheet --out x.png", /missing required argument 'files'/],
		["sheet scene.png tall.png --labels a --out x.png", /1 labels for 2 images/],
		["sheet scene.png --columns 2 --out x.png", /columns 2: give a whole number from 1 to 1/],
		["sheet scene.png --columns 0 --out x.png", /--columns 0: expected a whole number/],
		["sheet scene.png --width 5 --out x.png", /width 5: give whole px from 64/],
		["sheet scene.png link.png --out tall.png", /--out tall.png: is link.png, which is read/],
		["sheet scene.png text.png --out x.png", /text.png: is text, not an image/],
		["sheet scene.png --width 300 --max-side 300 --out x.png", /width and longest side are both given/],
		["sheet scene.png --max-side 5 --out x.png", /longest side 5: give whole px from 64/],
		["sheet scene.png missing.png --out x.png", /onevision: missing.png: no such file/],
		["sheet clips --out x.png", /no images to read: clips hold videos only/],
		["sheet clips/clip.webm --out x.png", /clip.webm: is a video; give images/],
		["sheet album --out album/a/one.png", /is album.a.one.png, which is read/],
	])("refused: %s", async (line, message) => {
		const { out, err, status } = await onevision(line);
		expect([status, out]).toEqual([1, ""]);
		expect(err).toMatch(message);
	});
});

describe("pair", () => {
	test("an image next to one 15 times as high is enlarged four times", async () => {
		await png("tiny.png", 40, 30, 50);
		await png("high.png", 500, 450, 50);
		const { images } = await json("pair tiny.png high.png --out pair.png");
		expect(images.map(({ scale }: { scale: number }) => scale)).toEqual([4, 225 / 450]);
	});

	test("two sizes come to one height, named before and after", async () => {
		const { width, height, images } = await json("pair scene.png tall.png --width 500 --out pair.png");
		expect(width).toBe(500);
		expect(images.map(({ label }: { label: string }) => label)).toEqual(["before", "after"]);
		expect(images[0].image.height).toBe(images[1].image.height);
		expect(await written("pair.png")).toMatchObject({ width, height });
	});

	test.each([
		["pair scene.png --out x.png", /missing required argument 'after'/],
		["pair scene.png tall.png --labels one --out x.png", /1 labels for 2 images/],
		["pair scene.png tall.png --columns 2 --out x.png", /unknown option '--columns'/],
		["pair scene.png tall.png --out tall.png", /--out tall.png: is tall.png, which is read/],
	])("refused: %s", async (line, message) => {
		const { status, err } = await onevision(line);
		expect(status).toBe(1);
		expect(err).toMatch(message);
	});
});
