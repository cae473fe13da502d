/** Draws the images of docs/marks.md and docs/inspect.md into docs/images from the example media. Run with `npx tsx -C source scripts/docs-images.ts`. */

import { mkdirSync, readFileSync } from "node:fs";
import { beforeAfterPair, contactSheet, drawMarks, gridCells, type Region } from "@onevision/draw";
import { decodeImage, type RgbImage } from "@onevision/media/node";
import sharp from "sharp";
import { runInMemory } from "../packages/cli/src/testing/terminal.ts";
import { ROOT } from "./files.ts";

const FOLDER = `${ROOT}docs/images`;

/** The boxes of the command in docs/marks.md. */
const STALLS: readonly Region[] = [
	[45, 308, 360, 366],
	[450, 465, 110, 255],
	[555, 480, 115, 268],
	[694, 306, 378, 368],
	[18, 618, 204, 158],
	[744, 630, 212, 164],
].map(([x = 0, y = 0, width = 0, height = 0]) => ({ kind: "box", x, y, width, height }));

/** Lighthouse, boats, sun; two of them closer together than a mark is wide. */
const HARBOUR: readonly Region[] = [
	[1660, 420],
	[1240, 640],
	[520, 780],
	[1330, 930],
	[1300, 965],
	[1420, 300],
	[1500, 640],
].map(([x = 0, y = 0]) => ({ kind: "point", x, y }));

const media = (name: string): Promise<RgbImage> => decodeImage(readFileSync(`${ROOT}examples/media/${name}`));

const market = await media("market.jpg");
const harbour = await media("harbour.jpg");
const screenshot = await media("screenshot.png");
const views = ["front", "left", "rear", "right"];
const cameras = await Promise.all(views.map((view) => media(`cameras/${view}.jpg`)));
const [before, after] = [await media("before-after/before.png"), await media("before-after/after.png")];

mkdirSync(FOLDER, { recursive: true });
const boxes = drawMarks(market, STALLS).image;
await write("marks-boxes", boxes, 900);
await write("marks-boxes-384", boxes, 384);
await write("marks-points", drawMarks(harbour, HARBOUR).image, 900);
await write("marks-grid", drawMarks(screenshot, gridCells(screenshot, { rows: 8, cols: 4 })).image, 420);
await write("sheet-cameras", contactSheet(cameras, { labels: views }).image, 900);
await write("pair-tap", beforeAfterPair(before, after, { width: 1200 }).image, 640);

/** The commands of docs/inspect.md. */
const INSPECTED = [
	["inspect-anyres", "market.jpg", 1000],
	["inspect-crop", "harbour.jpg -m llava-1.5-7b", 1000],
	["inspect-merged", "chart.png -m qwen2.5-vl-7b", 1000],
	[
		"inspect-together",
		"cameras/front.jpg cameras/left.jpg cameras/rear.jpg cameras/right.jpg --together",
		820,
	],
	["inspect-clip", "delivery.mp4 --set num_frames=12", 1100],
] as const;
for (const [name, command, shownWidth] of INSPECTED) {
	const line = `inspect ${command} --out ${FOLDER}/${name}.png`;
	const { status, err } = await runInMemory(line.split(" "), { cwd: `${ROOT}examples/media` });
	if (status !== 0) throw new Error(err);
	await write(name, await decodeImage(readFileSync(`${FOLDER}/${name}.png`)), shownWidth, 96);
}

/** As a PNG of few colors: drawings have no more, and the page loads quickly. */
async function write(
	name: string,
	{ data, width, height }: RgbImage,
	shownWidth: number,
	colors = 256,
): Promise<void> {
	const { size } = await sharp(data, { raw: { width, height, channels: 3 } })
		.resize({ width: shownWidth })
		.png({ palette: true, colors, effort: 10, dither: 0, compressionLevel: 9 })
		.toFile(`${FOLDER}/${name}.png`);
	process.stdout.write(`${name}.png ${size} bytes\n`);
}
