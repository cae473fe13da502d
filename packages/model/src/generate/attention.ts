/**
 * What the tokens of a given answer attend to: the answer is fed to the model as if it had made it, and each token's weights
 * are those of the position that predicts it, averaged over heads and chosen layers. transformers 5.18 has the same numbers
 * in `output_attentions` with eager attention.
 */

import { OnevisionError } from "@onevision/base";
import type { Message } from "../chat/message.ts";
import { promptOf } from "./generate.ts";
import type { Parts } from "./parts.ts";
import { positionsBetween } from "./positions.ts";
import type { PlacedItem, Prompt } from "./prompt.ts";
import { embedTokens, type SeenItem, seeItems } from "./see.ts";

export interface AttentionOptions {
	/** Layers that are averaged, counted from 0. Default: all. */
	readonly layers?: readonly number[];
	readonly signal?: AbortSignal;
	/** Called after each token of the answer. */
	readonly onToken?: (done: number, total: number) => void;
}

export interface AnswerAttention {
	readonly tokens: readonly AttendingToken[];
	readonly items: readonly AttendedItem[];
	/** Layers of the model, and those that were averaged. */
	readonly modelLayers: number;
	readonly layers: readonly number[];
	/** Mean over the tokens of what each attends to; the parts sum to 1. */
	readonly shares: AttentionShares;
}

interface AttentionShares {
	readonly visual: number;
	/** The first position of the prompt, which models use to attend to nothing. */
	readonly first: number;
	/** The rest of the prompt's text. */
	readonly text: number;
	/** Tokens of the answer before. */
	readonly answer: number;
}

interface AttendingToken {
	readonly id: number;
	readonly text: string;
	/** Weights of all positions up to the one that predicts it. */
	readonly weights: Float32Array;
}

export interface AttendedItem extends PlacedItem {
	/** Mean weight of each of its visual tokens over the tokens of the answer. */
	readonly weights: Float32Array;
}

/** Throws as `createPrompt`, and `invalid-input` for an answer without tokens or layers that do not exist. */
export async function attendAnswer(
	parts: Parts,
	messages: readonly Message[],
	answer: string,
	options: AttentionOptions = {},
): Promise<AnswerAttention> {
	const { architecture, chat, runs } = parts;
	const modelLayers = architecture.decoder.layers;
	const layers = options.layers ?? Array.from({ length: modelLayers }, (_, layer) => layer);
	assertLayers(layers, modelLayers);
	// The whole is tokenized together, as a model's own answer would be read back.
	const whole = promptOf(
		{ ...parts, chat: { ...chat, render: (each) => chat.render(each) + answer } },
		messages,
		1,
	);
	const start = commonLength(promptOf(parts, messages, 1).ids, whole.ids);
	if (start === whole.ids.length) {
		throw new OnevisionError(
			"invalid-input",
			"answer: has no tokens; give the text whose attention is asked for",
		);
	}
	const media = await seeItems(parts, whole, options);
	const cache = await runs.allocate(whole.ids.length);
	try {
		await readUntil(parts, whole, media, cache, start - 1, options.signal);
		const rows: Float32Array[] = [];
		for (let position = start - 1; position < whole.ids.length - 1; position++) {
			options.signal?.throwIfAborted();
			const embeddings = await embedTokens(parts, whole, media, position, position + 1);
			const positions = positionsBetween(whole.positions, position, position + 1);
			const step = { embeddings, positions, rows: [0] };
			rows.push(meanOf(await runs.attend(step, cache), layers, architecture.decoder.heads));
			options.onToken?.(rows.length, whole.ids.length - start);
		}
		return summary(parts, whole, start, rows, { layers, modelLayers });
	} finally {
		await cache.close();
	}
}

function assertLayers(layers: readonly number[], modelLayers: number): void {
	const wrong = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= modelLayers);
	if (layers.length > 0 && wrong === undefined) return;
	throw new OnevisionError(
		"invalid-input",
		`layers: ${wrong ?? "none"} given; the model has ${modelLayers}, 0 to ${modelLayers - 1}`,
	);
}

function commonLength(one: readonly number[], other: readonly number[]): number {
	let length = 0;
	while (length < one.length && one[length] === other[length]) length++;
	return length;
}

/** Fills the cache with the positions before `end`. */
async function readUntil(
	parts: Parts,
	prompt: Prompt,
	media: readonly SeenItem[],
	cache: Awaited<ReturnType<Parts["runs"]["allocate"]>>,
	end: number,
	signal: AbortSignal | undefined,
): Promise<void> {
	for (let from = 0; from < end; from += parts.chunk) {
		signal?.throwIfAborted();
		const to = Math.min(from + parts.chunk, end);
		const embeddings = await embedTokens(parts, prompt, media, from, to);
		const positions = positionsBetween(prompt.positions, from, to);
		await parts.runs.step({ embeddings, positions, rows: [to - from - 1] }, cache);
	}
}

/** Mean over heads and layers of [heads, positions] for each layer. */
function meanOf(weights: readonly Float32Array[], layers: readonly number[], heads: number): Float32Array {
	const positions = (weights[0]?.length ?? 0) / heads;
	const sums = new Float64Array(positions);
	for (const layer of layers) {
		const of = weights[layer] ?? new Float32Array(0);
		for (let at = 0; at < of.length; at++) sums[at % positions] = (sums[at % positions] ?? 0) + (of[at] ?? 0);
	}
	return Float32Array.from(sums, (sum) => sum / (layers.length * heads));
}

function summary(
	{ chat }: Parts,
	{ ids, items }: Prompt,
	start: number,
	rows: readonly Float32Array[],
	about: Pick<AnswerAttention, "layers" | "modelLayers">,
): AnswerAttention {
	const mean = new Float64Array(ids.length);
	for (const row of rows) {
		for (const [at, weight] of row.entries()) mean[at] = (mean[at] ?? 0) + weight / rows.length;
	}
	const sumOf = (from: number, to: number): number =>
		mean.subarray(from, to).reduce((sum, each) => sum + each, 0);
	const attended = items.map((item): AttendedItem => {
		const end = item.start + item.layout.visualTokens;
		return { ...item, weights: Float32Array.from(mean.subarray(item.start, end)) };
	});
	const visual = items.reduce(
		(sum, { start: from, layout }) => sum + sumOf(from, from + layout.visualTokens),
		0,
	);
	const first = items.some((item) => item.start === 0) ? 0 : sumOf(0, 1);
	const answer = sumOf(start, ids.length);
	return {
		...about,
		tokens: rows.map((weights, index) => {
			const id = ids[start + index] ?? 0;
			return { id, text: chat.decode([id]), weights };
		}),
		items: attended,
		shares: { visual, first, answer, text: Math.max(0, 1 - visual - first - answer) },
	};
}
