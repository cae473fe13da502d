/** Counting for closed APIs: a model, media and settings in; tokens per item, with how sure they are, out. */

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

/** Settings one may give for a model: those of its provider's rule, and the day whose rule is asked for. */
export type ApiSettings<Id extends ApiModelId> = Partial<ApiSettingsOf<(typeof API_MODELS)[Id]["rule"]>> & {
	/** `YYYY-MM-DD`; left out: the newest rule. */
	readonly date?: string;
};

/** One sample as a provider counts it. */
export interface ApiCount {
	readonly model: ApiModelId;
	readonly provider: Provider;
	readonly items: readonly ApiItemCount[];
	/** Upper bound if any item is a range. */
	readonly visualTokens: number;
	/** Upper bound if it is not known of an item whether it has sound. */
	readonly audioTokens: number;
	/** Tokens that are billed for the media: what the items say, else the tokens counted. */
	readonly billedTokens: number;
	/** Bounds of `visualTokens`; equal when no item is a range. */
	readonly bounds: { readonly min: number; readonly max: number };
	/** Bounds of `audioTokens`; equal when it is known of every item whether it has sound. */
	readonly audioBounds: { readonly min: number; readonly max: number };
	/** Media and the sample's own text. */
	readonly contextTokens: number;
	/** The least sure of the items. */
	readonly exactness: Exactness;
	/** Day the constants hold from; absent: from the model's release. */
	readonly ruleFrom?: string;
	/** What of the rule no page was read for: `from`, or constants by name. */
	readonly unverified: readonly string[];
	/** Where the rule and its constants were read. */
	readonly source: string;
}

/** A model on a day: its rule, and the constants that hold then. */
export interface DatedModel {
	readonly id: ApiModelId;
	readonly model: ApiModel;
	readonly rule: AnyApiRule;
	readonly version: RuleVersion<unknown>;
}

/**
 * Counts the media of one sample as the API of a closed model does. Exact where the provider publishes its rule
 * (`exactness: "documented"`), a reconstruction where it was inferred, and bounds where nothing better is known.
 *
 * @param model id or any name requests use, e.g. `"gpt-6-astra"`, `"claude-opus-4-7"`, `"gemini-3-pro-preview"`
 * @throws OnevisionError `unknown-name`, `unknown-key`, `invalid-input`, `invalid-media`; `unsupported` for a limit
 *   that the provider rejects
 */
export function countApi<const Id extends ApiModelId>(
	model: Id,
	sample: Sample,
	settings?: ApiSettings<Id>,
): ApiCount {
	return countApiFrom(model, sample, settings);
}

/** As `countApi`, for names and settings that come from outside. */
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

/** The model with the constants of a day. Throws `invalid-input` for what is no day. */
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

/** Fills in defaults and checks every value. Throws `unknown-key` or `invalid-input`. */
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

/** One item. Throws `unsupported` or `invalid-media`; limits of the whole request are not looked at. */
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
