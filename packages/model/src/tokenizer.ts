/** A model's own tokenizer, for counting the text around media. */

import { Tokenizer } from "@huggingface/tokenizers";

/** Counts the tokens of a text, without the special tokens the model adds around it. */
export type CountText = (text: string) => number;

/** Creates a counter from the content of a `tokenizer.json`. Throws if the tokenizer cannot be used. */
export function createTextCounter(tokenizerJson: object): CountText {
	const tokenizer = new Tokenizer(tokenizerJson, {});
	const count: CountText = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length;
	// Some defects only show when text is encoded.
	count("<0.5 seconds>");
	return count;
}
