/**
 * OpenAI request bodies: Chat Completions, with the video parts of compatible servers (DashScope, vLLM), and Responses.
 * Source: developers.openai.com/api/docs (images-vision), alibabacloud.com/help/en/model-studio/vision.
 */

import { isRecord } from "../schema.ts";
import { anyFieldOf, type Body, fieldOf, kindOf, type Reader, settingsOf } from "./request-parts.ts";

/** Settings a part or the body itself may carry on compatible servers. */
const BODY_SETTINGS = ["vl_high_resolution_images", "max_pixels"] as const;
const PART_SETTINGS = ["max_pixels", "fps"] as const;

export function readOpenaiChat(body: Body, to: Reader): void {
	const shared = settingsOf(body, BODY_SETTINGS);
	to.list(fieldOf(body, "messages"), "messages").forEach((entry, index) => {
		const path = `messages[${index}]`;
		const message = to.object(entry, path);
		if (message !== undefined) readContent(fieldOf(message, "content"), `${path}.content`, to, shared);
	});
	to.maxOutput(anyFieldOf(body, "max_completion_tokens", "max_tokens"), "max_tokens");
}

function readContent(
	content: unknown,
	path: string,
	to: Reader,
	shared: Readonly<Record<string, string | number | boolean>>,
): void {
	// An assistant's turn that only calls tools has no content.
	if (content === undefined || content === null) return;
	if (typeof content === "string") {
		to.text(content, path);
		return;
	}
	to.list(content, path).forEach((entry, index) => {
		const place = `${path}[${index}]`;
		const part = to.object(entry, place);
		if (part !== undefined) readPart(part, place, to, shared);
	});
}

function readPart(
	part: Body,
	path: string,
	to: Reader,
	shared: Readonly<Record<string, string | number | boolean>>,
): void {
	const type = fieldOf(part, "type");
	const own = { ...shared, ...settingsOf(part, PART_SETTINGS) };
	switch (type) {
		case "text":
		case "input_text":
		case "output_text":
			to.text(fieldOf(part, "text"), `${path}.text`);
			return;
		case "refusal":
			to.text(fieldOf(part, "refusal"), `${path}.refusal`);
			return;
		case "image_url": {
			const image = fieldOf(part, "image_url");
			const settings = { ...own, ...(isRecord(image) ? settingsOf(image, ["detail"]) : {}) };
			to.media("image", isRecord(image) ? fieldOf(image, "url") : image, path, settings);
			return;
		}
		case "input_image": {
			const settings = { ...own, ...settingsOf(part, ["detail"]) };
			const url = fieldOf(part, "image_url");
			if (url === undefined || url === null) to.upload("image", fieldOf(part, "file_id"), path, settings);
			else to.media("image", url, path, settings);
			return;
		}
		case "video_url": {
			const video = fieldOf(part, "video_url");
			to.media("video", isRecord(video) ? fieldOf(video, "url") : video, path, own);
			return;
		}
		case "video":
			to.problem(
				path,
				"unsupported",
				"a video given as a list of frames is not counted; send the video, or its frames as images",
			);
			return;
		case "input_audio":
			to.problem(path, "unsupported", "sound is not counted; its tokens come on top");
			return;
		case "file":
		case "input_file":
			to.problem(
				path,
				"unsupported",
				"a document is not counted: each page is its text and a picture of unknown size; send its pages as images",
			);
			return;
		default:
			to.problem(
				`${path}.type`,
				"unsupported",
				`expected text, image_url, input_image or video_url, got ${typeof type === "string" ? JSON.stringify(type.slice(0, 40)) : kindOf(type)}; the part is not counted`,
			);
	}
}

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
		readContent(fieldOf(item, "content"), `${path}.content`, to, {});
	} else if (type === "function_call_output" || type === "custom_tool_call_output") {
		readContent(fieldOf(item, "output"), `${path}.output`, to, {});
	} else if (type === "function_call") {
		to.text(fieldOf(item, "arguments"), `${path}.arguments`);
	} else if (type === "computer_call_output") {
		const output = to.object(fieldOf(item, "output"), `${path}.output`);
		if (output === undefined) return;
		const url = fieldOf(output, "image_url");
		if (url === undefined) to.upload("image", fieldOf(output, "file_id"), `${path}.output`);
		else to.media("image", url, `${path}.output`);
	} else {
		to.problem(
			`${path}.type`,
			"unsupported",
			`an item of type ${typeof type === "string" ? JSON.stringify(type.slice(0, 40)) : kindOf(type)} is not counted`,
		);
	}
}
