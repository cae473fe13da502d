/**
 * OpenAI request bodies: Chat Completions, with the video parts of compatible servers (DashScope, vLLM), and Responses.
 * Source: developers.openai.com/api/docs (images-vision), alibabacloud.com/help/en/model-studio/vision.
 */

import { type PartContext, readContent, readInputImage } from "./part-kinds.ts";
import { anyFieldOf, type Body, fieldOf, type Reader, settingsOf, show } from "./reader.ts";

/** Settings that the body itself may carry on compatible servers. */
const BODY_SETTINGS = ["vl_high_resolution_images", "max_pixels"] as const;

export function readOpenaiChat(body: Body, to: Reader): void {
	const context: PartContext = {
		api: "openai-chat",
		settings: settingsOf(body, BODY_SETTINGS),
		depth: 0,
	};
	to.list(fieldOf(body, "messages"), "messages").forEach((entry, index) => {
		const path = `messages[${index}]`;
		const message = to.object(entry, path);
		if (message !== undefined) {
			readContentIfAny(fieldOf(message, "content"), `${path}.content`, to, context);
		}
	});
	to.maxOutput(anyFieldOf(body, "max_completion_tokens", "max_tokens"), "max_tokens");
}

/** An assistant turn that only calls tools has no content. */
function readContentIfAny(content: unknown, path: string, to: Reader, context: PartContext): void {
	if (content !== undefined && content !== null) readContent(content, path, to, context);
}

const RESPONSES: PartContext = { api: "openai-responses", settings: {}, depth: 0 };

export function readOpenaiResponses(body: Body, to: Reader): void {
	const instructions = fieldOf(body, "instructions");
	if (typeof instructions === "string") to.text(instructions, "instructions");
	const input = fieldOf(body, "input");
	if (typeof input === "string") to.text(input, "input");
	else {
		to.list(input, "input").forEach((entry, index) => {
			const path = `input[${index}]`;
			const item = to.object(entry, path);
			if (item !== undefined) readInputItem(item, path, to);
		});
	}
	if (fieldOf(body, "previous_response_id") !== undefined) {
		to.problem(
			"previous_response_id",
			"unsupported",
			"earlier turns kept by the provider are not counted; give the whole conversation in input",
		);
	}
	to.maxOutput(fieldOf(body, "max_output_tokens"), "max_output_tokens");
}

function readInputItem(item: Body, path: string, to: Reader): void {
	const type = fieldOf(item, "type");
	if (type === undefined || type === "message") {
		readContentIfAny(fieldOf(item, "content"), `${path}.content`, to, RESPONSES);
	} else if (type === "function_call_output" || type === "custom_tool_call_output") {
		readContentIfAny(fieldOf(item, "output"), `${path}.output`, to, RESPONSES);
	} else if (type === "function_call") {
		to.text(fieldOf(item, "arguments"), `${path}.arguments`);
	} else if (type === "computer_call_output") {
		const output = to.object(fieldOf(item, "output"), `${path}.output`);
		if (output !== undefined) readInputImage(output, `${path}.output`, to, RESPONSES);
	} else {
		to.problem(`${path}.type`, "unsupported", `an item of type ${show(type)} is not counted`);
	}
}
