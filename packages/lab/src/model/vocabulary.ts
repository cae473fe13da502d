/** The words of the lab: one token each, so that a question costs no more tokens than it has words. */

import { OnevisionError } from "@onevision/base";

/** Ends an answer. */
export const END = "<end>";
export const PLACEHOLDERS = { image: "<image>", video: "<video>" } as const;
const SPECIAL = [END, PLACEHOLDERS.image, PLACEHOLDERS.video] as const;

export interface Vocabulary {
	/** By id. */
	readonly words: readonly string[];
	/** Throws `unknown-name` for a word that no task declares. */
	id(word: string): number;
	/** Ids of words separated by spaces. */
	encode(text: string): number[];
	/** `tokenizer.json` of the same words. */
	tokenizer(): object;
}

/** A vocabulary of the special tokens and `words`, in this order, each once. */
export function createVocabulary(words: Iterable<string>): Vocabulary {
	const all = [...new Set([...SPECIAL, ...words])];
	const ids = new Map(all.map((word, id) => [word, id]));
	const id = (word: string): number => {
		const found = ids.get(word);
		if (found !== undefined) return found;
		throw new OnevisionError(
			"unknown-name",
			`the word ${JSON.stringify(word)} is in no task's words; add it to those of the task that says it`,
		);
	};
	return {
		words: all,
		id,
		encode: (text) => text.split(" ").map(id),
		tokenizer: () => ({
			version: "1.0",
			truncation: null,
			padding: null,
			added_tokens: SPECIAL.map((content, index) => ({
				id: index,
				content,
				single_word: false,
				lstrip: false,
				rstrip: false,
				normalized: false,
				special: true,
			})),
			normalizer: null,
			pre_tokenizer: { type: "WhitespaceSplit" },
			post_processor: null,
			decoder: { type: "WordPiece", prefix: "##", cleanup: false },
			model: {
				type: "WordPiece",
				unk_token: END,
				continuing_subword_prefix: "##",
				max_input_chars_per_word: 100,
				vocab: Object.fromEntries(all.map((word, index) => [word, index])),
			},
		}),
	};
}
