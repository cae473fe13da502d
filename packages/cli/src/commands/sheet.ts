/** `onevision sheet` and `onevision pair`: several pictures on one, one decoded at a time. */

import { basename, extname } from "node:path";
import type { Size } from "@onevision/core";
import {
	blankSheet,
	layoutPair,
	layoutSheet,
	placeInCell,
	type SheetLayout,
	type SheetOptions,
} from "@onevision/media";
import { parseWhole } from "../input/numbers.ts";
import { assertOutput, readPicture, readPictureSize, type Upright, writePicture } from "../input/pictures.ts";
import { parseLabels } from "../input/places.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface PairCommand extends Upright {
	/** `false` with --no-labels, absent when not given. */
	readonly labels?: string | boolean;
	readonly width?: string;
	readonly out: string;
	readonly json?: boolean;
}

export interface SheetCommand extends PairCommand {
	readonly columns?: string;
}

export async function makeSheet(
	terminal: Terminal,
	files: readonly string[],
	command: SheetCommand,
): Promise<void> {
	const names = files.map((file) => basename(file, extname(file)));
	const options = {
		...sheetOptions(command, names),
		...(command.columns === undefined ? {} : { columns: parseWhole("--columns", command.columns) }),
	};
	await assertOutput(terminal, command.out, files);
	const sizes: Size[] = [];
	for (const file of files) sizes.push(await readPictureSize(terminal, file, command));
	await writeSheet(terminal, files, command, layoutSheet(sizes, options));
}

export async function makePair(
	terminal: Terminal,
	before: string,
	after: string,
	command: PairCommand,
): Promise<void> {
	const options = sheetOptions(command, ["before", "after"]);
	const files = [before, after];
	await assertOutput(terminal, command.out, files);
	const left = await readPictureSize(terminal, before, command);
	const right = await readPictureSize(terminal, after, command);
	await writeSheet(terminal, files, command, layoutPair(left, right, options));
}

function sheetOptions({ labels, width }: PairCommand, names: readonly string[]): SheetOptions {
	return {
		...(labels === false ? {} : { labels: typeof labels === "string" ? parseLabels(labels) : names }),
		...(width === undefined ? {} : { width: parseWhole("--width", width) }),
	};
}

/** Decodes one picture after the other into its cell; the layout was made from their headers. */
async function writeSheet(
	terminal: Terminal,
	files: readonly string[],
	command: PairCommand,
	layout: SheetLayout,
): Promise<void> {
	const sheet = blankSheet(layout);
	for (const [index, cell] of layout.cells.entries()) {
		placeInCell(sheet, cell, await readPicture(terminal, files[index] ?? "", command));
	}
	await writePicture(terminal, command.out, sheet);
	await terminal.out(
		command.json
			? `${JSON.stringify({ written: command.out, ...described(layout, files) }, null, 2)}\n`
			: `${sheetTable(layout, files).join("\n")}\n\nwrote ${command.out}, ${layout.width}x${layout.height} px, ${layout.rows}x${layout.cols} pictures\n`,
	);
}

function described({ width, height, rows, cols, cells }: SheetLayout, files: readonly string[]): object {
	return {
		width,
		height,
		rows,
		cols,
		pictures: cells.map((cell, index) => ({ file: files[index], ...cell })),
	};
}

function sheetTable({ cells }: SheetLayout, files: readonly string[]): string[] {
	const right = { align: "right" } as const;
	const named = cells.some(({ label }) => label !== undefined);
	return table(
		[
			{ title: "picture" },
			...(named ? [{ title: "label" }] : []),
			{ title: "x", ...right },
			{ title: "y", ...right },
			{ title: "width", ...right },
			{ title: "height", ...right },
			{ title: "scale", ...right },
		],
		cells.map(({ label, picture, scale }, index) => [
			files[index] ?? "",
			...(named ? [label ?? ""] : []),
			String(picture.x),
			String(picture.y),
			String(picture.width),
			String(picture.height),
			`${Math.round(scale * 1000) / 10} %`,
		]),
	);
}
