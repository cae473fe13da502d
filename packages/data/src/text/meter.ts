/** Token counts of a sample's text, from a tokenizer or estimated, in the order the language model sees it. */

import type { MediaKind, Turn } from "../record.ts";

/** A run of tokens of one kind, or the placeholder of a medium, whose tokens are counted elsewhere. */
export type TextSpan =
	| { readonly kind: "text"; readonly tokens: number; readonly isLabel: boolean }
	| { readonly kind: MediaKind };

export interface TextMeter {
	/** Whose count this is, for reports. */
	readonly basis: string;
	/** Whether the counts come from the model's own tokenizer and template. */
	readonly isExact: boolean;
	/** Counts text that a processor writes around media; absent if those tokens are estimated. */
	readonly countText?: (text: string) => number;
	/** Spans of all turns; labels contribute to the loss. */
	measure(turns: readonly Turn[]): readonly TextSpan[];
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
		for (const { role, parts, isTrained = true } of turns) {
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
		}
		return spans;
	},
};
