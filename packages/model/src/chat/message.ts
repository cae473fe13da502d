/** Conversations as chat templates of vision-language models take them. */

import { OnevisionError } from "@onevision/base";
import type { Clip, RgbImage } from "@onevision/media";

export type Part =
	| { readonly type: "text"; readonly text: string }
	| { readonly type: "image"; readonly image: RgbImage }
	| { readonly type: "video"; readonly clip: Clip };

export interface Message {
	readonly role: "system" | "user" | "assistant";
	/** A string is one text part. */
	readonly content: string | readonly Part[];
}

export type MediaPart = Exclude<Part, { readonly type: "text" }>;

/** Parts of a message; templates of the LLaVA type render nothing for a bare string. */
export function partsOf({ content }: Message): readonly Part[] {
	return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** Media in the order of the conversation. */
export function mediaOf(messages: readonly Message[]): readonly MediaPart[] {
	return messages.flatMap((message) => partsOf(message).filter((part) => part.type !== "text"));
}

/** Throws `invalid-input` unless there is a message, and the last is not the model's. */
export function assertConversation(messages: readonly Message[]): void {
	const last = messages.at(-1);
	if (last === undefined) throw new OnevisionError("invalid-input", "messages: expected at least one");
	if (last.role === "assistant") {
		throw new OnevisionError(
			"invalid-input",
			"messages: the last is the assistant's, so there is nothing to answer; end with one of the user",
		);
	}
}
