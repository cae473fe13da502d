/**
 * A conversation as the sequence the decoder reads: token ids, with as many placeholders for each medium as it has visual
 * tokens. Decided from sizes alone, before any pixel is computed.
 */

import { formatInteger, OnevisionError } from "@onevision/base";
import type { ItemLayout, MediaItem, PositionRule } from "@onevision/core";
import type { Processor } from "@onevision/media";
import type { Chat } from "../chat/chat.ts";
import { assertConversation, type MediaPart, type Message, mediaOf } from "../chat/message.ts";
import { numberTokens, type TokenPositions } from "./positions.ts";

export interface PlacedItem {
	readonly part: MediaPart;
	readonly layout: ItemLayout;
	/** First of the positions it takes up. */
	readonly start: number;
}

export interface Prompt {
	readonly ids: readonly number[];
	/** In the order of their positions. */
	readonly items: readonly PlacedItem[];
	/** Images of the conversation: a family may lay out several differently from one. */
	readonly images: number;
	readonly visualTokens: number;
	readonly positions: TokenPositions;
}

export interface PromptRules {
	readonly chat: Chat;
	readonly processor: Processor;
	readonly placeholders: { readonly image: number; readonly video?: number };
	readonly contextTokens: number | undefined;
	/** How tokens are numbered. */
	readonly positions: PositionRule;
	/** Name of the model in messages. */
	readonly label: string;
}

/**
 * Throws `unsupported` for media the model or its template does not take, `over-limit` for a prompt and an answer of
 * `answerTokens` beyond the context, naming the item to shrink and to what.
 */
export function createPrompt(messages: readonly Message[], answerTokens: number, rules: PromptRules): Prompt {
	assertConversation(messages);
	const { chat, processor, placeholders } = rules;
	const media = mediaOf(messages);
	const images = media.filter(({ type }) => type === "image").length;
	const layouts = media.map((part) => processor.layout(itemOf(part), images));
	const text = chat.render(messages);
	const written = chat.encode(text);
	const next = { image: 0, video: 0 };
	const ids: number[] = [];
	const items: PlacedItem[] = [];
	const byKind = { image: indicesOf(media, "image"), video: indicesOf(media, "video") };
	for (const id of written) {
		const kind = id === placeholders.image ? "image" : id === placeholders.video ? "video" : undefined;
		if (kind === undefined) {
			ids.push(id);
			continue;
		}
		const index = byKind[kind][next[kind]++];
		const [part, layout] = index === undefined ? [] : [media[index], layouts[index]];
		if (part === undefined || layout === undefined) continue;
		items.push({ part, layout, start: ids.length });
		for (let token = 0; token < layout.visualTokens; token++) ids.push(id);
	}
	for (const kind of ["image", "video"] as const) {
		if (next[kind] !== byKind[kind].length) throw mismatch(kind, next[kind], byKind[kind].length, rules);
	}
	const visualTokens = layouts.reduce((sum, layout) => sum + layout.visualTokens, 0);
	assertFits(ids.length, answerTokens, items, images, rules);
	const placed = items.map(({ part, layout, start }) => ({ item: itemOf(part), layout, start }));
	const positions = numberTokens(rules.positions, ids.length, placed);
	return { ids, items, images, visualTokens, positions };
}

function itemOf(part: MediaPart): MediaItem {
	if (part.type === "video") return part.clip.item;
	const { width, height } = part.image;
	return { kind: "image", width, height };
}

function indicesOf(media: readonly MediaPart[], kind: MediaPart["type"]): number[] {
	return media.flatMap(({ type }, index) => (type === kind ? [index] : []));
}

function mismatch(kind: string, written: number, given: number, { label }: PromptRules): OnevisionError {
	const why =
		written === 0
			? `its chat template writes no placeholder for a ${kind}, or its tokenizer is that of another model`
			: `the conversation has ${written} placeholders for ${given}; is there a placeholder in the text itself?`;
	return new OnevisionError(
		"unsupported",
		`${label}: ${given} ${kind}${given === 1 ? "" : "s"} given: ${why}`,
	);
}

/** Steps in which a smaller size is looked for. */
const SCALES = Array.from({ length: 39 }, (_, step) => 0.975 - step / 40);

function assertFits(
	promptTokens: number,
	answerTokens: number,
	items: readonly PlacedItem[],
	images: number,
	{ contextTokens, processor, label }: PromptRules,
): void {
	const over = promptTokens + answerTokens - (contextTokens ?? Number.POSITIVE_INFINITY);
	if (contextTokens === undefined || over <= 0) return;
	const sums = `${formatInteger(promptTokens)} of the prompt and ${formatInteger(answerTokens)} of the answer`;
	const what = `${label}: ${sums} are over its context of ${formatInteger(contextTokens)} tokens`;
	throw new OnevisionError("over-limit", `${what}; ${advice(items, images, over, processor, answerTokens)}`);
}

/** The largest item and a size at which the prompt would fit. */
function advice(
	items: readonly PlacedItem[],
	images: number,
	over: number,
	processor: Processor,
	answerTokens: number,
): string {
	const largest = [...items].sort((a, b) => b.layout.visualTokens - a.layout.visualTokens)[0];
	if (largest === undefined) return "shorten the text";
	const place = `${largest.layout.kind} ${items.filter(({ layout }) => layout.kind === largest.layout.kind).indexOf(largest) + 1}`;
	const item = itemOf(largest.part);
	const wanted = largest.layout.visualTokens - over;
	const smaller = SCALES.map(
		(scale): MediaItem =>
			item.kind === "video"
				? { ...item, frames: Math.max(1, Math.floor(largest.layout.frames * scale)) }
				: {
						...item,
						width: Math.max(1, Math.round(item.width * scale)),
						height: Math.max(1, Math.round(item.height * scale)),
					},
	).find((candidate) => tokensOf(candidate, images, processor) <= wanted);
	if (smaller === undefined) {
		return over < answerTokens
			? `ask for at most ${answerTokens - over} tokens of answer`
			: `leave out ${place} (${formatInteger(largest.layout.visualTokens)} tokens)`;
	}
	const to = smaller.kind === "video" ? `${smaller.frames} frames` : `${smaller.width}x${smaller.height} px`;
	const tokens = `${formatInteger(largest.layout.visualTokens)} to ${formatInteger(tokensOf(smaller, images, processor))} tokens`;
	return `shrink ${place} to ${to} (${tokens})`;
}

/** A size the model refuses has no number of tokens that fits. */
function tokensOf(item: MediaItem, images: number, processor: Processor): number {
	try {
		return processor.layout(item, images).visualTokens;
	} catch (error) {
		if (error instanceof OnevisionError) return Number.POSITIVE_INFINITY;
		throw error;
	}
}
