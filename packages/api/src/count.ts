/**
 * Counts tokens for closed APIs: takes a model, media and settings, and returns tokens per item with their exactness.
 */

import { OnevisionError } from "@onevision/base";
import { unknownKey } from "@onevision/base/schema";
import type { Settings, SettingValue } from "@onevision/core";
import { assertMedia, MAX_ITEMS, type MediaItem, type Sample } from "@onevision/core";
import { limitBreaches, limitError } from "./limits.ts";
import { type API_MODELS, type ApiModelId, apiModelById, resolveApiModelId } from "./models.ts";
import type { ApiModel, RuleVersion } from "./providers/model.ts";
import type { Provider } from "./providers/provider.ts";
import type { ApiItemCount, Exactness } from "./providers/rule.ts";
import { type AnyApiRule, type ApiSettingsOf, apiRuleById } from "./providers/rules.ts";

/** Settings for a model: those of its provider's rule, plus the date whose rule to use. */
export type ApiSettings<Id extends ApiModelId> = Partial<ApiSettingsOf<(typeof API_MODELS)[Id]["rule"]>> & {
	/** `YYYY-MM-DD`. Default: the newest rule. */
	readonly date?: string;
};

/** One sample as a provider counts it. */
export interface ApiCount {
	readonly model: ApiModelId;
	readonly provider: Provider;
	readonly items: readonly ApiItemCount[];
	/** An upper bound if any item is a range. */
	readonly visualTokens: number;
	/** An upper bound if it is unknown whether an item has sound. */
	readonly audioTokens: number;
	/** Tokens billed for the media: the items' billed tokens where given, otherwise the tokens counted. */
	readonly billedTokens: number;
	/** Bounds of `visualTokens`; equal if no item is a range. */
	readonly bounds: { readonly min: number; readonly max: number };
	/** Bounds of `audioTokens`; equal if it is known for every item whether it has sound. */
	readonly audioBounds: { readonly min: number; readonly max: number };
	/** Media and the sample's own text. */
	readonly contextTokens: number;
	/** The least certain exactness among the items. */
	readonly exactness: Exactness;
	/** First day the constants hold; absent means since the model's release. */
	readonly ruleFrom?: string;
	/** Parts of the rule without a published source: `from`, or constants by name. */
	readonly unverified: readonly string[];
	/** Source of the rule and its constants. */
	readonly source: string;
}

/** A model on a given day: its rule, and the constants then in force. */
export interface DatedModel {
	readonly id: ApiModelId;
	readonly model: ApiModel;
	readonly rule: AnyApiRule;
	readonly version: RuleVersion<unknown>;
}

/**
 * Counts the media of one sample as the API of a closed model does. The count is exact if the provider publishes its
 * rule (`exactness: "documented"`), a reconstruction if the rule was inferred, and a range if nothing better is
 * known.
 *
 * @param model id or any name requests use, e.g. `"gpt-6-astra"`, `"claude-opus-4-7"`, `"gemini-3-pro-preview"`
 * @throws OnevisionError `unknown-name`, `unknown-key`, `invalid-input`, `invalid-media`; `unsupported` for a limit
 * that the provider rejects
 */
export function countApi<const Id extends ApiModelId>(
	model: Id,
	sample: Sample,
	settings?: ApiSettings<Id>,
): ApiCount {
	return countApiFrom(model, sample, settings);
}

/** Like `countApi`, for untyped names and settings from external input. */
export function countApiFrom(
	model: string,
	sample: Sample,
	{ date, ...asked }: Readonly<Record<string, unknown>> = {},
): ApiCount {
	const dated = modelOn(resolveApiModelId(model), date);
	const { media, textTokens = 0 } = sample;
	if (media.length > MAX_ITEMS) {
		throw new OnevisionError("over-limit", `${media.length} media items in one sample: at most ${MAX_ITEMS}`);
	}
	if (!Number.isSafeInteger(textTokens) || textTokens < 0) {
		throw new OnevisionError(
			"invalid-input",
			`textTokens: expected a whole number from 0, got ${textTokens}`,
		);
	}
	for (const item of media) assertMedia(item);
	const settings = resolveApiSettings(dated, asked);
	const breaches = limitBreaches(
		dated.model.title,
		dated.model.limits,
		media.map((item) => ({ media: item })),
	);
	if (breaches.length > 0) throw limitError(breaches);
	return totals(
		dated,
		media.map((item) => countItem(dated, item, settings)),
		textTokens,
	);
}

/** The model with the constants of a given day. Throws `invalid-input` for an invalid date. */
export function modelOn(id: ApiModelId, date?: unknown): DatedModel {
	const model = apiModelById(id);
	const [first, ...later]: readonly [RuleVersion<unknown>, ...RuleVersion<unknown>[]] = model.versions;
	let version = first;
	if (date === undefined) {
		version = later.at(-1) ?? first;
	} else {
		if (typeof date !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(date)) {
			throw new OnevisionError(
				"invalid-input",
				`date: expected a day as YYYY-MM-DD, got ${typeof date === "string" ? JSON.stringify(date.slice(0, 40)) : typeof date}`,
			);
		}
		for (const candidate of later) {
			if (candidate.from !== undefined && candidate.from <= date) version = candidate;
		}
	}
	return { id, model, rule: apiRuleById(model.rule), version };
}

/** Fills in defaults and validates every value. Throws `unknown-key` or `invalid-input`. */
export function resolveApiSettings(
	{ model, rule, version }: DatedModel,
	asked: Readonly<Record<string, unknown>>,
): Settings {
	const known = Object.keys(rule.settings);
	const values: Record<string, SettingValue> = { ...rule.defaults(version.constants) };
	for (const [key, value] of Object.entries(asked)) {
		const schema = Object.hasOwn(rule.settings, key) ? rule.settings[key] : undefined;
		if (schema === undefined) {
			throw known.length === 0
				? new OnevisionError(
						"unknown-key",
						`setting ${key.slice(0, 40)}: ${model.title} has no settings but date`,
					)
				: unknownKey(`setting ${key.slice(0, 40)}`, key, [...known, "date"]);
		}
		if (value !== undefined) values[key] = schema.parse(value, key);
	}
	return values;
}

/** Counts one item. Throws `unsupported` or `invalid-media`; does not check limits of the whole request. */
export function countItem(
	{ model, rule, version }: DatedModel,
	item: MediaItem,
	settings: Settings,
): ApiItemCount {
	if (item.kind === "video" && rule.video === undefined) {
		throw new OnevisionError(
			"unsupported",
			`${model.title}: no way to count video is published for it; send sampled frames as images`,
		);
	}
	const counted =
		item.kind === "image"
			? rule.image(item, version.constants, settings)
			: (rule.video?.(item, version.constants, settings) as ApiItemCount);
	return version.exactness !== undefined && counted.exactness === "documented"
		? { ...counted, exactness: version.exactness }
		: counted;
}

const BY_SURENESS = ["documented", "inferred", "range"] as const satisfies readonly Exactness[];

/** Sums the items of a sample. */
export function totals(
	{ id, model, rule, version }: DatedModel,
	items: readonly ApiItemCount[],
	textTokens: number,
): ApiCount {
	let visualTokens = 0;
	let audioTokens = 0;
	let leastAudio = 0;
	let billedTokens = 0;
	let min = 0;
	let sureness = 0;
	for (const item of items) {
		visualTokens += item.visualTokens;
		audioTokens += item.audioTokens ?? 0;
		leastAudio += item.audioUnknown === true ? 0 : (item.audioTokens ?? 0);
		billedTokens += item.billedTokens ?? item.visualTokens + (item.audioTokens ?? 0);
		min += item.range?.min ?? item.visualTokens;
		sureness = Math.max(sureness, BY_SURENESS.indexOf(item.exactness));
	}
	return {
		model: id,
		provider: model.provider,
		items,
		visualTokens,
		audioTokens,
		billedTokens,
		bounds: { min, max: visualTokens },
		audioBounds: { min: leastAudio, max: audioTokens },
		contextTokens: visualTokens + audioTokens + textTokens,
		exactness: BY_SURENESS[sureness] ?? "range",
		...(version.from === undefined ? {} : { ruleFrom: version.from }),
		unverified: version.unverified ?? [],
		source: version.source.startsWith(rule.source) ? version.source : `${rule.source}; ${version.source}`,
	};
}
