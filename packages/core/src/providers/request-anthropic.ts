/** Anthropic Messages bodies. Source: platform.claude.com/docs/en/build-with-claude/vision. */

import { type Body, fieldOf, kindOf, type Reader } from "./request-parts.ts";

/** A tool's result holds blocks, which hold no further results; deeper nesting is not the API's. */
const MAX_DEPTH = 3;

export function readAnthropic(body: Body, to: Reader): void {
	const system = fieldOf(body, "system");
	if (system !== undefined) readBlocks(system, "system", to, 0);
	to.list(fieldOf(body, "messages"), "messages").forEach((entry, index) => {
		const path = `messages[${index}]`;
		const message = to.object(entry, path);
		if (message !== undefined) readBlocks(fieldOf(message, "content"), `${path}.content`, to, 0);
	});
	to.maxOutput(fieldOf(body, "max_tokens"), "max_tokens");
}

function readBlocks(content: unknown, path: string, to: Reader, depth: number): void {
	if (typeof content === "string") {
		to.text(content, path);
		return;
	}
	if (depth > MAX_DEPTH) {
		to.problem(path, "over-limit", `blocks nested more than ${MAX_DEPTH} deep are not counted`);
		return;
	}
	to.list(content, path).forEach((entry, index) => {
		const place = `${path}[${index}]`;
		const block = to.object(entry, place);
		if (block !== undefined) readBlock(block, place, to, depth);
	});
}

function readBlock(block: Body, path: string, to: Reader, depth: number): void {
	const type = fieldOf(block, "type");
	switch (type) {
		case "text":
			to.text(fieldOf(block, "text"), `${path}.text`);
			return;
		case "thinking":
			to.text(fieldOf(block, "thinking"), `${path}.thinking`);
			return;
		case "image":
			readSource(fieldOf(block, "source"), path, to);
			return;
		case "tool_result": {
			const content = fieldOf(block, "content");
			if (content !== undefined) readBlocks(content, `${path}.content`, to, depth + 1);
			return;
		}
		case "tool_use":
		case "redacted_thinking":
		case "server_tool_use":
			to.problem(path, "unsupported", `a block of type ${type} is not counted; its text comes on top`);
			return;
		case "document":
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
				`expected text, image, tool_result or tool_use, got ${typeof type === "string" ? JSON.stringify(type.slice(0, 40)) : kindOf(type)}; the block is not counted`,
			);
	}
}

function readSource(value: unknown, path: string, to: Reader): void {
	const source = to.object(value, `${path}.source`);
	if (source === undefined) return;
	const type = fieldOf(source, "type");
	if (type === "base64") to.encoded("image", fieldOf(source, "data"), fieldOf(source, "media_type"), path);
	else if (type === "url") to.media("image", fieldOf(source, "url"), path);
	else if (type === "file") to.upload("image", fieldOf(source, "file_id"), path);
	else {
		to.problem(
			`${path}.source.type`,
			"invalid-input",
			`expected base64, url or file, got ${typeof type === "string" ? JSON.stringify(type.slice(0, 40)) : kindOf(type)}`,
		);
	}
}
