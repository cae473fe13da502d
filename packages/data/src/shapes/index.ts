/**
 * The layouts of a row, whatever file it is stored in: the keys that identify each layout, and how it becomes a
 * sample.
 */

import { type Refusal, refuse } from "../left-out.ts";
import type { RowContent } from "../record.ts";
import { hasConversations, readConversations } from "./conversations.ts";
import type { Row } from "./fields.ts";
import { hasInstruction, readInstruction } from "./instructions.ts";
import { hasMessages, readMessages } from "./messages.ts";
import { hasPromptAndCompletion, readPromptCompletion } from "./prompt-completion.ts";
import { hasPromptsAndCaptions, readPromptsAndCaptions } from "./prompts-captions.ts";

interface Shape {
	/** Identified by its keys. */
	readonly matches: (row: Row) => boolean;
	readonly read: (row: Row) => RowContent | Refusal;
}

/** In detection order: a row with both `messages` and `conversations` is read by its `messages`. */
const SHAPES = {
	messages: { matches: hasMessages, read: readMessages },
	conversations: { matches: hasConversations, read: readConversations },
	"prompt-completion": { matches: hasPromptAndCompletion, read: readPromptCompletion },
	"prompts-captions": { matches: hasPromptsAndCaptions, read: readPromptsAndCaptions },
	instructions: { matches: hasInstruction, read: readInstruction },
} as const satisfies Record<string, Shape>;

export type ShapeId = keyof typeof SHAPES;
const SHAPE_IDS = Object.keys(SHAPES) as readonly ShapeId[];

/** The layout of a row, among those allowed. */
export function shapeOf(row: Row, allowed: readonly ShapeId[] = SHAPE_IDS): ShapeId | undefined {
	return SHAPE_IDS.find((id) => allowed.includes(id) && SHAPES[id].matches(row));
}

/** Converts the row to a sample, using the first layout that matches. */
export function readRow(row: Row, allowed: readonly ShapeId[] = SHAPE_IDS): RowContent | Refusal {
	const id = shapeOf(row, allowed);
	if (id !== undefined) return SHAPES[id].read(row);
	const keys = Object.keys(row).slice(0, 12).join(", ");
	return refuse("unknown-layout", `keys ${keys.slice(0, 200)}: none of ${allowed.join(", ")}`);
}
