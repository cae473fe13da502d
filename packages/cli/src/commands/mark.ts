/** `onevision mark`: draws numbered marks on an image, and prints the table that locates them. */

import { OnevisionError, type Size } from "@onevision/base";
import { drawMarks, gridCells, type Mark, type Region } from "@onevision/draw";
import type { RgbImage } from "@onevision/media";
import { assertOutput, readImage, readImageSize, type Upright, writeImage } from "../input/images.ts";
import { parseWhole } from "../input/numbers.ts";
import { parseBoxes, parseGrid, parseLabels, parsePoints } from "../input/places.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface MarkCommand extends Upright {
	readonly points?: string;
	readonly boxes?: string;
	readonly mask?: readonly string[];
	readonly grid?: string;
	readonly labels?: string;
	readonly size?: string;
	readonly out: string;
	readonly json?: boolean;
}

/** A mask file's pixel is inside from this channel value on. */
const INSIDE = 128;

export async function markImage(terminal: Terminal, file: string, options: MarkCommand): Promise<void> {
	assertRegions(options);
	await assertOutput(terminal, options.out, [file, ...(options.mask ?? [])]);
	await readImageSize(terminal, file, options);
	const image = await readImage(terminal, file, options);
	const regions = await regionsOf(terminal, image, options);
	const { image: marked, marks } = drawMarks(image, regions, {
		...(options.labels === undefined ? {} : { labels: parseLabels(options.labels) }),
		...(options.size === undefined ? {} : { size: parseWhole("--size", options.size) }),
	});
	await writeImage(terminal, options.out, marked);
	const { width, height } = marked;
	await terminal.out(
		options.json
			? `${JSON.stringify({ written: options.out, width, height, marks }, null, 2)}\n`
			: `${markTable(marks).join("\n")}\n\nwrote ${options.out}, ${width}x${height} px\n`,
	);
}

function assertRegions({ points, boxes, mask, grid }: MarkCommand): void {
	const places = Object.entries({ points, boxes, mask }).flatMap(([key, value]) =>
		value ? [`--${key}`] : [],
	);
	if (grid === undefined && places.length === 0) {
		throw new OnevisionError(
			"invalid-input",
			"nothing to mark: give --points, --boxes, --mask or --grid, in px of the image",
		);
	}
	if (grid === undefined || places.length === 0) return;
	throw new OnevisionError(
		"invalid-input",
		`--grid marks the whole image; leave out ${places.join(", ")}, or --grid`,
	);
}

async function regionsOf(terminal: Terminal, image: RgbImage, options: MarkCommand): Promise<Region[]> {
	if (options.grid !== undefined) return gridCells(image, parseGrid(options.grid));
	const regions = [
		...(options.points === undefined ? [] : parsePoints(options.points)),
		...(options.boxes === undefined ? [] : parseBoxes(options.boxes)),
	];
	for (const path of options.mask ?? []) regions.push(await readMask(terminal, path, image, options));
	return regions;
}

async function readMask(terminal: Terminal, path: string, size: Size, options: Upright): Promise<Region> {
	const { width, height } = await readImageSize(terminal, path, options);
	if (width !== size.width || height !== size.height) {
		throw new OnevisionError(
			"invalid-input",
			`--mask ${path}: is ${width}x${height} px, the image ${size.width}x${size.height}; give it in that size`,
		);
	}
	const { data } = await readImage(terminal, path, options);
	const mask = Uint8Array.from({ length: width * height }, (_, at) =>
		Math.max(data[3 * at] ?? 0, data[3 * at + 1] ?? 0, data[3 * at + 2] ?? 0) >= INSIDE ? 1 : 0,
	);
	return { kind: "mask", mask };
}

/** Points by their position, everything else by its box; labels if they are not just the numbers. */
function markTable(marks: readonly Mark[]): string[] {
	const right = { align: "right" } as const;
	const named = marks.some(({ number, label }) => label !== String(number));
	return table(
		[
			{ title: "mark", ...right },
			...(named ? [{ title: "label" }] : []),
			{ title: "kind" },
			{ title: "x", ...right },
			{ title: "y", ...right },
			{ title: "width", ...right },
			{ title: "height", ...right },
		],
		marks.map(({ number, label, kind, point, box }) => [
			String(number),
			...(named ? [label] : []),
			kind,
			String(box?.x ?? point.x),
			String(box?.y ?? point.y),
			box === undefined ? "" : String(box.width),
			box === undefined ? "" : String(box.height),
		]),
	);
}
