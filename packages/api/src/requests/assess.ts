/**
 * Assesses a request before it is sent: tokens per item, text against the context window, every limit it breaks, and
 * the price. The caller opens the files and supplies the media sizes.
 */

import { OnevisionError } from "@onevision/base";
import { assertMedia } from "@onevision/core";
import { type ApiCount, countItem, type DatedModel, modelOn, resolveApiSettings, totals } from "../count.ts";
import { type LimitBreach, limitBreaches, type SizedItem } from "../limits.ts";
import { type ApiModelId, resolveApiModelId } from "../models.ts";
import { type ApiCost, costOf, type PriceOverrides } from "../prices.ts";
import type { ApiItemCount } from "../providers/rule.ts";
import { checkMediaType } from "./media-types.ts";
import type { ChatRequest, RequestApi, RequestMedia, RequestProblem } from "./request.ts";

/** Characters per token, roughly, for English prose. Code, other scripts and numbers take more tokens. */
const CHARACTERS_PER_TOKEN = 4;

export interface AssessOptions {
	/** Model to assess for, instead of the request's own. */
	readonly model?: string;
	/** Date whose rules and prices to use, `YYYY-MM-DD`. Default: the newest. */
	readonly date?: string;
	/** The user's own prices by model id. */
	readonly prices?: PriceOverrides;
	/** Tokens of the answer. Default: the maximum the request allows, or none. */
	readonly outputTokens?: number;
}

/** One item of the request with its count, or the reason it has none. */
export interface AssessedItem {
	readonly path: string;
	readonly kind: RequestMedia["kind"];
	readonly count?: ApiItemCount;
	readonly error?: OnevisionError;
	/** Settings of the request that the model's rule does not have; the provider ignores or rejects them. */
	readonly ignored?: readonly string[];
}

export interface RequestAssessment {
	/** The API whose format the request was read as. */
	readonly api: RequestApi;
	readonly model: ApiModelId;
	readonly title: string;
	readonly items: readonly AssessedItem[];
	/** Sums over the items that could be counted. */
	readonly media: ApiCount;
	/** Number of items without a count; their tokens are missing from every sum here. */
	readonly notCounted: number;
	/** An estimate: no tokenizer is used. */
	readonly text: { readonly estimatedTokens: number; readonly characters: number; readonly note: string };
	readonly outputTokens: number;
	/** Total of media, text and answer. */
	readonly contextTokens: number;
	/** The model's context window; absent if unknown. */
	readonly contextWindow?: { readonly tokens: number; readonly source: string };
	/** Every broken limit. */
	readonly breaches: readonly LimitBreach[];
	/** Unusual content that may be rejected; the provider does not say. */
	readonly notes: readonly string[];
	/** Absent if no price is known. */
	readonly cost?: ApiCost;
	/** Content of the request that these numbers do not include. */
	readonly problems: readonly RequestProblem[];
}

/**
 * Assesses a request for its model. `opened` has one entry per media item of the request, in order: `undefined` for
 * one that was not opened, or the error of one that could not be. Items that cannot be counted are in the result with
 * their error, never silently dropped.
 *
 * @throws OnevisionError `unknown-name` for a model without a rule, `invalid-input` when `opened` does not match
 */
export function assessRequest(
	request: ChatRequest,
	opened: readonly (SizedItem | OnevisionError | undefined)[],
	options: AssessOptions = {},
): RequestAssessment {
	const name = options.model ?? request.model;
	if (name === undefined) {
		throw new OnevisionError("invalid-input", "model: the request names none; give the model to assess for");
	}
	if (opened.length !== request.media.length) {
		throw new OnevisionError(
			"invalid-input",
			`sizes: expected one per media item (${request.media.length}), got ${opened.length}`,
		);
	}
	const sizes = opened.map((size) => (size instanceof OnevisionError ? undefined : size));
	const outputTokens = options.outputTokens ?? request.maxOutputTokens ?? 0;
	if (!Number.isSafeInteger(outputTokens) || outputTokens < 0) {
		throw new OnevisionError(
			"invalid-input",
			`outputTokens: expected a whole number from 0, got ${outputTokens}`,
		);
	}
	const dated = modelOn(resolveApiModelId(name), options.date);
	const items = request.media.map((media, index) => assessItem(dated, media, opened[index]));
	const counted = items.flatMap(({ count }) => (count === undefined ? [] : [count]));
	const media = totals(dated, counted, 0);
	const text = estimateText(request.texts);
	const inputTokens = media.contextTokens + text.estimatedTokens;
	const contextTokens = inputTokens + outputTokens;
	const cost = costOf(
		dated.id,
		{ input: media.billedTokens + text.estimatedTokens, output: outputTokens },
		{
			...(options.date === undefined ? {} : { date: options.date }),
			...(options.prices === undefined ? {} : { prices: options.prices }),
		},
	);
	const window = dated.model.contextTokens;
	const types = request.media.map((item, index) => checkMediaType(dated.model, item, index, sizes[index]));
	return {
		api: request.api,
		model: dated.id,
		title: dated.model.title,
		items,
		media,
		notCounted: items.length - counted.length,
		text,
		outputTokens,
		contextTokens,
		...(window === undefined ? {} : { contextWindow: { tokens: window.value, source: window.source } }),
		breaches: [
			...formBreaches(dated, request),
			...types.flatMap(({ breaches }) => breaches),
			...breachesOf(dated, items, sizes, contextTokens),
		],
		notes: [...formNotes(dated, request), ...types.flatMap(({ notes }) => notes)],
		...(cost === undefined ? {} : { cost }),
		problems: request.problems,
	};
}

function assessItem(
	dated: DatedModel,
	media: RequestMedia,
	size: SizedItem | OnevisionError | undefined,
): AssessedItem {
	const { path, kind } = media;
	if (size === undefined) return { path, kind, error: unreadable(media) };
	if (size instanceof OnevisionError) {
		return { path, kind, error: new OnevisionError(size.code, `${path}: ${size.message}`) };
	}
	try {
		if (size.media.kind !== kind) {
			throw new OnevisionError(
				"invalid-media",
				`its size is that of ${size.media.kind === "video" ? "a video" : "an image"}, the request has ${kind === "video" ? "a video" : "an image"}`,
			);
		}
		assertMedia(size.media);
		const [known, ignored] = splitSettings(dated, media.settings);
		const count = countItem(dated, size.media, resolveApiSettings(dated, known));
		return { path, kind, count, ...(ignored.length === 0 ? {} : { ignored }) };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return { path, kind, error: new OnevisionError(error.code, `${path}: ${error.message}`) };
	}
}

/**
 * Splits settings into those that the rule knows and the names of the rest, because a request written for one
 * provider may be assessed for another.
 */
function splitSettings(
	{ rule }: DatedModel,
	settings: RequestMedia["settings"],
): [RequestMedia["settings"], readonly string[]] {
	const entries = Object.entries(settings);
	const known = entries.filter(([key]) => Object.hasOwn(rule.settings, key));
	const ignored = entries.filter(([key]) => !Object.hasOwn(rule.settings, key)).map(([key]) => key);
	return [Object.fromEntries(known), ignored];
}

/** Why an item has no size, and what to do about it. */
function unreadable({ path, kind, reference }: RequestMedia): OnevisionError {
	const why = {
		url: "it is on the web, and nothing is fetched; give the file",
		upload: "it was uploaded to the provider; give the file",
		file: "the file was not opened; give its size",
		data: "its bytes were not read; give its size",
	} as const satisfies Record<RequestMedia["reference"]["kind"], string>;
	return new OnevisionError(
		"unreadable-file",
		`${path}: the size of this ${kind} is not known: ${why[reference.kind]}`,
	);
}

function estimateText(texts: readonly string[]): RequestAssessment["text"] {
	const characters = texts.reduce((sum, text) => sum + text.length, 0);
	return {
		estimatedTokens: Math.ceil(characters / CHARACTERS_PER_TOKEN),
		characters,
		note: `estimate at ${CHARACTERS_PER_TOKEN} characters per token, as of English prose; no tokenizer is read, and tools and chat markers are not counted`,
	};
}

/** Parts written in a form that the provider is known to reject. */
function formBreaches({ model }: DatedModel, { breaches, media }: ChatRequest): LimitBreach[] {
	return breaches
		.filter(({ provider }) => provider === model.provider)
		.map(({ path, message, source }) => {
			const item = media.findIndex((candidate) => candidate.path === path);
			return {
				limit: "other-api",
				...(item === -1 ? {} : { item }),
				path,
				message: `${model.title}: ${path}: ${message}`,
				source,
			};
		});
}

/** Parts that the API's original provider rejects; this provider, which offers the same API, does not say. */
function formNotes({ model }: DatedModel, { breaches }: ChatRequest): string[] {
	return breaches
		.filter(({ provider, acceptedBy }) => ![provider, ...acceptedBy].includes(model.provider))
		.map(({ path, message }) => `${path}: ${message}; whether ${model.title} refuses it is not published`);
}

/** Limits on sizes and counts, rejections by the counting rule, and the context window. */
function breachesOf(
	{ model, version }: DatedModel,
	items: readonly AssessedItem[],
	sizes: readonly (SizedItem | undefined)[],
	contextTokens: number,
): LimitBreach[] {
	const found = limitBreaches(model.title, model.limits, sizes);
	items.forEach(({ error }, item) => {
		const told = found.some((breach) => breach.item === item);
		if (error?.code !== "unsupported" || told) return;
		found.push({
			limit: "refused",
			item,
			message: `${model.title}: ${error.message}`,
			source: version.source,
		});
	});
	const window = model.contextTokens;
	if (window !== undefined && contextTokens > window.value) {
		found.push({
			limit: "context-overflow",
			message: `${model.title}: about ${contextTokens} tokens against a context of ${window.value}; send less media or text, or ask for a shorter answer`,
			source: window.source,
		});
	}
	return found;
}

/** An assessment as JSON: an error does not become an object on its own. */
export function assessmentJson({ items, ...assessment }: RequestAssessment) {
	return {
		...assessment,
		items: items.map(({ error, ...item }) =>
			error === undefined ? item : { ...item, error: { code: error.code, message: error.message } },
		),
	};
}
