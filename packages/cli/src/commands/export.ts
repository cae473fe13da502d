/** `onevision export`: hands a plan, or packs, to the tool that trains or serves it, with its data. */

import { chmod, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { formatInteger, OnevisionError } from "@onevision/base";
import type { Plan } from "@onevision/core";
import {
	type DataRequest,
	type DataResult,
	exportPacks,
	exportPlan,
	MEDIA_CHOICES,
	type MediaChoice,
	PACK_TARGETS,
	type PackTargetId,
	PLAN_TARGETS,
	type PlanExport,
	type PlanTargetId,
	planTargetNamed,
	ROW_WRITERS,
	type RowTarget,
	SNAPSHOT_FILES,
	writeDataFiles,
} from "@onevision/data";
import { EXIT } from "../exit.ts";
import { parseWhole } from "../input/numbers.ts";
import { readPlan } from "../input/plan-file.ts";
import { planFromCommandLine } from "../input/request.ts";
import { parseShard } from "../input/shard.ts";
import { assertFolderPlace, writeOutput } from "../output/place.ts";
import { wrap } from "../render/wrap.ts";
import type { Terminal } from "../terminal.ts";

export interface ExportOptions {
	readonly to: string;
	readonly out?: string;
	readonly data: readonly string[];
	readonly media?: string;
	readonly weights?: string;
	readonly config?: string;
	readonly maxLength?: string;
	readonly format?: string;
	readonly root?: string;
	readonly seed?: string;
	readonly shard?: string;
	readonly packsPerShard?: string;
	readonly split?: string;
	readonly json?: boolean;
}

const TARGETS = [...Object.keys(PLAN_TARGETS), ...Object.keys(PACK_TARGETS)];

/** Exits with status 2 for a plan that should not be carried out; its files are written all the same. */
export async function exportSource(
	terminal: Terminal,
	source: string,
	options: ExportOptions,
): Promise<number> {
	planTargetNamed(options.to, TARGETS);
	if (options.out !== undefined) await assertFolderPlace(terminal, options.out);
	if (Object.hasOwn(PACK_TARGETS, options.to)) return exportPackFolder(terminal, source, options);
	refuseOptions(options, "packs are exported", ["packsPerShard", "split"]);
	const target = options.to as PlanTargetId;
	// What is wrong with the options is said before anything is planned or read.
	const asked = {
		...(options.weights === undefined ? {} : { weights: options.weights }),
		...(options.maxLength === undefined ? {} : { maxLength: parseWhole("--max-length", options.maxLength) }),
		...(options.config === undefined ? {} : { snapshot: await readSnapshot(terminal, options.config) }),
	};
	const dataRequest = requestData(terminal, target, options);
	const plan = await planOf(terminal, source);
	const data = dataRequest === undefined ? undefined : await exportData(terminal, dataRequest);
	const exported = exportPlan(plan, target, {
		...asked,
		...(data === undefined ? {} : { data: data.data, dataNotes: dataNotes(data) }),
	});
	if (data !== undefined && !data.isComplete) {
		terminal.err(
			"this shard is done; run once more without --shard when all are, to write the files that use them\n",
		);
		return EXIT.done;
	}
	const { out } = options;
	if (out === undefined) await printFiles(terminal, exported, options.json === true);
	else {
		await writeFiles(terminal, out, exported);
		await terminal.out(
			options.json
				? `${JSON.stringify(document(exported, data), null, 2)}\n`
				: `${summary(terminal, out, exported, data === undefined ? undefined : countsOf(data))}\n`,
		);
	}
	for (const { severity, overridden, rule, message } of plan.findings) {
		if (severity !== "warn" && !overridden) terminal.err(`refused (${rule}): ${message}\n`);
	}
	return plan.refused ? EXIT.refused : EXIT.done;
}

/** Flags by option, for messages. */
const FLAGS = {
	media: "--media",
	shard: "--shard",
	format: "--format",
	root: "--root",
	seed: "--seed",
	weights: "--weights",
	config: "--config",
	maxLength: "--max-length",
	packsPerShard: "--packs-per-shard",
	split: "--split",
} as const satisfies { readonly [K in keyof ExportOptions]?: string };

/** Throws `invalid-input` for an option that would be ignored. */
function refuseOptions(options: ExportOptions, what: string, names: readonly (keyof typeof FLAGS)[]): void {
	const given = names.find((name) => options[name] !== undefined);
	if (given === undefined) return;
	throw new OnevisionError(
		"invalid-input",
		`${FLAGS[given]} says how ${what}, and there is nothing of the kind here`,
	);
}

/** Exports the folder that `onevision pack --out` wrote. */
async function exportPackFolder(terminal: Terminal, source: string, options: ExportOptions): Promise<number> {
	refuseOptions(options, "a plan is exported", ["media", "weights", "config", "maxLength"]);
	const { out } = options;
	if (out === undefined)
		throw new OnevisionError("invalid-input", `--to ${options.to} needs --out: a folder for the shards`);
	const progress = progressOn(terminal, "packs");
	const result = await exportPacks(
		{
			packs: resolve(terminal.cwd, source),
			paths: options.data.map((path) => resolve(terminal.cwd, path)),
			target: options.to as PackTargetId,
			out: resolve(terminal.cwd, out),
			...(options.packsPerShard === undefined
				? {}
				: { packsPerShard: parseWhole("--packs-per-shard", options.packsPerShard, { max: 1_000_000 }) }),
			...(options.split === undefined ? {} : { split: parseSplit(options.split) }),
			...readOptions(terminal, options),
		},
		progress.show,
	).finally(progress.clear);
	if (result.export === undefined) {
		terminal.err("this shard is done; run once more without --shard when all are, to complete the export\n");
		return EXIT.done;
	}
	await writeFiles(terminal, out, result.export);
	const left = result.samples - result.written;
	const counts = `${formatInteger(result.packs)} packs, ${formatInteger(result.written)} samples${left > 0 ? `, ${formatInteger(left)} left out` : ""}`;
	const { export: exported, ...totals } = result;
	await terminal.out(
		options.json
			? `${JSON.stringify({ ...document(exported, undefined), totals }, null, 2)}\n`
			: `${summary(terminal, out, exported, counts)}\n`,
	);
	return EXIT.done;
}

/** `98/1/1`: shares of train, validation and test. */
function parseSplit(text: string): readonly number[] {
	const ratios = text.split("/").map(Number);
	const isFine = ratios.length === 3 && ratios.every((ratio) => ratio >= 0 && Number.isFinite(ratio));
	if (isFine && ratios.some((ratio) => ratio > 0)) return ratios;
	throw new OnevisionError(
		"invalid-input",
		`--split ${text.slice(0, 40)}: expected train/val/test, such as 98/1/1`,
	);
}

/** How data sets are opened, and which share of the work this is. */
function readOptions(terminal: Terminal, options: ExportOptions) {
	return {
		...(options.format === undefined ? {} : { format: options.format }),
		...(options.root === undefined ? {} : { root: resolve(terminal.cwd, options.root) }),
		...(options.seed === undefined
			? {}
			: { seed: parseWhole("--seed", options.seed, { min: 0, max: 2 ** 32 - 1 }) }),
		...(options.shard === undefined ? {} : { shard: parseShard(options.shard) }),
	};
}

/** A plan.json, a folder that holds one, or a request that is planned now. */
async function planOf(terminal: Terminal, source: string): Promise<Plan> {
	const path = resolve(terminal.cwd, source);
	const info = await stat(path).catch(() => undefined);
	if (info === undefined)
		throw new OnevisionError(
			"unreadable-file",
			`${source}: no such file; give a plan.json or a plan request`,
		);
	if (info.isDirectory()) return readPlan(terminal, join(source, "plan.json"));
	return /\.ya?ml$/.test(source) ? planFromCommandLine(terminal, source, {}) : readPlan(terminal, source);
}

/** The data to write beside the export; `undefined` when none is given. */
function requestData(
	terminal: Terminal,
	target: PlanTargetId,
	options: ExportOptions,
): DataRequest | undefined {
	const { data, out, media = "link" } = options;
	if (data.length === 0) {
		refuseOptions(options, "--data is exported", ["media", "shard", "format", "root", "seed"]);
		return undefined;
	}
	if (!(target in ROW_WRITERS)) {
		throw new OnevisionError(
			"invalid-input",
			`--data: ${target} takes no data; ${Object.keys(ROW_WRITERS).join(", ")} do`,
		);
	}
	if (out === undefined) throw new OnevisionError("invalid-input", "--data needs --out: the folder for it");
	if (!(media in MEDIA_CHOICES)) {
		throw new OnevisionError(
			"unknown-name",
			`--media ${media}: expected ${Object.keys(MEDIA_CHOICES).join(" or ")}`,
		);
	}
	return {
		paths: data.map((path) => resolve(terminal.cwd, path)),
		target: target as RowTarget,
		out: resolve(terminal.cwd, out),
		media: media as MediaChoice,
		...readOptions(terminal, options),
	};
}

async function exportData(terminal: Terminal, request: DataRequest): Promise<DataResult> {
	const progress = progressOn(terminal, "samples");
	try {
		return await writeDataFiles(request, progress.show);
	} finally {
		progress.clear();
	}
}

/** Count and rate, at most four times a second. */
function progressOn(terminal: Terminal, what: string) {
	const start = performance.now();
	let shown = 0;
	return {
		show: (count: number): void => {
			const now = performance.now();
			if (!terminal.showsProgress || now - shown < 250) return;
			shown = now;
			const rate = count / Math.max(0.001, (now - start) / 1000);
			terminal.err(`\r${formatInteger(count)} ${what}, ${formatInteger(rate)}/s\u001b[K`);
		},
		clear: (): void => {
			if (shown > 0) terminal.err("\r\u001b[K");
		},
	};
}

function dataNotes({ leftOut }: DataResult): string[] {
	return Object.entries(leftOut).map(
		([reason, { count, example }]) => `left out, ${reason}: ${formatInteger(count)}, e.g. ${example}`,
	);
}

/** Largest configuration file read, bytes. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

async function readSnapshot(terminal: Terminal, folder: string): Promise<Readonly<Record<string, string>>> {
	const files: Record<string, string> = {};
	for (const name of SNAPSHOT_FILES) {
		const path = join(resolve(terminal.cwd, folder), name);
		const info = await stat(path).catch(() => undefined);
		if (info === undefined) continue;
		if (info.size > MAX_CONFIG_BYTES)
			throw new OnevisionError("over-limit", `--config ${folder}: ${name} has ${info.size} bytes`);
		files[name] = await readFile(path, "utf8");
	}
	if (Object.keys(files).length > 0) return files;
	throw new OnevisionError(
		"unreadable-file",
		`--config ${folder}: none of ${SNAPSHOT_FILES.join(", ")} is there; give the folder of a Hugging Face snapshot`,
	);
}

async function printFiles(terminal: Terminal, { files, notes }: PlanExport, json: boolean): Promise<void> {
	if (json) return terminal.out(`${JSON.stringify({ files, notes }, null, 2)}\n`);
	for (const { name, text } of files) await terminal.out(`==> ${name} <==\n${text}\n`);
}

async function writeFiles(terminal: Terminal, out: string, { files }: PlanExport): Promise<void> {
	for (const { name, text, isExecutable } of files) {
		const path = join(out, name);
		await writeOutput(terminal, path, [new TextEncoder().encode(text)], out);
		if (isExecutable === true) await chmod(resolve(terminal.cwd, path), 0o755);
	}
}

function document({ files, notes, run }: PlanExport, data: DataResult | undefined) {
	return { files: files.map(({ name }) => name), run, notes, ...(data === undefined ? {} : { data }) };
}

function summary(
	terminal: Terminal,
	out: string,
	{ files, notes, run }: PlanExport,
	counts: string | undefined,
): string {
	const lines = [
		`wrote ${files.map(({ name }) => join(out, name)).join(", ")}`,
		...(counts === undefined ? [] : [counts]),
		...(run.length === 0 ? [] : [`run in ${out}: ${run.join("; ")}`]),
		...notes.map((note) => `note: ${note}`),
	];
	return lines.flatMap((line) => wrap(line, terminal.columns)).join("\n");
}

/** `8 samples: 3 single-image, 1 video, 4 left out`. */
function countsOf({ data, read, written }: DataResult): string {
	const parts = data.map(({ scenario, samples }) => `${formatInteger(samples)} ${scenario}`);
	const left = read > written ? [`${formatInteger(read - written)} left out`] : [];
	return `${formatInteger(read)} samples: ${[...parts, ...left].join(", ")}`;
}
