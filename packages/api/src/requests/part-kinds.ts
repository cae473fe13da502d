/**
 * Every kind of content part in the four APIs, and which API accepts it. The provider rejects a part from another
 * API, but its meaning is clear, so it is read anyway and reported. Sources: the APIs' own error messages, which list
 * the types they accept (at each row of `REFUSALS`).
 */

import { isRecord } from "@onevision/base/schema";
import { readFileData, readInlineData } from "./gemini-parts.ts";
import {
	anyFieldOf,
	type Body,
	fieldOf,
	kindOf,
	type Reader,
	type Refusal,
	settingsOf,
	show,
} from "./reader.ts";
import type { ItemSettings, RequestApi } from "./request.ts";

/** Context of a part that is the same throughout a message. */
export interface PartContext {
	readonly api: RequestApi;
	/** Settings of the whole request that apply to its media. */
	readonly settings: ItemSettings;
	/** Number of tool results that enclose the part. */
	readonly depth: number;
}

interface PartKind {
	readonly apis: readonly RequestApi[];
	read(part: Body, path: string, to: Reader, context: PartContext): void;
}

/** Each API's name, and how it rejects an unknown part. */
const REFUSALS: Readonly<Record<RequestApi, Refusal & { readonly title: string }>> = {
	"openai-chat": {
		title: "Chat Completions",
		provider: "openai",
		source:
			"https://github.com/aallam/openai-kotlin/issues/320 (400: Supported values are: 'text' and 'image_url')",
	},
	"openai-responses": {
		title: "Responses",
		provider: "openai",
		source:
			"https://github.com/langchain-ai/langchainjs/issues/11248 (400: Supported values are: 'input_text', 'input_image', …)",
	},
	"anthropic-messages": {
		title: "Messages",
		provider: "anthropic",
		source:
			"https://github.com/AstrBotDevs/AstrBot/pull/4444 (400: Input tag 'image_url' … does not match any of the expected tags)",
	},
	"gemini-generate-content": {
		title: "generateContent",
		provider: "google",
		source:
			"https://github.com/flyun/chatAir/issues/108 (400: Unknown name … at 'contents[0].parts[0]': Cannot find field)",
	},
};

/** Name of an API as in its documentation. */
export function titleOfApi(api: RequestApi): string {
	return REFUSALS[api].title;
}

const CHAT = "openai-chat";
const RESPONSES = "openai-responses";
const MESSAGES = "anthropic-messages";
const GEMINI = "gemini-generate-content";

/** A tool result holds blocks, which hold no further results; the API does not allow deeper nesting. */
const MAX_DEPTH = 3;
/** Settings that a part may carry on OpenAI-compatible servers. */
const PART_SETTINGS = ["max_pixels", "fps"] as const;

const textIn = (key: string, ...apis: RequestApi[]): PartKind => ({
	apis,
	read: (part, path, to) => to.text(fieldOf(part, key), `${path}.${key}`),
});
const notCounted = (message: string, ...apis: RequestApi[]): PartKind => ({
	apis,
	read: (_part, path, to) => to.problem(path, "unsupported", message),
});
const DOCUMENT =
	"a document is not counted: each page is its text and an image of unknown size; send its pages as images";
const toolBlock = (type: string) =>
	notCounted(`a block of type ${type} is not counted; its text comes on top`, MESSAGES);

/** Parts that have a `type`. */
const TYPED: Readonly<Record<string, PartKind>> = {
	text: textIn("text", CHAT, MESSAGES),
	input_text: textIn("text", RESPONSES),
	output_text: textIn("text", RESPONSES),
	refusal: textIn("refusal", CHAT, RESPONSES),
	thinking: textIn("thinking", MESSAGES),
	image_url: { apis: [CHAT], read: readImageUrl },
	input_image: { apis: [RESPONSES], read: readInputImage },
	computer_screenshot: { apis: [RESPONSES], read: readInputImage },
	image: { apis: [MESSAGES], read: readImageBlock },
	video_url: { apis: [CHAT], read: readVideoUrl },
	tool_result: { apis: [MESSAGES], read: readToolResult },
	tool_use: toolBlock("tool_use"),
	redacted_thinking: toolBlock("redacted_thinking"),
	server_tool_use: toolBlock("server_tool_use"),
	video: notCounted(
		"a video given as a list of frames is not counted; send the video, or its frames as images",
		CHAT,
	),
	input_audio: notCounted("sound is not counted; its tokens come on top", CHAT, RESPONSES),
	file: notCounted(DOCUMENT, CHAT),
	input_file: notCounted(DOCUMENT, RESPONSES),
	document: notCounted(DOCUMENT, MESSAGES),
};

/** Parts identified by the key that holds them, in either spelling. */
const UNTYPED: readonly { readonly keys: readonly string[]; readonly kind: PartKind }[] = [
	{ keys: ["text"], kind: textIn("text", GEMINI) },
	{ keys: ["inlineData", "inline_data"], kind: { apis: [GEMINI], read: readInlineData } },
	{ keys: ["fileData", "file_data"], kind: { apis: [GEMINI], read: readFileData } },
];

/** Reads a string or a list of parts. */
export function readContent(content: unknown, path: string, to: Reader, context: PartContext): void {
	if (typeof content === "string") {
		to.text(content, path);
		return;
	}
	if (context.depth > MAX_DEPTH) {
		to.problem(path, "over-limit", `blocks nested more than ${MAX_DEPTH} deep are not counted`);
		return;
	}
	readParts(content, path, to, context);
}

/** Reads a list of parts. */
export function readParts(list: unknown, path: string, to: Reader, context: PartContext): void {
	to.list(list, path).forEach((entry, index) => {
		const place = `${path}[${index}]`;
		const part = to.object(entry, place);
		if (part !== undefined) readPart(part, place, to, context);
	});
}

function readPart(part: Body, path: string, to: Reader, context: PartContext): void {
	const refusal = REFUSALS[context.api];
	const type = fieldOf(part, "type");
	const kind = kindOfPart(part, type);
	if (kind === undefined) {
		to.problem(
			type === undefined ? path : `${path}.type`,
			"unsupported",
			`expected ${partsOf(context.api)}, got ${type === undefined ? "none of them" : show(type)}; the part is not counted`,
		);
		return;
	}
	if (!kind.apis.includes(context.api)) {
		const what = type === undefined ? "a part without type" : `type ${show(type)}`;
		to.breach(path, `${what}: ${refusal.title} takes ${partsOf(context.api)}`, refusal);
	}
	kind.read(part, path, to, context);
}

function kindOfPart(part: Body, type: unknown): PartKind | undefined {
	if (typeof type === "string") return Object.hasOwn(TYPED, type) ? TYPED[type] : undefined;
	if (type !== undefined) return undefined;
	return UNTYPED.find(({ keys }) => anyFieldOf(part, ...keys) !== undefined)?.kind;
}

/** The parts an API accepts, in words. */
function partsOf(api: RequestApi): string {
	const untyped = UNTYPED.filter(({ kind }) => kind.apis.includes(api)).map(({ keys }) => keys[0] ?? "");
	const typed = Object.entries(TYPED).flatMap(([type, { apis }]) => (apis.includes(api) ? [type] : []));
	const names = [...untyped, ...typed];
	return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function settingsOfPart(part: Body, { settings }: PartContext): ItemSettings {
	return { ...settings, ...settingsOf(part, PART_SETTINGS) };
}

const TEXT_FOR_OBJECT: Refusal = {
	provider: "openai",
	source:
		"https://github.com/microsoft/promptflow/issues/3946 (400: Invalid type for 'messages[1].content[0].image_url': expected an object, but got a string instead); Mistral takes it: mistralai/client-python examples/async_chat_with_image_no_streaming.py",
	acceptedBy: ["mistral"],
};
const OBJECT_FOR_TEXT: Refusal = {
	provider: "openai",
	source:
		"https://github.com/aplpolaris/promptfx/issues/724 (400: Invalid type for 'input[0].content[1].image_url': expected an image URL, but got an object instead)",
};

/** `{image_url: {url, detail}}`. */
function readImageUrl(part: Body, path: string, to: Reader, context: PartContext): void {
	const image = fieldOf(part, "image_url");
	if (typeof image === "string" && context.api === CHAT) {
		to.breach(
			path,
			"image_url as text: Chat Completions takes an object; write image_url.url",
			TEXT_FOR_OBJECT,
		);
	}
	const settings = {
		...settingsOfPart(part, context),
		...settingsOf(isRecord(image) ? image : part, ["detail"]),
	};
	to.media("image", isRecord(image) ? fieldOf(image, "url") : image, path, settings);
}

/** `{image_url, detail}` or `{file_id, detail}`. */
export function readInputImage(part: Body, path: string, to: Reader, context: PartContext): void {
	const url = fieldOf(part, "image_url");
	const own = settingsOfPart(part, context);
	if (isRecord(url)) {
		if (context.api === RESPONSES) {
			to.breach(
				path,
				"image_url as an object: Responses takes the address as text, and detail beside it",
				OBJECT_FOR_TEXT,
			);
		}
		const settings = { ...own, ...settingsOf(part, ["detail"]), ...settingsOf(url, ["detail"]) };
		to.media("image", fieldOf(url, "url"), path, settings);
		return;
	}
	const settings = { ...own, ...settingsOf(part, ["detail"]) };
	if (url === undefined || url === null) to.upload("image", fieldOf(part, "file_id"), path, settings);
	else to.media("image", url, path, settings);
}

function readVideoUrl(part: Body, path: string, to: Reader, context: PartContext): void {
	const video = fieldOf(part, "video_url");
	const settings = settingsOfPart(part, context);
	to.media("video", isRecord(video) ? fieldOf(video, "url") : video, path, settings);
}

/** `{source}`, or an address under its own key, as some libraries write it although no API accepts it. */
function readImageBlock(part: Body, path: string, to: Reader, context: PartContext): void {
	const source = fieldOf(part, "source");
	const address = anyFieldOf(part, "image", "image_url", "url");
	if (source !== undefined || address === undefined) {
		readSource(source, path, to, context);
		return;
	}
	if (context.api === MESSAGES) {
		const message = "an image without source; write source {type, media_type, data}";
		to.breach(path, message, REFUSALS[MESSAGES]);
	}
	to.media("image", isRecord(address) ? fieldOf(address, "url") : address, path, context.settings);
}

function readSource(value: unknown, path: string, to: Reader, { settings }: PartContext): void {
	const source = to.object(value, `${path}.source`);
	if (source === undefined) return;
	const type = fieldOf(source, "type");
	if (type === "base64") {
		to.encoded("image", fieldOf(source, "data"), fieldOf(source, "media_type"), path, settings);
	} else if (type === "url") to.media("image", fieldOf(source, "url"), path, settings);
	else if (type === "file") to.upload("image", fieldOf(source, "file_id"), path, settings);
	else {
		const given = type === undefined ? kindOf(type) : show(type);
		to.problem(`${path}.source.type`, "invalid-input", `expected base64, url or file, got ${given}`);
	}
}

function readToolResult(part: Body, path: string, to: Reader, context: PartContext): void {
	const content = fieldOf(part, "content");
	if (content === undefined) return;
	readContent(content, `${path}.content`, to, { ...context, depth: context.depth + 1 });
}
