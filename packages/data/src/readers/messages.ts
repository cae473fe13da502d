/** Formats whose rows are chat messages: OpenAI's chat, ms-swift, and trl with prompt and completion. */

import { isRecord } from "@onevision/base/schema";
import type { Row } from "../shapes/fields.ts";
import { jsonFormat } from "./json-rows.ts";
import type { Reader } from "./reader.ts";

export const openai: Reader = {
	title: "OpenAI chat messages",
	source: "https://platform.openai.com/docs/api-reference/chat/create, messages",
	...jsonFormat(["messages"], (row) => hasParts(row) && !hasColumns(row)),
};

export const trl: Reader = {
	title: "trl",
	source: "huggingface/trl docs/source/dataset_formats.md, vision datasets, 1.13.0",
	...jsonFormat(
		["messages", "prompt-completion"],
		(row) => "completion" in row || (hasParts(row) && hasColumns(row)),
	),
};

export const msSwift: Reader = {
	title: "ms-swift",
	source: "modelscope/ms-swift docs/source_en/Customization/Custom-dataset.md",
	...jsonFormat(["messages", "instructions", "conversations"], (row) => "messages" in row || "query" in row),
};

function hasColumns(row: Row): boolean {
	return "images" in row || "image" in row || "videos" in row;
}

/** Whether any message's content is a list of parts. */
function hasParts({ messages }: Row): boolean {
	return Array.isArray(messages) && messages.some((each) => isRecord(each) && Array.isArray(each.content));
}
