/** `explain`: why this many tokens, step by step from the size to the sum. */

import { API_RULES, apiModelById, isApiModelName, resolveApiModelId } from "@onevision/api";
import { formatInteger } from "@onevision/base";
import { type Infer, object } from "@onevision/base/schema";
import { checkpointById, familyById, type ItemLayout, resolveCheckpointId } from "@onevision/core";
import { factsOf, notesOf, partsOf, tokensText } from "@onevision/draw";
import {
	type ChosenModel,
	chooseModel,
	counterFor,
	mediaFields,
	modelFields,
	openAll,
	turningOf,
} from "./model-question.ts";
import type { OperationContext } from "./operation.ts";

export const explainInput = object("What to explain", { ...modelFields, media: mediaFields.media });

/** Lines of text: the rule and its source, then each medium's way to its tokens. */
export async function explain(asked: Infer<typeof explainInput>, context: OperationContext): Promise<string> {
	const chosen = chooseModel(asked, context);
	const counter = counterFor(chosen);
	const opened = await openAll(asked.media, context, turningOf(counter));
	const counted = counter.count({ media: opened.map(({ item }) => item) });
	const lines = [`${counter.title}, ${counter.basis}`, ruleOf(chosen), ""];
	for (const [index, { detail, visualTokens, frames }] of counted.items.entries()) {
		lines.push(`${opened[index]?.name ?? ""}:`);
		if ("wrapper" in detail) lines.push(...stepsOf(detail));
		else {
			const { resized } = detail;
			lines.push(
				`  resized to ${resized.width}x${resized.height} px${frames > 1 ? `, ${frames} frames` : ""}`,
			);
			lines.push(`  ${formatInteger(visualTokens)} visual tokens (${detail.exactness})`);
		}
	}
	const { contextTokens } = counter;
	const share = contextTokens === undefined ? "" : ` of a context of ${formatInteger(contextTokens)}`;
	lines.push(
		"",
		`together ${formatInteger(counted.visualTokens)} visual tokens, ${formatInteger(counted.contextTokens)} with what is written around them${share}`,
	);
	return lines.join("\n");
}

function ruleOf({ model }: ChosenModel): string {
	if (typeof model === "string" && isApiModelName(model)) {
		const { title, source } = API_RULES[apiModelById(resolveApiModelId(model)).rule];
		return `rule: ${title}, from ${source}`;
	}
	const { family } = typeof model === "string" ? checkpointById(resolveCheckpointId(model)) : model;
	const { title, source } = familyById(family);
	return `rule: ${title}, from ${source}`;
}

function stepsOf(layout: ItemLayout): string[] {
	const parts = partsOf(layout);
	const sum = parts.map(({ name, value }) => `${value} ${name}`).join(" + ");
	return [
		...factsOf(layout).map(({ name, value }) => `  ${name}: ${value}`),
		`  visual tokens: ${parts.length > 1 ? `${sum} = ` : ""}${tokensText(layout)}`,
		...(layout.wrapper.markers > 0 ? [`  around it: ${layout.wrapper.markers} special tokens`] : []),
		...notesOf(layout).map((note) => `  note: ${note}`),
	];
}
