/** Text of a sample in tokens: by a tokenizer, or estimated, in the order in which the language model sees it. */

import type { MediaKind, Turn } from "../record.ts";

/** A run of tokens of one kind, or the place of a medium, whose tokens are counted elsewhere. */
export type TextSpan =
	| { readonly kind: "text"; readonly tokens: number; readonly isLabel: boolean }
	| { readonly kind: MediaKind };

export interface TextMeter {
	/** Whose count it is, for reports. */
	readonly basis: string;
	/** Whether the counts are those of the model's own tokenizer and template. */
	readonly isExact: boolean;
	/** Tokens of a text that a processor writes around media; absent: they are estimated. */
	readonly countText?: (text: string) => number;
	/** Spans of all turns; labels are what the loss sees. */
	measure(turns: readonly Turn[]): readonly TextSpan[];
}

/** Bytes of UTF-8 that one token stands for: about what vocabularies of 100,000 and more give for English. */
const BYTES_PER_TOKEN = 4;
/** Tokens that a chat template writes around a turn: role, start, end and newlines, as ChatML does. */
const TOKENS_AROUND_TURN = 5;
/** Of these, those that follow the text and are trained on with it. */
const TOKENS_BEHIND_TURN = 1;

/** Four bytes of text are a token, and five more go around every turn. An estimate: nothing is tokenized. */
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
