/** `prompt` and `completion`, each text or messages, with `images`: trl's prompt-completion rows. */

import { isRefusal, type Refusal } from "../left-out.ts";
import type { RowContent, Turn } from "../record.ts";
import { partsOf } from "../record.ts";
import type { Row } from "./fields.ts";
import { type Messages, readTurns, withColumns } from "./messages.ts";

export function hasPromptAndCompletion(row: Row): boolean {
	return "prompt" in row && "completion" in row;
}

export function readPromptCompletion(row: Row): RowContent | Refusal {
	const prompt = side(row.prompt, "prompt", "user");
	if (isRefusal(prompt)) return prompt;
	const completion = side(row.completion, "completion", "assistant");
	if (isRefusal(completion)) return completion;
	// Only the completion contributes to the loss, whatever the roles in the prompt.
	const given = prompt.turns.map(
		(turn): Turn => (turn.role === "assistant" ? { ...turn, isTrained: false } : turn),
	);
	return withColumns(row, {
		turns: [...given, ...completion.turns],
		inline: [...prompt.inline, ...completion.inline],
	});
}

function side(value: unknown, key: string, role: "user" | "assistant"): Messages | Refusal {
	if (typeof value === "string") return { turns: [{ role, parts: partsOf(value) }], inline: [] };
	return readTurns(value, key);
}
