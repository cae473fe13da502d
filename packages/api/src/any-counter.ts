/**
 * Counts for any model, open or closed, by any of its names. Settings are fixed first; then media go in and counts
 * come out, in one form for both kinds.
 */

import { nearest, OnevisionError } from "@onevision/base";
import {
	CHECKPOINT_IDS,
	CHECKPOINTS,
	type Checkpoint,
	createCounterFrom,
	type ItemLayout,
	isCheckpointName,
	type Parity,
	resolveCheckpointId,
	type Sample,
	showUnverified,
	type TokenRange,
	tokenizeText,
	unverifiedCheckpointFacts,
} from "@onevision/core";
import { countApiFrom } from "./count.ts";
import { API_MODEL_IDS, API_MODELS, apiModelById, isApiModelName, resolveApiModelId } from "./models.ts";
import type { ApiItemCount } from "./providers/rule.ts";
import { API_RULES } from "./providers/rules.ts";

/** One media item as counted by either kind of model. */
export interface CountedItem {
	readonly visualTokens: number;
	readonly range?: TokenRange;
	/** Number of frames used, 1 for an image. */
	readonly frames: number;
	readonly detail: ItemLayout | ApiItemCount;
}

export interface CountedSample {
	readonly items: readonly CountedItem[];
	readonly visualTokens: number;
	/** Absent for closed models, whose towers are unknown. */
	readonly towerTokens?: number;
	/** Billed tokens, if they differ from the tokens counted. */
	readonly billedTokens?: number;
	readonly contextTokens: number;
	/** Number of tokens beyond the model's context; absent if it fits. */
	readonly overContext?: number;
}

export interface AnyCounter {
	readonly kind: "open" | "api";
	/** Id of the checkpoint or API model. */
	readonly id: string;
	readonly title: string;
	/** Whose count this is: "as transformers counts it". */
	readonly basis: string;
	/** The implementation it matches; absent for closed models. */
	readonly parity?: Parity;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly contextTokens?: number;
	/** Constants behind the counts that no published source confirms. */
	readonly unverified: readonly string[];
	count(sample: Sample): CountedSample;
}

/** Throws `unsupported` for a closed model; `does` completes the message "… open ones". */
export function assertOpen(model: string | Checkpoint, does: string): void {
	if (typeof model !== "string" || isCheckpointName(model) || !isApiModelName(model)) return;
	throw new OnevisionError(
		"unsupported",
		`${model} is a closed model; ${does} open ones (onevision models), count takes both`,
	);
}

/** Throws `unknown-name` with the nearest name of either kind, or the errors of the settings. */
export function createAnyCounter(
	model: string | Checkpoint,
	settings: Readonly<Record<string, unknown>>,
	countText?: (text: string) => number,
): AnyCounter {
	if (typeof model !== "string" || isCheckpointName(model)) return openCounter(model, settings, countText);
	if (isApiModelName(model)) {
		if (countText !== undefined) {
			throw new OnevisionError(
				"invalid-input",
				`tokenizer: ${model} is a closed model, whose text is not tokenized here; leave it out`,
			);
		}
		return apiCounter(model, settings);
	}
	throw unknownModel(model);
}

function openCounter(
	model: string | Checkpoint,
	settings: Readonly<Record<string, unknown>>,
	countText: ((text: string) => number) | undefined,
): AnyCounter {
	const counter = createCounterFrom(model, settings);
	const { contextTokens } = counter.checkpoint;
	return {
		kind: "open",
		id: typeof model === "string" ? resolveCheckpointId(model) : "config",
		title: counter.checkpoint.title,
		basis: `as ${counter.settings.parity} counts it`,
		parity: counter.settings.parity,
		settings: { parity: counter.settings.parity, ...counter.settings.values },
		...(contextTokens === undefined ? {} : { contextTokens }),
		unverified: unverifiedCheckpointFacts(counter.checkpoint).map(showUnverified),
		count: (sample) => {
			const counted = counter.count(sample);
			const layout = countText === undefined ? counted : tokenizeText(counted, countText, contextTokens);
			return { ...layout, items: layout.items.map((detail) => ({ ...pick(detail), detail })) };
		},
	};
}

function apiCounter(model: string, settings: Readonly<Record<string, unknown>>): AnyCounter {
	const { parity, ...rest } = settings;
	if (parity !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			`parity: ${model} is a closed model; its rule is chosen by day (--set date=YYYY-MM-DD)`,
		);
	}
	const id = resolveApiModelId(model);
	const { title, rule, contextTokens } = apiModelById(id);
	// Settings are validated once, before any media is read.
	const { unverified } = countApiFrom(id, { media: [] }, rest);
	return {
		kind: "api",
		id,
		title,
		basis: `by the rule of ${API_RULES[rule].title}`,
		settings: rest,
		...(contextTokens === undefined ? {} : { contextTokens: contextTokens.value }),
		unverified: unverified.length === 0 ? [] : [`${title}: ${unverified.join(", ")}`],
		count: (sample) => {
			const counted = countApiFrom(id, sample, rest);
			const over = counted.contextTokens - (contextTokens?.value ?? Number.POSITIVE_INFINITY);
			return {
				items: counted.items.map((detail) => ({ ...pick(detail), detail })),
				visualTokens: counted.visualTokens,
				contextTokens: counted.contextTokens,
				...(over > 0 ? { overContext: over } : {}),
				...(counted.billedTokens === counted.visualTokens ? {} : { billedTokens: counted.billedTokens }),
			};
		},
	};
}

function pick({ visualTokens, range, frames }: ItemLayout | ApiItemCount) {
	return { visualTokens, frames, ...(range === undefined ? {} : { range }) };
}

function unknownModel(name: string): OnevisionError {
	const names = [
		...CHECKPOINT_IDS.flatMap((id) => [id, ...CHECKPOINTS[id].aliases]),
		...API_MODEL_IDS.flatMap((id) => [id, ...API_MODELS[id].aliases]),
	];
	const hint = nearest(name, names);
	return new OnevisionError(
		"unknown-name",
		`model ${JSON.stringify(name.slice(0, 80))}: not known${hint === undefined ? "." : `; did you mean ${hint}?`} Run "onevision models" for the list`,
	);
}

/** Names of all models, open ones first. An API model that is also an open checkpoint is shown with its provider. */
export function allModelIds(): readonly string[] {
	const apis = API_MODEL_IDS.map((id) => (isCheckpointName(id) ? `${apiModelById(id).provider}/${id}` : id));
	return [...CHECKPOINT_IDS, ...apis];
}
