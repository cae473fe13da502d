/**
 * A model's tokenizer and chat template: conversations to token ids with one placeholder for each medium, and ids to text.
 */

import { Template } from "@huggingface/jinja";
import { Tokenizer } from "@huggingface/tokenizers";
import { OnevisionError } from "@onevision/base";
import { type Message, partsOf } from "./message.ts";

export interface ChatSource {
	/** Content of `tokenizer.json`. */
	readonly tokenizer: object;
	/** The chat template, in Jinja. */
	readonly template: string;
	/** Variables of the template: `bos_token`, `eos_token`. */
	readonly variables: Readonly<Record<string, unknown>>;
	/** Name of the folder in messages. */
	readonly label: string;
}

export interface Chat {
	/** Entries of the vocabulary, the largest id plus one. */
	readonly vocabulary: number;
	/** The conversation as text, up to where the model answers. Throws `unsupported` for what the template refuses. */
	render(messages: readonly Message[]): string;
	/**
	 * Ids of a rendered conversation. The tokenizer adds the special tokens it writes before a text, unless the template
	 * has written them (transformers 5.18 processing_utils.py `apply_chat_template`).
	 */
	encode(rendered: string): readonly number[];
	/** Without special tokens. */
	decode(ids: readonly number[]): string;
}

/** Throws `unreadable-file` for a tokenizer or a template that cannot be read. */
export function createChat({ tokenizer, template, variables, label }: ChatSource): Chat {
	const [encoder, compiled] = readable(
		label,
		() => [new Tokenizer(tokenizer, {}), new Template(template)] as const,
	);
	const { bos_token: bos } = variables;
	let largest = 0;
	for (const id of encoder.get_vocab(true).values()) largest = Math.max(largest, id);
	return {
		vocabulary: largest + 1,
		render: (messages) => {
			const plain = messages.map((message) => ({
				role: message.role,
				content: partsOf(message).map((part) =>
					part.type === "text" ? { type: "text", text: part.text } : { type: part.type },
				),
			}));
			try {
				return compiled.render({ ...variables, messages: plain, add_generation_prompt: true });
			} catch (error) {
				throw new OnevisionError(
					"unsupported",
					`${label}: the chat template refuses this: ${firstLine(error)}`,
				);
			}
		},
		encode: (rendered) => {
			const isBegun = typeof bos === "string" && rendered.startsWith(bos);
			return encoder.encode(rendered, { add_special_tokens: !isBegun }).ids;
		},
		decode: (ids) =>
			ids.length === 0
				? ""
				: encoder.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
	};
}

function readable<T>(label: string, act: () => T): T {
	try {
		return act();
	} catch (error) {
		throw new OnevisionError(
			"unreadable-file",
			`${label}: the tokenizer or chat template cannot be used: ${firstLine(error)}`,
		);
	}
}

function firstLine(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
