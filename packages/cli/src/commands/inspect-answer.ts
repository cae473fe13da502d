/** `onevision inspect --answer`: what the tokens of an answer attend to in an image, by a model that runs here. */

import { basename, resolve } from "node:path";
import { formatInteger, formatPercent, OnevisionError } from "@onevision/base";
import { type InspectedAttention, inspectAttention, shareText } from "@onevision/draw";
import { type AskedLoading, loadingOf, resolveLoading } from "@onevision/media";
import { readHeader } from "@onevision/media/node";
import { type AnswerAttention, cellsOf, type ImageCells, type Message } from "@onevision/model";
import { loadModel, type VisionLanguageModel } from "@onevision/model/node";
import { readImage, writeImage } from "../input/images.ts";
import { parseWhole } from "../input/numbers.ts";
import { askedSettings, type SettingsOptions } from "../input/settings.ts";
import { wrap } from "../render/wrap.ts";
import type { Terminal } from "../terminal.ts";

/** Options that go with `--answer`. */
export interface AnswerCommand {
	readonly answer?: string;
	readonly question?: string;
	readonly layers?: string;
	readonly threads?: string;
}

interface InspectAnswerCommand extends AnswerCommand, AskedLoading, SettingsOptions {
	/** Folder of a snapshot. */
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly together?: boolean;
	readonly sampling?: string;
	readonly frames?: string;
	readonly out: string;
	readonly json?: boolean;
}

/** Throws `invalid-input` for options that say nothing without an answer. */
export function assertNoAnswerOptions({ question, layers, threads }: AnswerCommand): void {
	const [option] =
		Object.entries({ question, layers, threads }).find(([, value]) => value !== undefined) ?? [];
	if (option === undefined) return;
	throw new OnevisionError(
		"invalid-input",
		`--${option}: only with --answer, the text whose attention is drawn`,
	);
}

export async function inspectAnswer(
	terminal: Terminal,
	[file = ""]: readonly string[],
	command: InspectAnswerCommand,
): Promise<void> {
	const { answer = "", question, out, json } = command;
	assertApplicable(command);
	const loading = resolveLoading(command, loadingOf("transformers"));
	const header = await readHeader(resolve(terminal.cwd, file), loading);
	if (header.kind === "video") {
		throw new OnevisionError("invalid-input", `${file}: is a video; --answer draws on one image`);
	}
	const { settings } = askedSettings(command);
	const image = await readImage(terminal, file, loading);
	const model = await loadModel(resolve(terminal.cwd, command.model), {
		label: command.model,
		...(settings === undefined ? {} : { settings }),
		...(command.threads === undefined
			? {}
			: { threads: parseWhole("--threads", command.threads, { max: 1024 }) }),
		onConvert: (done, total) =>
			progress(terminal, done === total ? "" : `converting weights, once: ${formatPercent(done / total)}`),
	});
	try {
		const text = question === undefined ? [] : [{ type: "text", text: question } as const];
		const messages: Message[] = [{ role: "user", content: [{ type: "image", image }, ...text] }];
		const layers = command.layers === undefined ? {} : { layers: parseLayers(command.layers) };
		const attended = await model.attend(messages, answer, {
			...layers,
			onToken: (done, total) => progress(terminal, done === total ? "" : `token ${done} of ${total}`),
		});
		const [item] = attended.items;
		if (item === undefined) throw new Error("internal: an image that is not in the prompt");
		const cells = cellsOf(item.layout, item.weights);
		const title = basename(resolve(terminal.cwd, command.model));
		const page = inspectAttention(image, item.layout, pageOf(attended, cells, answer), {
			title,
			subtitle: question === undefined ? "asked nothing beside the image" : `asked: ${question}`,
			viewPlan: model.processor.planViews(item.layout, 1),
		});
		await writeImage(terminal, out, page);
		await terminal.out(
			json === true
				? reportOf(out, title, command, attended, cells)
				: textOf(terminal, out, model, attended, cells),
		);
	} finally {
		progress(terminal, "");
		await model.close();
	}
}

/** Options of `inspect` that a model which runs does not take. */
function assertApplicable(command: InspectAnswerCommand): void {
	const { config, hub, together, sampling, frames, parity } = command;
	const [option] =
		Object.entries({ config, hub, together, sampling, frames, parity }).find(
			([, value]) => value !== undefined,
		) ?? [];
	if (option === undefined) return;
	throw new OnevisionError(
		"invalid-input",
		`--${option}: not with --answer, which runs the model in the folder that --model names on one image`,
	);
}

/** `0-3,7` as the layers it names. */
function parseLayers(text: string): readonly number[] {
	const layers = text.split(",").flatMap((part) => {
		const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim()) ?? [];
		const [from, to] = [Number(first), Number(last)];
		if (!(from <= to)) {
			throw new OnevisionError("invalid-input", `--layers ${text}: expected layers such as 0-11 or 3,5,7`);
		}
		return Array.from({ length: to - from + 1 }, (_, index) => from + index);
	});
	return [...new Set(layers)];
}

function onImageOf({ overview, canvas, newlines }: ImageCells) {
	const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
	return [
		...(overview === undefined ? [] : [{ name: "overview", share: sum(overview.values) }]),
		{ name: overview === undefined ? "patches" : "tiles", share: sum(canvas.values) },
		...(newlines > 0 ? [{ name: "newlines", share: newlines }] : []),
	];
}

function elsewhereOf({ shares: { first, text, answer } }: AnswerAttention) {
	return [
		{ name: "on the first position", share: first },
		{ name: "on the prompt's text", share: text },
		{ name: "on the answer before", share: answer },
	];
}

function pageOf(attended: AnswerAttention, cells: ImageCells, answer: string): InspectedAttention {
	return {
		canvas: cells.canvas,
		...(cells.overview === undefined ? {} : { overview: cells.overview }),
		...{ onImage: onImageOf(cells), elsewhere: elsewhereOf(attended), answer },
		facts: [
			{ name: "tokens of the answer", value: formatInteger(attended.tokens.length) },
			{ name: "layers, all heads", value: layersText(attended) },
		],
	};
}

function layersText({ layers, modelLayers }: AnswerAttention): string {
	if (layers.length === modelLayers) return `all ${modelLayers}`;
	return layers.length <= 4 ? layers.join(", ") : `${layers.length} of ${modelLayers}`;
}

function textOf(
	terminal: Terminal,
	out: string,
	{ checkpoint }: VisionLanguageModel,
	attended: AnswerAttention,
	cells: ImageCells,
): string {
	const shares = [...onImageOf(cells), ...elsewhereOf(attended)]
		.map(({ name, share }) => `${name} ${shareText(share)}`)
		.join(", ");
	return [
		...wrap(checkpoint.title, terminal.columns),
		...wrap(
			`${formatInteger(attended.tokens.length)} tokens of the answer, layers ${layersText(attended)}: ${shares}`,
			terminal.columns,
			"  ",
		),
		...wrap(
			"note: attention says where layers read, not what decides the answer; docs/attention.md has more",
			terminal.columns,
			"  ",
		),
		`wrote ${out}\n`,
	].join("\n");
}

function reportOf(
	written: string,
	model: string,
	{ answer, question }: AnswerCommand,
	{ tokens, layers, modelLayers, shares }: AnswerAttention,
	{ canvas, overview, newlines }: ImageCells,
): string {
	const plain = ({ grid, values }: ImageCells["canvas"]) => ({ grid, weights: [...values] });
	const report = {
		...{ written, model, question, answer, layers, modelLayers, shares },
		tokens: tokens.map(({ id, text }) => ({ id, text })),
		canvas: plain(canvas),
		...(overview === undefined ? {} : { overview: plain(overview) }),
		newlines,
	};
	return `${JSON.stringify(report, null, 2)}\n`;
}

function progress(terminal: Terminal, text: string): void {
	if (terminal.showsProgress) terminal.err(`\r${text}\u001b[K`);
}
