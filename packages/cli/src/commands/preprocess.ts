/** `onevision preprocess`: images and videos to the tensors a model takes, as safetensors. */

import { stat } from "node:fs/promises";
import { extname, relative, resolve } from "node:path";
import { type Checkpoint, type ItemLayout, OnevisionError, overContext } from "@onevision/core";
import {
	type Backend,
	createProcessor,
	type FloatType,
	type ProcessorOptions,
	pixelsOfSnapshot,
	type Tensors,
	TRANSFORMERS_VERSION,
} from "@onevision/media";
import { type BatchResult, preprocessBatch, preprocessSamples } from "@onevision/media/node";
import { EXIT } from "../exit.ts";
import { readMedia, reportLeftOut } from "../input/media.ts";
import { parseCount } from "../input/places.ts";
import { parseSettings } from "../input/settings.ts";
import { resolveModel } from "../input/snapshot.ts";
import { targetsOf } from "../output/targets.ts";
import { describeTensors, writeTensors } from "../output/tensor-file.ts";
import { overContextLine } from "../render/context.ts";
import { bytes, whole } from "../render/numbers.ts";
import { table } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

export interface PreprocessCommand {
	readonly model: string;
	readonly config?: string;
	readonly hub?: string;
	readonly set: readonly string[];
	readonly backend?: string;
	readonly dtype?: string;
	readonly together?: boolean;
	readonly applyOrientation?: boolean;
	readonly threads?: string;
	readonly out: string;
	readonly json?: boolean;
}

/** One batch in one file, or one file per sample in a folder. */
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
	const { model, options } = await modelOf(terminal, command);
	// Refuses what cannot be before a header is read.
	const processor = createProcessor(model, options);
	const isInFolder = await isFolder(terminal, command.out);
	const { files, leftOut } = await readMedia(terminal, paths, command.applyOrientation === true, true);
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
	const { contextTokens } = processor.checkpoint;
	const facts = {
		model: processor.checkpoint.title,
		backend: processor.backend,
		dtype: processor.dtype,
		settings: options.settings,
		transformers: TRANSFORMERS_VERSION,
	};
	const hasFailed = refused !== undefined || leftOut.some(({ reason }) => reason !== "not-media");
	const job: Job = { terminal, command, model, options, names, given, facts, contextTokens, hasFailed };
	return isInFolder ? writeEach(job) : writeOne(job);
}

interface Job {
	readonly terminal: Terminal;
	readonly command: PreprocessCommand;
	readonly model: string | Checkpoint;
	readonly options: ProcessorOptions;
	/** Absolute paths. */
	readonly names: readonly string[];
	/** Absolute paths of the command line, in its order. */
	readonly given: readonly string[];
	/** Whether a file was left out already. */
	readonly hasFailed: boolean;
	readonly facts: Readonly<Record<string, unknown>>;
	/** Tokens the model takes. */
	readonly contextTokens: number;
}

async function modelOf(terminal: Terminal, command: PreprocessCommand) {
	const { model, settings, files } = await resolveModel(terminal, command);
	const options: ProcessorOptions = {
		settings: { ...settings, ...parseSettings(command.set) },
		...(command.backend === undefined ? {} : { backend: command.backend as Backend }),
		...(command.dtype === undefined ? {} : { dtype: command.dtype as FloatType }),
		...(files === undefined || typeof model === "string" ? {} : { pixels: pixelsOfSnapshot(files, model) }),
	};
	return { model, options };
}

/** A name that ends in a slash or is a folder asks for one file per sample; anything else must be a safetensors file. */
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

async function writeOne(job: Job): Promise<number> {
	const { terminal, command, model, options, names, facts, contextTokens, hasFailed } = job;
	if (command.threads !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"--threads goes with a folder as --out; one batch is made in one go",
		);
	}
	const samples = command.together === true ? [names] : names.map((name) => [name]);
	const progress = progressOf(terminal, samples.length);
	const decode = { applyOrientation: command.applyOrientation === true };
	const { tensors, layouts } = await preprocessBatch(model, samples, {
		...options,
		decode,
		onSample: progress,
	});
	const short = names.map((name) => shorten(terminal, name));
	const written = await writeTensors(terminal, command.out, tensors, { ...facts, files: short, layouts });
	const rows = layouts.flat().map((layout, index) => rowOf(short[index] ?? "", layout));
	const over = overEach(layouts, contextTokens);
	if (command.json === true) {
		const report = { ...reportOf(command.out, written, tensors, facts, short, layouts), ...over };
		await terminal.out(`${JSON.stringify(report, null, 2)}\n`);
	} else {
		await terminal.out(`${table(COLUMNS, rows).join("\n")}\n\n`);
		const names = command.together === true ? [] : short;
		for (const line of overLines(over, names, contextTokens)) await terminal.out(`${line}\n`);
		await terminal.out(`${describeTensors(tensors).join("\n")}\nwrote ${command.out}, ${bytes(written)}\n`);
	}
	return hasFailed ? EXIT.error : EXIT.done;
}

function reportOf(
	written: string,
	size: number,
	tensors: Tensors,
	facts: object,
	files: readonly string[],
	layouts: readonly (readonly ItemLayout[])[],
) {
	const shapes = Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
	return { written, bytes: size, ...facts, files, tensors: Object.fromEntries(shapes), layouts };
}

/** One file per sample: a pool of threads, a line per failure, the rest goes on. */
async function writeEach(job: Job): Promise<number> {
	const { terminal, command, model, options, names, given, facts, contextTokens, hasFailed } = job;
	if (command.together === true) {
		throw new OnevisionError(
			"invalid-input",
			"--together makes one sample; give a file that ends in .safetensors as --out",
		);
	}
	const targets = targetsOf(names, given, command.out, ".safetensors");
	const progress = progressOf(terminal, names.length);
	const threads = command.threads === undefined ? {} : { threads: parseCount("--threads", command.threads) };
	const decode = { applyOrientation: command.applyOrientation === true };
	const samples = names.map((name) => [name]);
	const made: {
		file: string;
		written: string;
		result: Extract<BatchResult, { tensors: unknown }>;
		size: number;
	}[] = [];
	const failed: { file: string; error: OnevisionError }[] = [];
	let index = 0;
	for await (const result of preprocessSamples(model, samples, {
		...options,
		...threads,
		decode,
		reuseMemory: true,
	})) {
		const name = names[index] ?? "";
		const file = shorten(terminal, name);
		if ("error" in result) failed.push({ file, error: result.error });
		else {
			const written = targets[index] ?? "";
			const metadata = { ...facts, files: [file], layouts: [result.layouts] };
			const size = await writeTensors(terminal, written, result.tensors, metadata).catch(expected);
			if (size instanceof OnevisionError) {
				// What cannot be written once will not be the next time: what was made so far is still told.
				failed.push({ file, error: size });
				break;
			}
			// The tensors' memory is used again: only their shapes are kept.
			made.push({ file, written, result: { ...result, tensors: shapesOf(result.tensors) }, size });
		}
		progress(++index);
	}
	for (const { error } of failed) terminal.err(`onevision: ${error.message}\n`);
	if (command.json === true) {
		const report = {
			...facts,
			written: made.map(({ file, written, result, size }) => ({
				...reportOf(written, size, result.tensors, {}, [file], [result.layouts]),
				...overEach([result.layouts], contextTokens),
			})),
			failed: failed.map(({ file, error: { code, message } }) => ({ file, code, message })),
		};
		await terminal.out(`${JSON.stringify(report, null, 2)}\n`);
	} else if (made.length > 0) {
		const rows = made.flatMap(({ file, result }) => result.layouts.map((layout) => rowOf(file, layout)));
		const total = made.reduce((sum, { size }) => sum + size, 0);
		await terminal.out(`${table(COLUMNS, rows).join("\n")}\n\n`);
		const over = overEach(
			made.map(({ result }) => result.layouts),
			contextTokens,
		);
		const names = made.map(({ file }) => file);
		for (const line of overLines(over, names, contextTokens)) await terminal.out(`${line}\n`);
		await terminal.out(`wrote ${made.length} files to ${command.out}, ${bytes(total)}\n`);
	}
	return failed.length > 0 || hasFailed ? EXIT.error : EXIT.done;
}

/** By how many tokens each sample is over the context, 0 where it fits; nothing when all fit. */
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

function expected(error: unknown): OnevisionError {
	if (error instanceof OnevisionError) return error;
	throw error;
}

function shapesOf(tensors: Tensors): Tensors {
	const empty = { float32: new Float32Array(), float16: new Uint16Array(), bfloat16: new Uint16Array() };
	return Object.fromEntries(
		Object.entries(tensors).map(([name, { dtype, shape }]) => [
			name,
			dtype === "int64" ? { dtype, shape, data: new BigInt64Array() } : { dtype, shape, data: empty[dtype] },
		]),
	);
}

function progressOf(terminal: Terminal, total: number): (done: number) => void {
	return (done) => {
		if (!terminal.showsProgress) return;
		terminal.err(done < total ? `preprocessing ${done + 1} of ${total}…\r` : `${" ".repeat(40)}\r`);
	};
}

function shorten(terminal: Terminal, path: string): string {
	const inside = relative(terminal.cwd, path);
	return inside.startsWith("..") ? path : inside;
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
		whole(visualTokens),
	];
}
