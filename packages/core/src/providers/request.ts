/**
 * Reading a request body as sent to OpenAI (Chat Completions, Responses), Anthropic (Messages) or Google
 * (generateContent): the model, the texts, and every image and video with its settings. Nothing is fetched or opened.
 * Bodies come from outside: a part that makes no sense becomes a problem with its place, and the rest is still read.
 */

import { OnevisionError } from "../errors.ts";
import { isRecord } from "../schema.ts";
import { readAnthropic } from "./request-anthropic.ts";
import { readGemini } from "./request-gemini.ts";
import { readOpenaiChat, readOpenaiResponses } from "./request-openai.ts";
import { type Body, fieldOf, type Reader, reader } from "./request-parts.ts";

export const REQUEST_APIS = [
	"openai-chat",
	"openai-responses",
	"anthropic-messages",
	"gemini-generate-content",
] as const;
export type RequestApi = (typeof REQUEST_APIS)[number];

/** Where the bytes of an item are. */
export type MediaReference =
	/** In the request itself. */
	| { readonly kind: "data"; readonly mimeType: string; readonly bytes: Uint8Array }
	/** A local path, absolute or relative, as the request writes it. */
	| { readonly kind: "file"; readonly path: string }
	/** On the web: not fetched. */
	| { readonly kind: "url"; readonly url: string }
	/** Uploaded to the provider before: not reachable. */
	| { readonly kind: "upload"; readonly id: string };

/** One image or video of a request. */
export interface RequestMedia {
	readonly kind: "image" | "video";
	/** Where it stands: `messages[0].content[1]`. */
	readonly path: string;
	readonly reference: MediaReference;
	/** Settings of this item, in the spelling of the provider's rule; checked when tokens are counted. */
	readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** Something of the request that is not counted, and why. */
export interface RequestProblem {
	readonly path: string;
	readonly error: OnevisionError;
}

export interface ChatRequest {
	readonly api: RequestApi;
	/** As the request writes it; absent when it has none (Gemini names its model in the address). */
	readonly model?: string;
	/** Every text of the conversation, instructions included, in order. */
	readonly texts: readonly string[];
	readonly media: readonly RequestMedia[];
	/** Tokens of the answer asked for at most, where the request says. */
	readonly maxOutputTokens?: number;
	readonly problems: readonly RequestProblem[];
}

export interface ReadOptions {
	/** Which API the body is for; left out: told from its keys. */
	readonly api?: RequestApi;
	/** Most bytes of one embedded item, decoded. Default 64 MiB. */
	readonly maxItemBytes?: number;
	/** Most bytes of all embedded items, decoded. Default 256 MiB. */
	readonly maxTotalBytes?: number;
}

const MAX_ITEM_BYTES = 64 * 2 ** 20;
const MAX_TOTAL_BYTES = 256 * 2 ** 20;

const READERS: Readonly<Record<RequestApi, (body: Body, to: Reader) => void>> = {
	"openai-chat": readOpenaiChat,
	"openai-responses": readOpenaiResponses,
	"anthropic-messages": readAnthropic,
	"gemini-generate-content": readGemini,
};

/**
 * Reads a parsed JSON body. Problems of single parts are in the result; only a body of none of the four APIs throws.
 *
 * @throws OnevisionError `invalid-input` when `body` is no object or of no known API
 */
export function readChatRequest(body: unknown, options: ReadOptions = {}): ChatRequest {
	if (!isRecord(body)) {
		throw new OnevisionError(
			"invalid-input",
			"request: expected the JSON object that is sent to the API; parse the body first",
		);
	}
	const api = options.api ?? apiOf(body);
	if (!Object.hasOwn(READERS, api)) {
		throw new OnevisionError(
			"invalid-input",
			`api: expected one of ${REQUEST_APIS.join(", ")}; leave it out to have it told from the body`,
		);
	}
	const to = reader({
		maxItemBytes: options.maxItemBytes ?? MAX_ITEM_BYTES,
		maxTotalBytes: options.maxTotalBytes ?? MAX_TOTAL_BYTES,
	});
	const model = fieldOf(body, "model");
	if (model !== undefined && typeof model !== "string") {
		to.problem("model", "invalid-input", "expected a name as text");
	}
	READERS[api](body, to);
	const { texts, media, problems, maxOutputTokens } = to.result();
	return {
		api,
		...(typeof model === "string" ? { model } : {}),
		texts,
		media,
		...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
		problems,
	};
}

/** Which API a body is written for, from keys that only one of them has. */
function apiOf(body: Body): RequestApi {
	if (fieldOf(body, "contents") !== undefined) return "gemini-generate-content";
	if (fieldOf(body, "input") !== undefined) return "openai-responses";
	const messages = fieldOf(body, "messages");
	if (!Array.isArray(messages)) {
		throw new OnevisionError(
			"invalid-input",
			"request: no messages, input or contents; expected a Chat Completions, Responses, Messages or generateContent body",
		);
	}
	const types = new Set(messages.slice(0, 1000).flatMap(partTypes));
	if (OPENAI_PARTS.some((type) => types.has(type))) return "openai-chat";
	if (ANTHROPIC_PARTS.some((type) => types.has(type))) return "anthropic-messages";
	const model = fieldOf(body, "model");
	const claude = typeof model === "string" && model.toLowerCase().includes("claude");
	return claude || fieldOf(body, "system") !== undefined || fieldOf(body, "anthropic_version") !== undefined
		? "anthropic-messages"
		: "openai-chat";
}

const OPENAI_PARTS = ["image_url", "video_url", "input_audio", "video", "file"] as const;
const ANTHROPIC_PARTS = ["image", "document", "tool_use", "tool_result", "thinking"] as const;

function partTypes(message: unknown): unknown[] {
	const content = isRecord(message) ? fieldOf(message, "content") : undefined;
	return Array.isArray(content)
		? content.slice(0, 1000).map((part) => (isRecord(part) ? fieldOf(part, "type") : undefined))
		: [];
}
