/** Token counts of a sample's text, from a tokenizer or estimated, in the order the language model sees it. */

import type { MediaKind, Turn } from "../record.ts";

/** A tokenizer and chat template as plain data. */
export interface ChatFiles {
	/** Content of `tokenizer.json`. */
	readonly tokenizer: object;
	/** The chat template, in Jinja. */
	readonly template: string;
	/** Template variables other than the messages: `bos_token`, `eos_token`. */
	readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * A run of tokens of one kind; the placeholder of a medium, whose tokens are counted elsewhere; or a place to cut, with
 * the number of turns before it. The first such place is where the first turn behind the system prompt starts, the
 * others are behind answers, where the template makes them known.
 */
export type TextSpan =
	| { readonly kind: "text"; readonly tokens: number; readonly isLabel: boolean }
	| { readonly kind: MediaKind }
	| { readonly kind: "cut"; readonly turns: number };

/** A conversation to be continued, as a chat template takes it. */
export interface ChatPrompt {
	/** Content is a list of parts, `{type: "text", text}`, `{type: "image"}`, `{type: "video"}`. */
	readonly messages: readonly (Readonly<Record<string, unknown>> & {
		readonly role: string;
		readonly content: readonly { readonly type: string; readonly text?: string }[];
	})[];
	/** Further variables of the template, such as `tools`. */
	readonly variables: Readonly<Record<string, unknown>>;
	/** Whether the template opens the answer. */
	readonly addGenerationPrompt: boolean;
}

export interface TextMeter {
	/** Whose count this is, for reports. */
	readonly basis: string;
	/** Whether the counts come from the model's own tokenizer and template. */
	readonly isExact: boolean;
	/** What a thread makes the same meter from; absent if text is estimated. */
	readonly chat?: ChatFiles;
	/** Counts text that a processor writes around media; absent if those tokens are estimated. */
	readonly countText?: (text: string) => number;
	/** Spans of all turns; labels contribute to the loss. */
	measure(turns: readonly Turn[]): readonly TextSpan[];
	/**
	 * Spans of a prompt; absent if text is estimated. Throws `unreadable-file` for a conversation that the template
	 * rejects.
	 */
	measurePrompt?(prompt: ChatPrompt): readonly TextSpan[];
}

/** UTF-8 bytes per token: roughly what vocabularies of 100,000 and more give for English. */
const BYTES_PER_TOKEN = 4;
/** Tokens that a chat template writes around a turn: role, start, end and newlines, as in ChatML. */
const TOKENS_AROUND_TURN = 5;
/** Those of them that follow the text and are trained on with it. */
const TOKENS_BEHIND_TURN = 1;

/** Estimates one token per four bytes of text, plus five around every turn. Nothing is tokenized. */
export const ESTIMATED_TEXT: TextMeter = {
	basis: `estimated, a token per ${BYTES_PER_TOKEN} bytes and ${TOKENS_AROUND_TURN} around a turn; --tokenizer counts it`,
	isExact: false,
	measure: (turns) => {
		const spans: TextSpan[] = [];
		const head = headTurns(turns);
		if (head === 0) spans.push({ kind: "cut", turns: 0 });
		for (const [index, { role, parts, isTrained = true }] of turns.entries()) {
			const isLabel = role === "assistant" && isTrained;
			spans.push({ kind: "text", tokens: TOKENS_AROUND_TURN - TOKENS_BEHIND_TURN, isLabel: false });
			for (const part of parts) {
				if (part.kind !== "text") spans.push(part);
				else {
					const tokens = Math.ceil(Buffer.byteLength(part.text) / BYTES_PER_TOKEN);
					spans.push({ kind: "text", tokens, isLabel });
				}
			}
			spans.push({ kind: "text", tokens: TOKENS_BEHIND_TURN, isLabel });
			if (role === "assistant" || index + 1 === head) spans.push({ kind: "cut", turns: index + 1 });
		}
		return spans;
	},
};

/** Number of system turns at the start. */
export function headTurns(turns: readonly Turn[]): number {
	const first = turns.findIndex(({ role }) => role !== "system");
	return first < 0 ? turns.length : first;
}
