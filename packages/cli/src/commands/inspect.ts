/** `onevision inspect`: draws what a model sees of an image, a video or several images together, on one page. */

import { basename, resolve } from "node:path";
import { formatInteger, OnevisionError } from "@onevision/base";
import { type ItemLayout, overContext } from "@onevision/core";
import {
	type Fact,
	factsOf,
	type InspectedImage,
	inspectImage,
	inspectSample,
	MAX_IMAGES,
	notesOf,
	pageSized,
	partsOf,
	px,
	tokensText,
} from "@onevision/draw";
import { type AskedLoading, type FileLoading, loadingOf, resolveLoading } from "@onevision/media";
import { type MediaHeader, mediaItemOf, readHeader, storedOrientation } from "@onevision/media/node";
import { assertOutput, readImage, writeImage } from "../input/images.ts";
import {
	type Inspector,
	layoutsOf,
	type ModelCommand,
	pageOptions,
	readInspector,
	viewPlanOf,
} from "../input/inspector.ts";
import { tracksNotes } from "../input/media.ts";
import { overContextLine } from "../render/context.ts";
import { type FittedColumn, fittedTable, leftOutNote } from "../render/fitted-table.ts";
import { printable } from "../render/left-out.ts";
import { samplingNote } from "../render/sampling.ts";
import { table } from "../render/table.ts";
import { turnedNote } from "../render/turned.ts";
import { wrap } from "../render/wrap.ts";
import type { Terminal } from "../terminal.ts";
import { type AnswerCommand, assertNoAnswerOptions, inspectAnswer } from "./inspect-answer.ts";
import {
	type FrameChoice,
	inspectClip,
	type Page,
	parseChoice,
	type SamplingCommand,
} from "./inspect-video.ts";

export interface InspectCommand extends SamplingCommand, ModelCommand, AskedLoading, AnswerCommand {
	readonly together?: boolean;
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
	if (command.answer !== undefined) return inspectAnswer(terminal, files, command);
	assertNoAnswerOptions(command);
	const choice = parseChoice(command);
	// Frames chosen here go to the model as they are, without further sampling.
	const inspector = await readInspector(
		terminal,
		choice === undefined ? command : { ...command, asIs: true },
	);
	const page = await pageOf(terminal, files, inspector, command, choice);
	await writeImage(terminal, command.out, page.image);
	await terminal.out(
		command.json === true
			? reportOf(command.out, inspector, page)
			: textOf(terminal, command.out, inspector, page),
	);
}

function assertFiles(files: readonly string[], { together }: InspectCommand): void {
	if (files.length > 1 && together !== true) {
		throw new OnevisionError(
			"invalid-input",
			"one file is drawn at a time; several images of one conversation with --together",
		);
	}
	if (files.length > MAX_IMAGES) {
		throw new OnevisionError(
			"over-limit",
			`${files.length} images: a page takes at most ${MAX_IMAGES}; give fewer`,
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
	choice: FrameChoice | undefined,
): Promise<Page> {
	const { parity } = inspector.counter;
	const loading = resolveLoading(command, parity && loadingOf(parity));
	const headers: MediaHeader[] = [];
	for (const file of files) {
		const header = await readHeader(resolve(terminal.cwd, file), loading);
		if (header.kind === "video") terminal.notes.push(...tracksNotes(file, header));
		headers.push(header);
	}
	const [[file = "", ...more], [header]] = [files, headers];
	if (header?.kind === "video" && more.length === 0) {
		return inspectClip(terminal, file, header, inspector, choice, loading.applyRotation);
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
	const named = headers.map((header, index) => ({
		name: files[index] ?? "",
		orientation: storedOrientation(header),
	}));
	const turned = turnedNote(named, loading);
	if (turned !== undefined) terminal.notes.push(`onevision: ${turned}`);
	return {
		...(await inspectImages(terminal, files, headers, inspector, loading)),
		loading: loading.loading,
	};
}

async function inspectImages(
	terminal: Terminal,
	files: readonly string[],
	headers: readonly MediaHeader[],
	inspector: Inspector,
	loading: FileLoading,
): Promise<Page> {
	const layouts = layoutsOf(inspector.counter, headers.map(mediaItemOf));
	const images: InspectedImage[] = [];
	for (const [index, layout] of layouts.entries()) {
		const file = files[index] ?? "";
		const image = await readImage(terminal, file, loading);
		images.push({
			name: basename(file),
			image: files.length > 1 ? pageSized(image) : image,
			layout,
			...viewPlanOf(inspector, layout, files.length),
		});
	}
	const items = images.map(({ name, image, ...item }, index) => ({ file: files[index] ?? name, ...item }));
	const options = pageOptions(inspector, "image");
	const [only, ...others] = images;
	if (only === undefined || others.length > 0) return { image: inspectSample(images, options), items };
	const { image, layout, viewPlan } = only;
	return {
		image: inspectImage(image, layout, viewPlan === undefined ? options : { ...options, viewPlan }),
		items,
	};
}

function reportOf(
	written: string,
	{ counter: { id, title, basis, settings, contextTokens }, sampling, note }: Inspector,
	{ image: { width, height }, ...page }: Page,
): string {
	const videoSampling =
		page.frames === undefined || page.sampling !== undefined ? {} : { videoSampling: sampling };
	const over = overOf(page.items, contextTokens);
	const flag = over === undefined ? {} : { overContext: over };
	const report = {
		...{ written, width, height, model: id, title, basis, settings },
		...videoSampling,
		...flag,
		...page,
	};
	return `${JSON.stringify(note === undefined ? report : { ...report, note }, null, 2)}\n`;
}

function textOf(
	terminal: Terminal,
	written: string,
	{ counter, sampling, note }: Inspector,
	{ image, items, frames, sampling: choice }: Page,
): string {
	const { title, basis, settings, contextTokens = Number.POSITIVE_INFINITY } = counter;
	const over = overOf(items, contextTokens);
	const layouts = items.map(({ layout }) => layout);
	const sampled =
		frames === undefined || choice !== undefined ? [] : [samplingNote(sampling, String(settings.parity))];
	const notes = [
		...new Set([...sampled, ...layouts.flatMap(notesOf), ...(note === undefined ? [] : [note])]),
	];
	const { columns } = terminal;
	return [
		...wrap(`${title} ${basis}`, columns),
		"",
		...(items.length > 1 ? imagesTable(items, columns) : layouts.flatMap(factsTable)),
		"",
		...(over === undefined ? [] : wrap(overContextLine(over, contextTokens), columns)),
		...notes.flatMap((line) => wrap(`note: ${line}`, columns)),
		`wrote ${written}, ${image.width}x${image.height} px\n`,
	].join("\n");
}

/** Number of tokens by which the page's contents exceed the model's context. */
function overOf(items: Page["items"], contextTokens = Number.POSITIVE_INFINITY): number | undefined {
	return overContext(
		items.map(({ layout }) => layout),
		contextTokens,
	);
}

/** The numbers of the page, one per line. */
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

function imagesTable(items: Page["items"], width: number): string[] {
	const columns: FittedColumn[] = [
		{ title: "image" },
		{ title: "size", spare: 2, ...right },
		{ title: "canvas", spare: 3, ...right },
		{ title: "views", spare: 4, ...right },
		{ title: "tower\ntokens", spare: 1, ...right },
		{ title: "visual\ntokens", ...right },
	];
	const sum = (pick: (layout: ItemLayout) => number): string =>
		formatInteger(items.reduce((total, { layout }) => total + pick(layout), 0));
	const rows = items.map(({ file, layout }) => [
		printable(file),
		px(layout.source),
		px(layout.canvas),
		formatInteger(layout.views),
		formatInteger(layout.towerTokens),
		tokensText(layout),
	]);
	const totals = [sum(({ views }) => views), sum((l) => l.towerTokens), sum((l) => l.visualTokens)];
	const { head, body, leftOut } = fittedTable(columns, [...rows, ["total", "", "", ...totals]], width);
	return [
		...head,
		...body,
		...leftOutNote(leftOut, width, "--json has all").flatMap((line) => wrap(line, width)),
	];
}
