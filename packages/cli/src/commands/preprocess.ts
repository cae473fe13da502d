/** `onevision preprocess`: turns images and videos into a model's input tensors, as safetensors. */

import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { assertOpen, modelSettings } from "@onevision/api";
import { formatBytes, formatInteger, OnevisionError } from "@onevision/base";
import { type Checkpoint, type ItemLayout, overContext } from "@onevision/core";
import {
	type AskedLoading,
	type Backend,
	createProcessor,
	type FileLoading,
	type FloatType,
	loadingOf,
	type ProcessorOptions,
	resolveLoading,
	TRANSFORMERS_VERSION,
} from "@onevision/media";
import { planBatch, preprocessSamples } from "@onevision/media/node";
import { EXIT } from "../exit.ts";
import { readMedia, reportLeftOut } from "../input/media.ts";
import { resolveModel } from "../input/model.ts";
import { parseWhole } from "../input/numbers.ts";
import { askedSettings } from "../input/settings.ts";
import { shorten } from "../input/shorten.ts";
import { assertFilePlace, assertFolderPlace } from "../output/place.ts";
import { targetsOf } from "../output/targets.ts";
import { describeTensors, type TensorShapes, writeBatch, writeTensors } from "../output/tensor-file.ts";
import { type Refusal, refusalOf } from "../refusal.ts";
import { overContextLine } from "../render/context.ts";
import { samplingNote } from "../render/sampling.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface PreprocessCommand extends AskedLoading {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly asIs?: boolean;
	readonly backend?: string;
	readonly dtype?: string;
	readonly together?: boolean;
	readonly threads?: string;
	readonly out: string;
	readonly json?: boolean;
}

/** Writes one batch to one file, or one file per sample to a folder. */
export async function preprocessMedia(
	terminal: Terminal,
	paths: readonly string[],
	command: PreprocessCommand,
): Promise<number> {
	if (paths.length === 0) {
		throw new OnevisionError(
			"invalid-input",
			"nothing to preprocess: give images, videos or folders of them",
		);
	}
	const isInFolder = await isFolder(terminal, command.out);
	refuseIdleOptions(command, isInFolder);
	// Rejects an impossible output before reading any header.
	await (isInFolder ? assertFolderPlace : assertFilePlace)(terminal, command.out);
	const { model, options, sampling } = await modelOf(terminal, command);
	assertOpen(model, "preprocess makes the tensors of");
	const processor = createProcessor(model, options);
	const loading = resolveLoading(command, loadingOf("transformers", processor.backend));
	const { files, leftOut } = await readMedia(terminal, paths, loading, true);
	const given = paths.map((path) => resolve(terminal.cwd, path));
	const refused = leftOut.find(({ path }) => given.includes(path));
	if (refused !== undefined && !isInFolder) {
		throw new OnevisionError(
			"unreadable-file",
			`${refused.message}; one batch is made of all files or of none`,
		);
	}
	reportLeftOut(terminal, leftOut);
	const names = files.map(({ path }) => path);
	const { contextTokens = Number.POSITIVE_INFINITY } = processor.checkpoint;
	const facts = {
		model: processor.checkpoint.title,
		backend: processor.backend,
		loading: loading.loading,
		dtype: processor.dtype,
		settings: options.settings,
		transformers: TRANSFORMERS_VERSION,
	};
	const hasFailed = refused !== undefined || leftOut.some(({ reason }) => reason !== "not-media");
	const job: Job = {
		terminal,
		command,
		model,
		options,
		loading,
		names,
		given,
		facts,
		contextTokens,
		hasFailed,
	};
	const status = isInFolder ? await writeEach(job) : await writeOne(job);
	if (files.some(({ header }) => header.kind === "video")) {
		terminal.notes.push(`note: ${samplingNote(sampling, "transformers")}`);
	}
	return status;
}

interface Job {
	readonly terminal: Terminal;
	readonly command: PreprocessCommand;
	readonly model: string | Checkpoint;
	readonly options: ProcessorOptions;
	readonly loading: FileLoading;
	/** Absolute paths. */
	readonly names: readonly string[];
	/** Absolute paths from the command line, in its order. */
	readonly given: readonly string[];
	/** Whether a file was already skipped. */
	readonly hasFailed: boolean;
	readonly facts: Readonly<Record<string, unknown>>;
	/** Tokens the model accepts; infinite if unknown. */
	readonly contextTokens: number;
}

async function modelOf(terminal: Terminal, command: PreprocessCommand) {
	const resolved = await resolveModel(terminal, command);
	const { model } = resolved;
	const { settings, sampling } = modelSettings(model, askedSettings(command), resolved.settings);
	const options: ProcessorOptions = {
		settings,
		...(command.backend === undefined ? {} : { backend: command.backend as Backend }),
		...(command.dtype === undefined ? {} : { dtype: command.dtype as FloatType }),
	};
	return { model, options, sampling };
}

/** A name that ends in a slash or is a folder means one file per sample; anything else must be a safetensors file. */
async function isFolder(terminal: Terminal, out: string): Promise<boolean> {
	if (out.trim() === "") throw new OnevisionError("invalid-input", "--out: give a file or a folder");
	if (/[/\\]$/.test(out)) return true;
	const found = await stat(resolve(terminal.cwd, out)).catch(() => undefined);
	if (found?.isDirectory() === true) return true;
	if (extname(out) === ".safetensors") return false;
	throw new OnevisionError(
		"invalid-input",
		`--out ${out}: give a file that ends in .safetensors, or a folder that ends in / for one file per input`,
	);
}

/** Throws `invalid-input` for options that have no effect, or the wrong one, with this kind of output. */
function refuseIdleOptions({ threads, together }: PreprocessCommand, isInFolder: boolean): void {
	if (threads !== undefined) {
		parseWhole("--threads", threads);
		if (!isInFolder) {
			throw new OnevisionError(
				"invalid-input",
				"--threads goes with a folder as --out; one batch is made in one go",
			);
		}
	}
	if (together === true && isInFolder) {
		throw new OnevisionError(
			"invalid-input",
			"--together makes one sample; give a file that ends in .safetensors as --out",
		);
	}
}

/** Writes the batch while it is computed, since the file may be larger than memory. */
async function writeOne(job: Job): Promise<number> {
	const { terminal, command, model, options, loading, names, facts, contextTokens, hasFailed } = job;
	const samples = command.together === true ? [names] : names.map((name) => [name]);
	const progress = progressOf(terminal);
	const plan = await planBatch(model, samples, {
		...options,
		decode: decodeOf(loading),
		onImage: progress,
	});
	const { tensors, layouts } = plan;
	const short = names.map((name) => shorten(terminal.cwd, name));
	const written = await writeBatch(terminal, command.out, plan, { ...facts, files: short, layouts });
	const rows = layouts.flat().map((layout, index) => rowOf(short[index] ?? "", layout));
	const over = overEach(layouts, contextTokens);
	if (command.json === true) {
		const report = { ...reportOf(command.out, written, tensors, facts, short, layouts), ...over };
		await terminal.out(`${JSON.stringify(report, null, 2)}\n`);
	} else {
		await terminal.out(`${table(COLUMNS, rows).join("\n")}\n\n`);
		const names = command.together === true ? [] : short;
		for (const line of overLines(over, names, contextTokens)) await terminal.out(`${line}\n`);
		await terminal.out(
			`${describeTensors(tensors).join("\n")}\nwrote ${command.out}, ${formatBytes(written)}\n`,
		);
	}
	return hasFailed ? EXIT.error : EXIT.done;
}

function reportOf(
	written: string,
	size: number,
	tensors: TensorShapes,
	facts: object,
	files: readonly string[],
	layouts: readonly (readonly ItemLayout[])[],
) {
	const shapes = Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
	return { written, bytes: size, ...facts, files, tensors: Object.fromEntries(shapes), layouts };
}

/** One file per sample, made by a pool of threads. Each failure prints a line, and the rest continue. */
async function writeEach(job: Job): Promise<number> {
	const { terminal, command, model, options, loading, names, given, facts, contextTokens, hasFailed } = job;
	const targets = targetsOf(names, given, command.out, ".safetensors");
	const progress = progressOf(terminal);
	const threads = command.threads === undefined ? {} : { threads: parseWhole("--threads", command.threads) };
	const samples = names.map((name) => [name]);
	const made: {
		file: string;
		written: string;
		/** Keep only the shapes: the tensors' memory is reused. */
		tensors: TensorShapes;
		layouts: readonly ItemLayout[];
		size: number;
	}[] = [];
	const failed: { file: string; error: Refusal }[] = [];
	let index = 0;
	for await (const result of preprocessSamples(model, samples, {
		...options,
		...threads,
		decode: decodeOf(loading),
		reuseMemory: true,
	})) {
		const name = names[index] ?? "";
		const file = shorten(terminal.cwd, name);
		if ("error" in result) failed.push({ file, error: result.error });
		else {
			const written = targets[index] ?? "";
			const metadata = { ...facts, files: [file], layouts: [result.layouts] };
			const { tensors, layouts } = result;
			const size = await writeTensors(terminal, written, tensors, metadata, command.out).catch(expected);
			if (typeof size !== "number") {
				// If one write fails, so will the next. Stop, but still report what was written.
				failed.push({ file, error: size });
				break;
			}
			const shapes = Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
			made.push({ file, written, tensors: Object.fromEntries(shapes), layouts, size });
		}
		progress(++index, names.length);
	}
	for (const { error } of failed) terminal.err(`onevision: ${error.message}\n`);
	if (command.json === true) {
		const report = {
			...facts,
			written: made.map(({ file, written, tensors, layouts, size }) => ({
				...reportOf(written, size, tensors, {}, [file], [layouts]),
				...overEach([layouts], contextTokens),
			})),
			failed: failed.map(({ file, error: { code, message } }) => ({ file, code, message })),
		};
		await terminal.out(`${JSON.stringify(report, null, 2)}\n`);
	} else if (made.length > 0) {
		const rows = made.flatMap(({ file, layouts }) => layouts.map((layout) => rowOf(file, layout)));
		const total = made.reduce((sum, { size }) => sum + size, 0);
		await terminal.out(`${table(COLUMNS, rows).join("\n")}\n\n`);
		const over = overEach(
			made.map(({ layouts }) => layouts),
			contextTokens,
		);
		const names = made.map(({ file }) => file);
		for (const line of overLines(over, names, contextTokens)) await terminal.out(`${line}\n`);
		await terminal.out(`wrote ${made.length} files to ${command.out}, ${formatBytes(total)}\n`);
	}
	return failed.length > 0 || hasFailed ? EXIT.error : EXIT.done;
}

/** Number of tokens by which each sample exceeds the context, 0 if it fits; empty if all fit. */
function overEach(
	layouts: readonly (readonly ItemLayout[])[],
	contextTokens: number,
): { readonly overContext?: readonly number[] } {
	const over = layouts.map((items) => overContext(items, contextTokens) ?? 0);
	return over.some((tokens) => tokens > 0) ? { overContext: over } : {};
}

function overLines(
	{ overContext: over = [] }: ReturnType<typeof overEach>,
	names: readonly string[],
	contextTokens: number,
): string[] {
	return over.flatMap((tokens, index) =>
		tokens > 0 ? [overContextLine(tokens, contextTokens, names[index])] : [],
	);
}

function expected(error: unknown): Refusal {
	const refusal = refusalOf(error);
	if (refusal !== undefined) return refusal;
	throw error;
}

/** Progress over images and frames of one batch, or over files in a folder. */
function progressOf(terminal: Terminal): (done: number, all: number) => void {
	return (done, all) => {
		if (!terminal.showsProgress) return;
		terminal.err(done < all ? `preprocessing ${done + 1} of ${all}…\r` : `${" ".repeat(40)}\r`);
	};
}

function decodeOf({ applyOrientation, applyRotation }: FileLoading) {
	return { applyOrientation, applyRotation };
}

const RIGHT = { align: "right" } as const;
const COLUMNS = [
	{ title: "media" },
	{ title: "size", ...RIGHT },
	{ title: "canvas", ...RIGHT },
	{ title: "views", ...RIGHT },
	{ title: "patches", ...RIGHT },
	{ title: "visual tokens", ...RIGHT },
];

function rowOf(name: string, { source, canvas, views, patchGrid, visualTokens }: ItemLayout): string[] {
	return [
		name,
		`${source.width}x${source.height}`,
		`${canvas.width}x${canvas.height}`,
		String(views),
		`${patchGrid.rows}x${patchGrid.cols}`,
		formatInteger(visualTokens),
	];
}
