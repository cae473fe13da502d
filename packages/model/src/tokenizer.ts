/** A model's own tokenizer, to count the text around media. */

import { Tokenizer } from "@huggingface/tokenizers";

/** Tokens of a text, without the special tokens that the model puts around it. */
export type CountText = (text: string) => number;

/** Counts with the content of a `tokenizer.json`. Throws for a tokenizer that cannot be used. */
export function createTextCounter(tokenizerJson: object): CountText {
	const tokenizer = new Tokenizer(tokenizerJson, {});
	const count: CountText = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length;
	// Some defects only show when a text is encoded.
	count("<0.5 seconds>");
	return count;
}
