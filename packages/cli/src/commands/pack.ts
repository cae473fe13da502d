/** `onevision pack`: packs a profiled training set into full sequences, for ranks that finish together. */

import { resolve } from "node:path";
import { assertOpen } from "@onevision/api";
import { formatPercent, OnevisionError } from "@onevision/base";
import { choice } from "@onevision/base/schema";
import { type Checkpoint, createCounterFrom } from "@onevision/core";
import {
	costWeightsOf,
	MANIFEST_FORMATS,
	OVER_LENGTH_POLICIES,
	type OverLengthPolicy,
	PACK_GROUPINGS,
	PACK_MEASURES,
	type PackGrouping,
	type PackLimits,
	type PackMeasure,
	type PackProgress,
	type PackResult,
	type PackSettings,
	packProfile,
	readProfile,
} from "@onevision/data";
import { EXIT } from "../exit.ts";
import { type ModelOptions, resolveModel } from "../input/model.ts";
import { parseNumber, parseWhole } from "../input/numbers.ts";
import { parseShard } from "../input/shard.ts";
import { renderPacks } from "../render/pack-text.ts";
import type { Terminal } from "../terminal.ts";

export interface PackOptions {
	readonly capacity: readonly string[];
	readonly by: string;
	readonly maxSamples?: string;
	readonly maxMedia?: string;
	readonly maxTowerTokens?: string;
	readonly overLength: string;
	readonly group: string;
	readonly ranks?: string;
	readonly microBatch?: string;
	readonly wait?: string;
	readonly seed?: string;
	readonly model?: string;
	readonly config?: string;
	readonly hub?: string;
	readonly format: string;
	readonly shard?: string;
	readonly out?: string;
	readonly explain?: string | true;
	readonly json?: boolean;
}

/** Longest capacity, tokens: packing indexes open packs by their room. */
const MAX_CAPACITY = 2 ** 22;
/** Packs drawn by `--explain` without a number. */
const EXPLAINED_PACKS = 8;
const MAX_EXPLAINED_PACKS = 1000;

/** Exits with status 1 if nothing could be packed. */
export async function packSamples(
	terminal: Terminal,
	profile: string,
	options: PackOptions,
): Promise<number> {
	const settings = await settingsOf(terminal, profile, options);
	const explained =
		options.explain === undefined
			? 0
			: options.explain === true
				? EXPLAINED_PACKS
				: parseWhole("--explain", options.explain, { max: MAX_EXPLAINED_PACKS });
	if (options.shard !== undefined && options.out === undefined)
		throw new OnevisionError("invalid-input", "--shard shares the writing; --out names the folder");
	const result = await packProfile(
		{
			profile: resolve(terminal.cwd, profile),
			settings,
			format: choice("format", MANIFEST_FORMATS).parse(options.format, "--format"),
			...(options.shard === undefined ? {} : { shard: parseShard(options.shard) }),
			...(options.out === undefined ? {} : { out: resolve(terminal.cwd, options.out) }),
		},
		progressOn(terminal),
	);
	if (result.header.totals.samples === 0)
		throw new OnevisionError("invalid-input", `${profile}: nothing was profiled that could be packed`);
	const packs = Array.from({ length: Math.min(explained, result.header.totals.packs) }, (_, id) =>
		result.packAt(id),
	);
	if (options.json) {
		const shown = document(result, explained > 0 ? { explained: packs } : {});
		await terminal.out(`${JSON.stringify(shown, null, 2)}\n`);
	} else await terminal.out(`${renderPacks(terminal, profile, result, packs, options.out)}\n`);
	return result.header.totals.packs === 0 ? EXIT.error : EXIT.done;
}

async function settingsOf(terminal: Terminal, profile: string, options: PackOptions): Promise<PackSettings> {
	const { maxSamples, maxMedia, maxTowerTokens, ranks, microBatch, wait, seed } = options;
	if (options.capacity.length === 0)
		throw new OnevisionError("invalid-input", "--capacity names the tokens of a pack, such as 32768");
	const capacities = options.capacity.map((text) => parseWhole("--capacity", text, { max: MAX_CAPACITY }));
	if (ranks === undefined && (microBatch !== undefined || wait !== undefined))
		throw new OnevisionError(
			"invalid-input",
			`--${microBatch === undefined ? "wait" : "micro-batch"} needs --ranks`,
		);
	const limits: PackLimits = {
		...(maxSamples === undefined ? {} : { samples: parseWhole("--max-samples", maxSamples, { max: 1e9 }) }),
		...(maxMedia === undefined ? {} : { media: parseWhole("--max-media", maxMedia, { max: 65_535 }) }),
		...(maxTowerTokens === undefined
			? {}
			: { towerTokens: parseWhole("--max-tower-tokens", maxTowerTokens, { max: 2 ** 31 }) }),
	};
	return {
		by: wordOf("--by", PACK_MEASURES, options.by) satisfies PackMeasure,
		capacities: [...new Set(capacities)].sort((a, b) => a - b),
		limits,
		overLength: wordOf("--over-length", OVER_LENGTH_POLICIES, options.overLength) satisfies OverLengthPolicy,
		grouping: wordOf("--group", PACK_GROUPINGS, options.group) satisfies PackGrouping,
		seed: seed === undefined ? 0 : parseWhole("--seed", seed, { min: 0, max: 2 ** 32 - 1 }),
		...(ranks === undefined
			? {}
			: {
					balance: {
						ranks: parseWhole("--ranks", ranks, { max: 65_536 }),
						microBatch: microBatch === undefined ? 1 : parseWhole("--micro-batch", microBatch, { max: 4096 }),
						target: wait === undefined ? 0.03 : parseNumber("--wait", wait, { min: 0, max: 1 }),
					},
				}),
		weights: await weightsOf(terminal, profile, options),
	};
}

function wordOf<K extends string>(flag: string, words: Readonly<Record<K, unknown>>, text: string): K {
	return choice(flag, Object.keys(words) as K[]).parse(text, flag);
}

/** Costs of the model that is named, or else of the profile's. */
async function weightsOf(
	terminal: Terminal,
	profile: string,
	{ model, config, hub }: PackOptions,
): Promise<PackSettings["weights"]> {
	const checkpoint =
		model === undefined && config === undefined && hub === undefined
			? await profiledCheckpoint(terminal, profile)
			: await namedCheckpoint(terminal, {
					model: model ?? "",
					...(config === undefined ? {} : { config }),
					...(hub === undefined ? {} : { hub }),
				});
	const weights = costWeightsOf(checkpoint.parts);
	if (weights !== undefined) return weights;
	throw new OnevisionError(
		"unsupported",
		`the widths of ${checkpoint.title} are not known, and with them what its tokens cost; name a like model with --model`,
	);
}

async function profiledCheckpoint(terminal: Terminal, profile: string): Promise<Checkpoint> {
	const stored = await readProfile(resolve(terminal.cwd, profile));
	if (stored !== undefined) return stored.about.checkpoint;
	throw new OnevisionError(
		"unreadable-file",
		`${profile}: holds no profile; onevision profile DATA --out makes one`,
	);
}

async function namedCheckpoint(terminal: Terminal, options: ModelOptions): Promise<Checkpoint> {
	const { model } = await resolveModel(terminal, options);
	assertOpen(model, "pack takes");
	return createCounterFrom(model, {}).checkpoint;
}

/** Everything, for machines. Lengths in tokens, or what `by` names; shares from 0 to 1. */
function document(
	{ header, fill, fewestPacks, unpacked, balanced, written, isComplete }: PackResult,
	more: Readonly<Record<string, unknown>>,
) {
	return { ...header, fill, fewestPacks, unpacked, balanced, written, isComplete, ...more };
}

/** What is being done, at most four times per second. */
function progressOn(terminal: Terminal): (progress: PackProgress) => void {
	if (!terminal.showsProgress) return () => undefined;
	let shown = 0;
	return ({ stage, share }) => {
		const now = performance.now();
		if (stage === "writing" && share === 1) terminal.err("\r\u001b[K");
		if (now - shown < 250 || share === 1) return;
		shown = now;
		terminal.err(`\r${stage} ${formatPercent(share)}\u001b[K`);
	};
}
