/**
 * Gemini generateContent bodies, in the JSON spelling (`inlineData`) and the proto spelling (`inline_data`).
 * Source: ai.google.dev/gemini-api/docs/image-understanding, video-understanding and media-resolution.
 */

import { isRecord } from "../schema.ts";
import { anyFieldOf, type Body, fieldOf, kindOf, type Reader } from "./request-parts.ts";

type ItemSettings = Readonly<Record<string, string | number | boolean>>;

export function readGemini(body: Body, to: Reader): void {
	const config = anyFieldOf(body, "generationConfig", "generation_config", "config");
	const shared = isRecord(config)
		? resolutionOf(anyFieldOf(config, "mediaResolution", "media_resolution"))
		: {};
	const system = anyFieldOf(body, "systemInstruction", "system_instruction");
	if (typeof system === "string") to.text(system, "systemInstruction");
	else if (system !== undefined) readContent(system, "systemInstruction", to, shared);
	const contents = fieldOf(body, "contents");
	if (typeof contents === "string") to.text(contents, "contents");
	else {
		to.list(contents, "contents").forEach((entry, index) => {
			readContent(entry, `contents[${index}]`, to, shared);
		});
	}
	if (isRecord(config)) {
		to.maxOutput(
			anyFieldOf(config, "maxOutputTokens", "max_output_tokens"),
			"generationConfig.maxOutputTokens",
		);
	}
}

/** `MEDIA_RESOLUTION_HIGH`, `{level: …}` or `high` as the setting `media_resolution`. */
function resolutionOf(value: unknown): ItemSettings {
	const level = isRecord(value) ? fieldOf(value, "level") : value;
	if (typeof level !== "string") return {};
	const word = level
		.slice(0, 60)
		.replace(/^MEDIA_RESOLUTION_/, "")
		.toLowerCase();
	return { media_resolution: word };
}

function readContent(value: unknown, path: string, to: Reader, shared: ItemSettings): void {
	const content = to.object(value, path);
	if (content === undefined) return;
	to.list(fieldOf(content, "parts"), `${path}.parts`).forEach((entry, index) => {
		const place = `${path}.parts[${index}]`;
		const part = to.object(entry, place);
		if (part !== undefined) readPart(part, place, to, shared);
	});
}

function readPart(part: Body, path: string, to: Reader, shared: ItemSettings): void {
	const text = fieldOf(part, "text");
	const inline = anyFieldOf(part, "inlineData", "inline_data");
	const file = anyFieldOf(part, "fileData", "file_data");
	if (text !== undefined) to.text(text, `${path}.text`);
	else if (inline !== undefined) {
		const data = to.object(inline, `${path}.inlineData`);
		if (data === undefined) return;
		const mimeType = anyFieldOf(data, "mimeType", "mime_type");
		const kind = kindOfMedia(mimeType, path, to);
		if (kind !== undefined) {
			to.encoded(kind, fieldOf(data, "data"), mimeType, path, settingsOfPart(part, shared));
		}
	} else if (file !== undefined) {
		const data = to.object(file, `${path}.fileData`);
		if (data === undefined) return;
		const kind = kindOfMedia(anyFieldOf(data, "mimeType", "mime_type"), path, to);
		const uri = anyFieldOf(data, "fileUri", "file_uri");
		if (kind !== undefined) to.media(kind, uri, path, settingsOfPart(part, shared));
	} else {
		to.problem(path, "unsupported", "expected text, inlineData or fileData; the part is not counted");
	}
}

function settingsOfPart(part: Body, shared: ItemSettings): ItemSettings {
	const metadata = anyFieldOf(part, "videoMetadata", "video_metadata");
	const fps = isRecord(metadata) ? fieldOf(metadata, "fps") : undefined;
	return {
		...shared,
		...resolutionOf(anyFieldOf(part, "mediaResolution", "media_resolution")),
		...(typeof fps === "number" ? { fps } : {}),
	};
}

function kindOfMedia(mimeType: unknown, path: string, to: Reader): "image" | "video" | undefined {
	if (typeof mimeType === "string") {
		if (/^image\//i.test(mimeType)) return "image";
		if (/^video\//i.test(mimeType)) return "video";
		to.problem(
			path,
			"unsupported",
			`media of type ${JSON.stringify(mimeType.slice(0, 60))} is not counted; images and videos are`,
		);
		return undefined;
	}
	to.problem(`${path}.mimeType`, "invalid-input", `expected a type as image/png, got ${kindOf(mimeType)}`);
	return undefined;
}
