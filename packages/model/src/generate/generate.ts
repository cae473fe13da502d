/**
 * Answers to conversations: the prompt in chunks through a cache that keeps what it shares with the one before, then token
 * by token.
 */

import { OnevisionError } from "@onevision/base";
import type { Message } from "../chat/message.ts";
import type { Parts, TokenCache } from "./parts.ts";
import { positionsBetween } from "./positions.ts";
import { createPrompt, type Prompt } from "./prompt.ts";
import { createSampler, type SamplingOptions } from "./sampling.ts";
import { embedTokens, type SeenItem, seeItems } from "./see.ts";
import { TextStream } from "./text-stream.ts";

export interface GenerateOptions extends SamplingOptions {
	/** Most tokens of the answer. Default 256. */
	readonly maxTokens?: number;
	/** Goes on behind the model's end token, for measurements. Default false. */
	readonly ignoreEnd?: boolean;
	/** The answer ends before any of these. */
	readonly stop?: readonly string[];
	/** Stops after the step that is running. The answer so far is returned. */
	readonly signal?: AbortSignal;
	/** Called as the prompt is read. */
	readonly onProgress?: (progress: PromptProgress) => void;
}

export interface PromptProgress {
	readonly stage: "views" | "prompt";
	readonly done: number;
	readonly total: number;
}

export interface AnswerPiece {
	/** May be empty: a token may be part of a character, or of a stop string. */
	readonly text: string;
	readonly id: number;
}

export interface Answer {
	readonly text: string;
	readonly ids: readonly number[];
	/** The model's end token or a stop string, the most tokens, or the signal. */
	readonly finish: "stop" | "length" | "cancelled";
	readonly usage: Usage;
	readonly seconds: Seconds;
}

/** Tokens. */
export interface Usage {
	/** The whole prompt, visual tokens included. */
	readonly prompt: number;
	readonly visual: number;
	/** Of the prompt, what the cache still held. */
	readonly cached: number;
	readonly answer: number;
}

export interface Seconds {
	/** Pixels, tower and packing. */
	readonly vision: number;
	/** From the question to the first token, `vision` included. */
	readonly firstToken: number;
	/** From the first token to the last. */
	readonly rest: number;
}

/** What a cache holds at each position: a token's id, or a fingerprint and index where it is visual. */
export type HeldPositions = (number | string)[];

/** Tokens that a cache has room for at least: memory is taken as it fills. */
const MIN_CAPACITY = 4096;

/** One sequence of turns with a cache of its own. Its calls run one after the other. */
export class Conversation {
	readonly #parts: Parts;
	#cache: TokenCache | undefined;
	#held: HeldPositions = [];
	#isBusy = false;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/** Positions that the cache holds of a prompt already, and all that it holds. */
	overlap(wanted: Readonly<HeldPositions>): { readonly shared: number; readonly held: number } {
		return { shared: this.#shared(wanted), held: this.#held.length };
	}

	/** Frees the cache; the next answer starts anew. */
	async close(): Promise<void> {
		const cache = this.#cache;
		this.#cache = undefined;
		this.#held = [];
		await cache?.close();
	}

	/**
	 * Streams an answer; the last value is the whole. Throws `invalid-input` for options out of range and while an answer
	 * is being made, otherwise as `createPrompt`.
	 */
	async *generate(
		messages: readonly Message[],
		options: GenerateOptions = {},
	): AsyncGenerator<AnswerPiece, Answer> {
		if (this.#isBusy)
			throw new OnevisionError("invalid-input", "this conversation is being answered already");
		this.#isBusy = true;
		try {
			return yield* this.#answer(messages, options);
		} finally {
			this.#isBusy = false;
		}
	}

	async *#answer(
		messages: readonly Message[],
		options: GenerateOptions,
	): AsyncGenerator<AnswerPiece, Answer> {
		const { maxTokens = 256, ignoreEnd = false, signal } = options;
		if (!Number.isSafeInteger(maxTokens) || maxTokens < 1) {
			throw new OnevisionError("invalid-input", `maxTokens ${maxTokens}: expected a whole number from 1`);
		}
		const { chat, endIds, embed, runs } = this.#parts;
		const sample = createSampler(options);
		const prompt = promptOf(this.#parts, messages, maxTokens);
		const cache = await this.#room(prompt.ids.length + maxTokens);
		const clock = createClock();
		const media = await seeItems(this.#parts, prompt, {
			...(signal === undefined ? {} : { signal }),
			onView: (done, total) => options.onProgress?.({ stage: "views", done, total }),
		});
		clock.mark("vision");
		const cached = this.#reuse(heldBy(prompt, media), cache);
		let logits = await this.#prefill(prompt, media, cache, options);
		const stream = new TextStream(chat.decode, options.stop);
		const ids: number[] = [];
		const seen = new Set(prompt.ids);
		let finish: Answer["finish"] = "length";
		const leave = runs.joinDecoding();
		try {
			while (logits !== undefined) {
				if (signal?.aborted) break;
				const id = sample(logits, seen);
				if (ids.length === 0) clock.mark("firstToken");
				ids.push(id);
				seen.add(id);
				if (endIds.has(id) && !ignoreEnd) {
					finish = "stop";
					break;
				}
				yield { text: stream.push(id), id };
				if (stream.stopped) {
					finish = "stop";
					break;
				}
				if (ids.length === maxTokens) break;
				const positions = positionsBetween(prompt.positions, cache.length, cache.length + 1);
				logits = await runs.step({ embeddings: await embed([id]), positions, rows: [0] }, cache);
				this.#held.push(heldToken(id, positions));
			}
		} finally {
			leave();
		}
		if (signal?.aborted && finish !== "stop") finish = "cancelled";
		stream.end();
		const usage = {
			prompt: prompt.ids.length,
			visual: prompt.visualTokens,
			cached,
			answer: ids.length,
		};
		return { text: stream.text, ids, finish, usage, seconds: clock.seconds() };
	}

	/** The cache, or a larger one: what it held is then computed anew. */
	async #room(tokens: number): Promise<TokenCache> {
		if (this.#cache !== undefined && tokens <= this.#cache.capacity) return this.#cache;
		await this.close();
		const { runs, architecture } = this.#parts;
		const most = architecture.contextTokens ?? Number.POSITIVE_INFINITY;
		const ample = Math.max(tokens, Math.min(most, Math.max(MIN_CAPACITY, 2 * tokens)));
		try {
			this.#cache = await runs.allocate(ample);
		} catch (error) {
			if (!(error instanceof OnevisionError) || ample === tokens) throw error;
			this.#cache = await runs.allocate(tokens);
		}
		return this.#cache;
	}

	/** Drops what the cache holds beyond the common beginning; at least one token is left to be run. */
	#reuse(wanted: Readonly<HeldPositions>, cache: TokenCache): number {
		const shared = this.#shared(wanted);
		cache.truncate(shared);
		this.#held = this.#held.slice(0, shared);
		return shared;
	}

	#shared(wanted: Readonly<HeldPositions>): number {
		let shared = 0;
		const most = Math.min(this.#held.length, wanted.length - 1);
		while (shared < most && this.#held[shared] === wanted[shared]) shared++;
		return shared;
	}

	/** Runs what the cache does not hold of the prompt; returns the logits of its last token, nothing when stopped. */
	async #prefill(
		prompt: Prompt,
		media: readonly SeenItem[],
		cache: TokenCache,
		{ onProgress, signal }: GenerateOptions,
	): Promise<Float32Array | undefined> {
		const { chunk } = this.#parts;
		const total = prompt.ids.length;
		const held = heldBy(prompt, media);
		const from = cache.length;
		let logits: Float32Array | undefined;
		for (let start = from; start < total; start += chunk) {
			if (signal?.aborted) return undefined;
			const end = Math.min(start + chunk, total);
			const embeddings = await embedTokens(this.#parts, prompt, media, start, end);
			const positions = positionsBetween(prompt.positions, start, end);
			const rows = [end - start - 1];
			logits = await this.#parts.runs.step({ embeddings, positions, rows }, cache);
			this.#held = held.slice(0, end);
			onProgress?.({ stage: "prompt", done: end - from, total: total - from });
		}
		return logits;
	}
}

/** Throws as `createPrompt`. */
export function promptOf(
	{ label, chat, processor, architecture }: Parts,
	messages: readonly Message[],
	maxTokens: number,
): Prompt {
	return createPrompt(messages, maxTokens, { ...architecture, label, chat, processor });
}

/** What a cache of the whole prompt holds. */
export function heldBy(
	{ ids, positions }: Prompt,
	media: readonly Pick<SeenItem, "item" | "key">[],
): HeldPositions {
	const held: HeldPositions = [...ids];
	for (const { item, key } of media) {
		for (let token = 0; token < item.layout.visualTokens; token++)
			held[item.start + token] = `${key} ${token}`;
	}
	if (positions.axes.length === 1) return held;
	return held.map((token, index) => heldToken(token, positionsBetween(positions, index, index + 1)));
}

/**
 * A token at its position. Where a token has one, that is its place in the sequence; where it has several, they depend on
 * the media before it and on whether it was given or generated.
 */
function heldToken(token: number | string, positions: readonly ArrayLike<number>[]): number | string {
	return positions.length === 1 ? token : `${token} at ${positions.map((axis) => axis[0]).join()}`;
}

function createClock() {
	const start = performance.now();
	const marks: Record<"vision" | "firstToken", number> = { vision: start, firstToken: start };
	return {
		mark: (name: keyof typeof marks) => {
			marks[name] = performance.now();
		},
		seconds: (): Seconds => ({
			vision: (marks.vision - start) / 1000,
			firstToken: (marks.firstToken - start) / 1000,
			rest: (performance.now() - marks.firstToken) / 1000,
		}),
	};
}
