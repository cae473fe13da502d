/**
 * Conversations for questions that come from anywhere, as to a server: each is answered where the most of it is held
 * already, so that another turn, or another question about the same images, costs its own tokens.
 */

import { assertInternal } from "@onevision/base";
import type { Message } from "../chat/message.ts";
import {
	type Answer,
	type AnswerPiece,
	Conversation,
	type GenerateOptions,
	heldBy,
	promptOf,
} from "./generate.ts";
import type { Parts } from "./parts.ts";
import { keysOf } from "./see.ts";

export class ConversationPool {
	readonly #parts: Parts;
	readonly #most: number;
	/** Those that are not answering, the one used longest ago first. */
	readonly #idle: Conversation[] = [];
	#busy = 0;

	/** Of at most `most` conversations, each with a cache of its own. */
	constructor(parts: Parts, most: number) {
		this.#parts = parts;
		this.#most = most;
	}

	/** As `Conversation.generate`. The caller sees to it that no more than `most` answers are made at a time. */
	async *generate(
		messages: readonly Message[],
		options: GenerateOptions = {},
	): AsyncGenerator<AnswerPiece, Answer> {
		const conversation = this.#take(messages, options);
		this.#busy++;
		try {
			return yield* conversation.generate(messages, options);
		} finally {
			this.#busy--;
			this.#idle.push(conversation);
		}
	}

	/** Frees all caches. No answer may be under way. */
	async close(): Promise<void> {
		await Promise.all(this.#idle.splice(0).map((conversation) => conversation.close()));
	}

	/**
	 * The idle one that shares the longest beginning. One that would lose more than it lends is left for a later turn of
	 * its own while there is room for another.
	 */
	#take(messages: readonly Message[], { maxTokens = 1 }: GenerateOptions): Conversation {
		assertInternal(this.#busy < this.#most, `more than ${this.#most} answers at a time`);
		const prompt = promptOf(this.#parts, messages, maxTokens);
		const wanted = heldBy(prompt, keysOf(this.#parts, prompt));
		let best: { readonly index: number; readonly shared: number; readonly lost: number } | undefined;
		for (const [index, conversation] of this.#idle.entries()) {
			const { shared, held } = conversation.overlap(wanted);
			if (best === undefined || shared > best.shared) best = { index, shared, lost: held - shared };
		}
		const hasRoom = this.#busy + this.#idle.length < this.#most;
		if (best === undefined || (hasRoom && best.lost > best.shared)) {
			return new Conversation(this.#parts);
		}
		const [taken] = this.#idle.splice(best.index, 1);
		return taken ?? new Conversation(this.#parts);
	}
}
