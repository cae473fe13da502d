/** Alpaca's `instruction`, `input`, `output`, `history`; ms-swift's `query` and `response` are equivalent. */

import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import { partsOf, type Role, type RowContent, type Turn } from "../record.ts";
import { type Row, textUnder } from "./fields.ts";
import { withColumns } from "./messages.ts";

export function hasInstruction(row: Row): boolean {
	return ("instruction" in row && "output" in row) || ("query" in row && "response" in row);
}

export function readInstruction(row: Row): RowContent | Refusal {
	const [ask, answer] = "instruction" in row ? ["instruction", "output"] : ["query", "response"];
	const texts: string[] = [];
	for (const key of ["system", ask as string, "input", answer as string]) {
		const text = textUnder(row, key);
		if (typeof text !== "string") return text;
		texts.push(text);
	}
	const [system = "", instruction = "", input = "", output = ""] = texts;
	const past = historyOf(row.history);
	if (isRefusal(past)) return past;
	const turn = (role: Role, text: string): Turn => ({ role, parts: partsOf(text) });
	const turns = [
		...(system === "" ? [] : [turn("system", system)]),
		...past.flatMap(([question, reply]) => [turn("user", question), turn("assistant", reply)]),
		// LLaMA-Factory joins the two with a newline and omits empty ones.
		turn("user", [instruction, input].filter((text) => text !== "").join("\n")),
		turn("assistant", output),
	];
	return withColumns(row, { turns, inline: [] });
}

function historyOf(value: unknown): (readonly [string, string])[] | Refusal {
	if (value === undefined || value === null) return [];
	const wrong = refuse("unknown-layout", "history: expected a list of pairs of texts");
	if (!Array.isArray(value)) return wrong;
	const pairs: (readonly [string, string])[] = [];
	for (const pair of value) {
		if (!Array.isArray(pair) || pair.length !== 2) return wrong;
		const [question, reply] = pair as readonly unknown[];
		if (typeof question !== "string" || typeof reply !== "string") return wrong;
		pairs.push([question, reply]);
	}
	return pairs;
}
