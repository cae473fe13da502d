/**
 * Gemini generateContent bodies, in the JSON spelling (`inlineData`) and the proto spelling (`inline_data`).
 * Source: ai.google.dev/gemini-api/docs/image-understanding, video-understanding and media-resolution.
 */

import { isRecord } from "@onevision/base/schema";
import { resolutionOf } from "./gemini-parts.ts";
import { type PartContext, readParts } from "./part-kinds.ts";
import { anyFieldOf, type Body, fieldOf, type Reader } from "./reader.ts";

export function readGemini(body: Body, to: Reader): void {
	const config = anyFieldOf(body, "generationConfig", "generation_config", "config");
	const settings = isRecord(config)
		? resolutionOf(anyFieldOf(config, "mediaResolution", "media_resolution"))
		: {};
	const context: PartContext = { api: "gemini-generate-content", settings, depth: 0 };
	const system = anyFieldOf(body, "systemInstruction", "system_instruction");
	if (typeof system === "string") to.text(system, "systemInstruction");
	else if (system !== undefined) readTurn(system, "systemInstruction", to, context);
	const contents = fieldOf(body, "contents");
	if (typeof contents === "string") to.text(contents, "contents");
	else {
		to.list(contents, "contents").forEach((entry, index) => {
			readTurn(entry, `contents[${index}]`, to, context);
		});
	}
	if (isRecord(config)) {
		to.maxOutput(
			anyFieldOf(config, "maxOutputTokens", "max_output_tokens"),
			"generationConfig.maxOutputTokens",
		);
	}
}

function readTurn(value: unknown, path: string, to: Reader, context: PartContext): void {
	const turn = to.object(value, path);
	if (turn !== undefined) readParts(fieldOf(turn, "parts"), `${path}.parts`, to, context);
}
