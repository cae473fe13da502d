/** Counts a request for its target: every medium by its header, text by the model's own tokenizer and template. */

import {
	assessRequest,
	type ChatRequest,
	type RequestApi,
	type RequestMedia,
	readChatRequest,
	type SizedItem,
} from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { type MediaItem, tokenizeText } from "@onevision/core";
import { mediaItemOf } from "@onevision/media/node";
import { fetchMedium } from "../media/fetch.ts";
import { assertPixels, headerOfBytes, type MediaAccess } from "../media/open-media.ts";
import { turningOf } from "../operations/model-question.ts";
import { readPrompt, toolsOf } from "./chat-prompt.ts";
import type { Target } from "./target.ts";

type Body = Readonly<Record<string, unknown>>;

/** A medium of the request, opened. */
export interface OpenedItem {
	readonly media: RequestMedia;
	readonly bytes: Uint8Array;
	readonly item: MediaItem;
	readonly format: string;
	/** Whether width and height are after a rotation by a quarter turn that the file itself does not have. */
	readonly isTurned: boolean;
	/** Degrees by which the file asks a video to be turned for display. */
	readonly rotation: number;
	/** Whether the bytes were fetched, so that the upstream could see others. */
	readonly isFetched: boolean;
}

export interface OpenedRequest {
	readonly body: Body;
	readonly request: ChatRequest;
	/** In the order of `request.media`; an error for one that cannot be opened. */
	readonly items: readonly (OpenedItem | OnevisionError)[];
	readonly text: MeasuredText;
}

interface MeasuredText {
	readonly tokens: number;
	/** Why it is no exact number. */
	readonly doubts: readonly string[];
}

/** `exact`: by the reference's own arithmetic. `range`: upper bounds. `estimate`: some of it is not counted exactly. */
type Exactness = "exact" | "range" | "estimate";

export interface CountedRequest {
	readonly model: string;
	readonly visualTokens: number;
	readonly promptTokens: number;
	readonly exactness: Exactness;
	/** Visual tokens of each medium, in order; undefined for one that is not counted. */
	readonly items: readonly (number | undefined)[];
	readonly contextTokens: number | undefined;
	/** What is not in these numbers, each with its place. */
	readonly uncounted: readonly string[];
	/** Why the numbers are no exact ones. */
	readonly doubts: readonly string[];
}

/** Fetches at the same time. */
const FETCH_AT_ONCE = 4;

/** Reads the request, opens its media and measures its text. Throws only for a body of another API. */
export async function openRequest(
	body: Body,
	api: RequestApi,
	target: Target,
	access: MediaAccess,
): Promise<OpenedRequest> {
	const request = readChatRequest(body, { api });
	const items: (OpenedItem | OnevisionError)[] = [];
	for (let from = 0; from < request.media.length; from += FETCH_AT_ONCE) {
		const some = request.media.slice(from, from + FETCH_AT_ONCE);
		items.push(...(await Promise.all(some.map((media) => openItem(media, target, access)))));
	}
	return { body, request, items, text: await measureText(body, request, target) };
}

/** By the model's template and tokenizer; an estimate where there are none, or they reject the conversation. */
async function measureText(
	body: Body,
	{ api, texts, media }: ChatRequest,
	{ text, counter }: Target,
): Promise<MeasuredText> {
	const definitions = toolsOf(body, api);
	const written = definitions === undefined ? texts : [...texts, JSON.stringify(definitions)];
	if (counter().kind === "api") return { tokens: estimatedText(written), doubts: [] };
	const { prompt, doubts } = readPrompt(body, api);
	if (text === undefined) {
		const why = "text is estimated without a tokenizer";
		return { tokens: estimatedText(written), doubts: [...doubts, why] };
	}
	try {
		const { textTokens, placeholders } = await text.measure(prompt);
		const differ = "placeholders in the text and media differ in number";
		return { tokens: textTokens, doubts: placeholders === media.length ? doubts : [...doubts, differ] };
	} catch (error) {
		if (!(error instanceof OnevisionError) || error.code !== "unreadable-file") throw error;
		return {
			tokens: estimatedText(written),
			doubts: [...doubts, "the chat template rejects this conversation"],
		};
	}
}

async function openItem(
	media: RequestMedia,
	target: Target,
	access: MediaAccess,
): Promise<OpenedItem | OnevisionError> {
	try {
		const bytes = await bytesOf(media, access);
		const turning = turningOf(target.counter());
		const header = await headerOfBytes(bytes, media.path, turning);
		const item = mediaItemOf(header);
		if (item.kind !== media.kind) {
			throw new OnevisionError(
				"invalid-media",
				`${media.path}: the bytes are those of ${item.kind === "video" ? "a video" : "an image"}`,
			);
		}
		assertPixels(item, media.path, access.maxPixels);
		const isTurned =
			header.kind === "image" && turning.applyOrientation && (header.appliedOrientation ?? 1) >= 5;
		const rotation = header.kind === "video" ? header.rotation : 0;
		const isFetched = media.reference.kind === "url";
		return { media, bytes, item, format: header.format, isTurned, rotation, isFetched };
	} catch (error) {
		if (error instanceof OnevisionError) return error;
		throw error;
	}
}

async function bytesOf({ reference, path }: RequestMedia, access: MediaAccess): Promise<Uint8Array> {
	switch (reference.kind) {
		case "data":
			return reference.bytes;
		case "url":
			if (access.fetch !== undefined) return fetchMedium(reference.url, path, access.fetch, access.network);
			throw new OnevisionError(
				"unsupported",
				`${path}: is on the web, and this gateway fetches nothing; send the bytes as a data URL`,
			);
		case "file":
			throw new OnevisionError(
				"unsupported",
				`${path}: names a file, which no API takes; send the bytes as a data URL`,
			);
		case "upload":
			throw new OnevisionError(
				"unsupported",
				`${path}: was uploaded to the provider, where it cannot be counted; send the bytes`,
			);
	}
}

export function isOpened(item: OpenedItem | OnevisionError): item is OpenedItem {
	return !(item instanceof OnevisionError);
}

/** Counts with these sizes in place of the media's own; `items` as in the request. */
export function countRequest(
	{ body, request, items, text }: OpenedRequest,
	target: Target,
	sizes: readonly (MediaItem | undefined)[] = items.map((item) => (isOpened(item) ? item.item : undefined)),
): CountedRequest {
	const kind = target.counter().kind;
	const opened = items.flatMap((item) => (isOpened(item) ? [] : [item.message]));
	const unread = request.problems.map(({ error }) => error.message);
	return kind === "open"
		? countOpen({ body, request, text }, target, sizes, [...opened, ...unread])
		: countClosed({ request, items, text }, target, sizes, [...opened, ...unread]);
}

function countOpen(
	{ body, request, text }: Pick<OpenedRequest, "body" | "request" | "text">,
	target: Target,
	sizes: readonly (MediaItem | undefined)[],
	unreadable: readonly string[],
): CountedRequest {
	const uncounted = [...unreadable];
	const own = ownSettings(body, request, target, uncounted);
	const counter = target.counter(own);
	const media = sizes.flatMap((size) => (size === undefined ? [] : [size]));
	const { tokens: textTokens, doubts } = text;
	const counted = counter.count({ media, textTokens });
	const countText = target.text?.countText;
	const layouts = counted.items.flatMap(({ detail }) => ("wrapper" in detail ? [detail] : []));
	const { contextTokens: window } = counter;
	const layout = {
		...{ items: layouts, visualTokens: counted.visualTokens, towerTokens: counted.towerTokens ?? 0 },
		...{ contextTokens: counted.contextTokens, exact: true },
	};
	const promptTokens =
		countText === undefined ? counted.contextTokens : tokenizeText(layout, countText).contextTokens;
	const isRange = counted.items.some(({ range }) => range !== undefined);
	const tokens = counted.items.map(({ visualTokens }) => visualTokens);
	return {
		...{
			model: counter.title,
			visualTokens: counted.visualTokens,
			promptTokens,
			contextTokens: window,
			uncounted,
			doubts,
		},
		exactness: doubts.length > 0 || uncounted.length > 0 ? "estimate" : isRange ? "range" : "exact",
		items: sizes.map((size) => (size === undefined ? undefined : tokens.shift())),
	};
}

/**
 * Settings that the request itself brings: vLLM's `mm_processor_kwargs`, and pixels or rates at a part. Only those of
 * the family are counted with; settings that differ between parts are not.
 */
function ownSettings(
	body: Body,
	{ media }: ChatRequest,
	{ settingKeys }: Target,
	uncounted: string[],
): Readonly<Record<string, unknown>> {
	const own: Record<string, unknown> = {};
	const kwargs = isRecord(body.mm_processor_kwargs) ? body.mm_processor_kwargs : {};
	for (const [key, value] of Object.entries(kwargs)) {
		if (settingKeys.has(key) && ["number", "boolean", "string"].includes(typeof value)) own[key] = value;
		else
			uncounted.push(
				`mm_processor_kwargs.${key.slice(0, 60)}: changes the tokens in a way that is not counted; leave it out`,
			);
	}
	for (const { path, settings } of media) {
		for (const [key, value] of Object.entries(settings)) {
			if (settingKeys.has(key) && value !== own[key]) {
				uncounted.push(
					`${path}: ${key} of a part is not counted; set it for the request in mm_processor_kwargs`,
				);
			}
		}
	}
	return own;
}

function countClosed(
	{ request, items, text }: Pick<OpenedRequest, "request" | "items" | "text">,
	target: Target,
	sizes: readonly (MediaItem | undefined)[],
	unreadable: readonly string[],
): CountedRequest {
	const sized = items.map((item, index): SizedItem | undefined => {
		const media = sizes[index];
		return media === undefined || !isOpened(item)
			? undefined
			: { media, bytes: item.bytes.length, format: item.format };
	});
	const { id, title, contextTokens } = target.counter();
	const assessed = assessRequest(request, sized, { model: id });
	const refused = assessed.items.flatMap(({ error }, index) =>
		error === undefined || sized[index] === undefined ? [] : [error.message],
	);
	return {
		...{ model: title, visualTokens: assessed.media.visualTokens, contextTokens },
		promptTokens: assessed.media.contextTokens + text.tokens,
		exactness: "estimate",
		items: assessed.items.map(({ count }) => count?.visualTokens),
		uncounted: [...unreadable, ...refused],
		doubts: ["text of a closed model is estimated"],
	};
}

/** Characters per token, roughly, and tokens around a text. */
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_AROUND_TEXT = 5;

function estimatedText(texts: readonly string[]): number {
	return texts.reduce(
		(sum, text) => sum + Math.ceil(text.length / CHARACTERS_PER_TOKEN) + TOKENS_AROUND_TEXT,
		0,
	);
}
