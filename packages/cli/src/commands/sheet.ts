/** `onevision sheet` and `onevision pair`: several images on one sheet, decoded one at a time. */

import {
	blankSheet,
	layoutPair,
	layoutSheet,
	type PairOptions,
	placeInCell,
	type SheetLayout,
} from "@onevision/draw";
import { namesOf, readImageFiles } from "../input/image-files.ts";
import { assertOutput, readImage, readImageSize, type Upright, writeImage } from "../input/images.ts";
import { parseWhole } from "../input/numbers.ts";
import { parseLabels } from "../input/places.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface PairCommand extends Upright {
	/** `false` with --no-labels, absent if not given. */
	readonly labels?: string | boolean;
	readonly width?: string;
	readonly maxSide?: string;
	readonly out: string;
	readonly json?: boolean;
}

export interface SheetCommand extends PairCommand {
	readonly columns?: string;
}

export async function makeSheet(
	terminal: Terminal,
	paths: readonly string[],
	command: SheetCommand,
): Promise<void> {
	const given = sheetOptions(command);
	const columns = command.columns === undefined ? {} : { columns: parseWhole("--columns", command.columns) };
	await assertOutput(terminal, command.out, []);
	const images = await readImageFiles(terminal, paths, command);
	const files = images.map(({ path }) => path);
	await assertOutput(terminal, command.out, files);
	const labels = labelsOf(command, () => namesOf(terminal, files));
	const sizes = images.map(({ size }) => size);
	await writeSheet(terminal, files, command, layoutSheet(sizes, { ...given, ...columns, ...labels }));
}

export async function makePair(
	terminal: Terminal,
	before: string,
	after: string,
	command: PairCommand,
): Promise<void> {
	const options = { ...sheetOptions(command), ...labelsOf(command, () => ["before", "after"]) };
	const files = [before, after];
	await assertOutput(terminal, command.out, files);
	const left = await readImageSize(terminal, before, command);
	const right = await readImageSize(terminal, after, command);
	await writeSheet(terminal, files, command, layoutPair(left, right, options));
}

function sheetOptions({ width, maxSide }: PairCommand): PairOptions {
	return {
		...(width === undefined ? {} : { width: parseWhole("--width", width) }),
		...(maxSide === undefined ? {} : { maxSide: parseWhole("--max-side", maxSide) }),
	};
}

function labelsOf({ labels }: PairCommand, names: () => readonly string[]): PairOptions {
	if (labels === false) return {};
	return { labels: typeof labels === "string" ? parseLabels(labels) : names() };
}

/**
 * Decodes the images one after another into their cells; the layout comes from their headers. A JPEG much larger than
 * its cell is downscaled during decoding, to at least twice the cell, as Pillow's `thumbnail` does (`reducing_gap`).
 */
async function writeSheet(
	terminal: Terminal,
	files: readonly string[],
	command: PairCommand,
	layout: SheetLayout,
): Promise<void> {
	const sheet = blankSheet(layout);
	for (const [index, cell] of layout.cells.entries()) {
		const { width, height } = cell.image;
		const atLeast = { width: 2 * width, height: 2 * height };
		placeInCell(sheet, cell, await readImage(terminal, files[index] ?? "", command, atLeast));
	}
	await writeImage(terminal, command.out, sheet);
	await terminal.out(
		command.json
			? `${JSON.stringify({ written: command.out, ...described(layout, files) }, null, 2)}\n`
			: `${sheetTable(layout, files).join("\n")}\n\nwrote ${command.out}, ${layout.width}x${layout.height} px, ${layout.rows}x${layout.cols} images\n`,
	);
}

function described({ width, height, rows, cols, cells }: SheetLayout, files: readonly string[]): object {
	return {
		width,
		height,
		rows,
		cols,
		images: cells.map((cell, index) => ({ file: files[index], ...cell })),
	};
}

function sheetTable({ cells }: SheetLayout, files: readonly string[]): string[] {
	const right = { align: "right" } as const;
	const named = cells.some(({ label }) => label !== undefined);
	return table(
		[
			{ title: "image" },
			...(named ? [{ title: "label" }] : []),
			{ title: "x", ...right },
			{ title: "y", ...right },
			{ title: "width", ...right },
			{ title: "height", ...right },
			{ title: "scale", ...right },
		],
		cells.map(({ label, image, scale }, index) => [
			files[index] ?? "",
			...(named ? [label ?? ""] : []),
			String(image.x),
			String(image.y),
			String(image.width),
			String(image.height),
			`${Math.round(scale * 1000) / 10} %`,
		]),
	);
}
