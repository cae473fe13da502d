/** `onevision inspect`: what a model sees of an image, a video or several images together, drawn on one page. */

import { basename, resolve } from "node:path";
import { type ItemLayout, OnevisionError, overContext } from "@onevision/core";
import {
	type Fact,
	factsOf,
	type InspectedImage,
	inspectImage,
	inspectSample,
	MOST_IMAGES,
	notesOf,
	pageSized,
	partsOf,
	px,
	tokensText,
} from "@onevision/media";
import { type MediaHeader, mediaItemOf, readHeader } from "@onevision/media/node";
import {
	framingOf,
	type Inspector,
	layoutsOf,
	type ModelCommand,
	pageOptions,
	readInspector,
} from "../input/inspector.ts";
import { tracksNote } from "../input/media.ts";
import { assertOutput, readPicture, readPictureSize, writePicture } from "../input/pictures.ts";
import { overContextLine } from "../render/context.ts";
import { whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import { inspectClip, type Page, parseChoice, type SamplingCommand } from "./inspect-video.ts";

export interface InspectCommand extends SamplingCommand, ModelCommand {
	readonly together?: boolean;
	readonly applyOrientation?: boolean;
	readonly out: string;
	readonly json?: boolean;
}

export async function inspectMedia(
	terminal: Terminal,
	files: readonly string[],
	command: InspectCommand,
): Promise<void> {
	assertFiles(files, command);
	await assertOutput(terminal, command.out, files);
	const inspector = await readInspector(terminal, command);
	const page = await pageOf(terminal, files, inspector, command);
	await writePicture(terminal, command.out, page.picture);
	await terminal.out(
		command.json === true ? reportOf(command.out, inspector, page) : textOf(command.out, inspector, page),
	);
}

function assertFiles(files: readonly string[], { together }: InspectCommand): void {
	if (files.length > 1 && together !== true) {
		throw new OnevisionError(
			"invalid-input",
			"one file is drawn at a time; several images of one conversation with --together",
		);
	}
	if (files.length > MOST_IMAGES) {
		throw new OnevisionError(
			"over-limit",
			`${files.length} images: a page takes at most ${MOST_IMAGES}; give fewer`,
		);
	}
	if (files.length > 1 || together !== true) return;
	throw new OnevisionError(
		"invalid-input",
		"--together: one file is given; give several images, or leave it out",
	);
}

async function pageOf(
	terminal: Terminal,
	files: readonly string[],
	inspector: Inspector,
	command: InspectCommand,
): Promise<Page> {
	const choice = parseChoice(command);
	const headers: MediaHeader[] = [];
	for (const file of files) headers.push(await headerOf(terminal, file, command));
	const [[file = "", ...more], [header]] = [files, headers];
	if (header?.kind === "video" && more.length === 0) {
		return inspectClip(terminal, file, header, inspector, choice, command.applyOrientation === true);
	}
	const video = headers.findIndex(({ kind }) => kind === "video");
	if (video >= 0) {
		throw new OnevisionError("invalid-input", `${files[video]}: is a video; --together takes images`);
	}
	if (choice !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"--sampling chooses frames of a video; leave it out for images",
		);
	}
	return inspectPictures(terminal, files, headers, inspector, command);
}

async function headerOf(terminal: Terminal, file: string, command: InspectCommand): Promise<MediaHeader> {
	const applyOrientation = command.applyOrientation === true;
	const header = await readHeader(resolve(terminal.cwd, file), { applyOrientation });
	if (header.kind === "video") terminal.err(tracksNote(file, header));
	return header;
}

async function inspectPictures(
	terminal: Terminal,
	files: readonly string[],
	headers: readonly MediaHeader[],
	inspector: Inspector,
	command: InspectCommand,
): Promise<Page> {
	const layouts = layoutsOf(inspector.counter, headers.map(mediaItemOf));
	const images: InspectedImage[] = [];
	for (const [index, layout] of layouts.entries()) {
		const file = files[index] ?? "";
		await readPictureSize(terminal, file, command);
		const picture = await readPicture(terminal, file, command);
		images.push({
			name: basename(file),
			picture: files.length > 1 ? pageSized(picture) : picture,
			layout,
			...framingOf(inspector, layout, files.length),
		});
	}
	const items = images.map(({ name, picture, ...item }, index) => ({ file: files[index] ?? name, ...item }));
	const options = pageOptions(inspector, "image");
	const [only, ...others] = images;
	if (only === undefined || others.length > 0) return { picture: inspectSample(images, options), items };
	const { picture, layout, framing } = only;
	return {
		picture: inspectImage(picture, layout, framing === undefined ? options : { ...options, framing }),
		items,
	};
}

function reportOf(
	written: string,
	{ counter: { id, title, basis, settings, contextTokens }, note }: Inspector,
	{ picture: { width, height }, ...page }: Page,
): string {
	const over = overOf(page.items, contextTokens);
	const flag = over === undefined ? {} : { overContext: over };
	const report = { written, width, height, model: id, title, basis, settings, ...flag, ...page };
	return `${JSON.stringify(note === undefined ? report : { ...report, note }, null, 2)}\n`;
}

function textOf(written: string, { counter, note }: Inspector, { picture, items }: Page): string {
	const { title, basis, contextTokens = Number.POSITIVE_INFINITY } = counter;
	const layouts = items.map(({ layout }) => layout);
	const over = overOf(items, contextTokens);
	const notes = [...new Set([...layouts.flatMap(notesOf), ...(note === undefined ? [] : [note])])];
	return [
		`${title} ${basis}`,
		"",
		...(items.length > 1 ? imagesTable(items) : layouts.flatMap(factsTable)),
		"",
		...(over === undefined ? [] : [overContextLine(over, contextTokens)]),
		...notes.map((line) => `note: ${line}`),
		`wrote ${written}, ${picture.width}x${picture.height} px\n`,
	].join("\n");
}

/** By how many tokens what is on the page is over the model's context. */
function overOf(items: Page["items"], contextTokens = Number.POSITIVE_INFINITY): number | undefined {
	return overContext(
		items.map(({ layout }) => layout),
		contextTokens,
	);
}

/** The numbers of the page, one a line. */
function factsTable(layout: ItemLayout): string[] {
	const parts = partsOf(layout);
	const tokens = { name: "visual tokens", value: tokensText(layout) };
	const rows: readonly Fact[] = [...factsOf(layout), ...(parts.length > 1 ? parts : []), tokens];
	const columns = [{ title: "" }, { title: "", ...right }];
	return table(
		columns,
		rows.map(({ name, value }) => [name, value]),
	).slice(1);
}

const right = { align: "right" } as const;

function imagesTable(items: Page["items"]): string[] {
	const columns = ["size", "canvas", "views", "tower tokens", "visual tokens"];
	const sum = (pick: (layout: ItemLayout) => number): string =>
		whole(items.reduce((total, { layout }) => total + pick(layout), 0));
	const rows = items.map(({ file, layout }) => [
		file,
		px(layout.source),
		px(layout.canvas),
		whole(layout.views),
		whole(layout.towerTokens),
		tokensText(layout),
	]);
	const totals = [sum(({ views }) => views), sum((l) => l.towerTokens), sum((l) => l.visualTokens)];
	return table(
		[{ title: "image" }, ...columns.map((title) => ({ title, ...right }))],
		[...rows, ["total", "", "", ...totals]],
	);
}
