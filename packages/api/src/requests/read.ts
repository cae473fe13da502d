/**
 * Reads a request body for OpenAI (Chat Completions, Responses), Anthropic (Messages) or Google (generateContent):
 * the model, the texts, and every image and video with its settings. Fetches and opens nothing. Bodies are untrusted:
 * an invalid part becomes a problem with its location, and the rest is still read.
 */

import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { readAnthropic } from "./anthropic.ts";
import { readGemini } from "./gemini.ts";
import { readOpenaiChat, readOpenaiResponses } from "./openai.ts";
import { type Body, fieldOf, type Reader, reader } from "./reader.ts";
import { type ChatRequest, REQUEST_APIS, type RequestApi } from "./request.ts";

export {
	type ChatRequest,
	type MediaReference,
	REQUEST_APIS,
	type RequestApi,
	type RequestBreach,
	type RequestMedia,
	type RequestProblem,
} from "./request.ts";

export interface ReadOptions {
	/** API of the body. Default: detected from its keys. */
	readonly api?: RequestApi;
	/** Maximum bytes of one embedded item, decoded. Default 64 MiB. */
	readonly maxItemBytes?: number;
	/** Maximum bytes of all embedded items, decoded. Default 256 MiB. */
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
 * Reads a parsed JSON body. Problems with single parts are in the result; only a body of none of the four APIs
 * throws.
 *
 * @throws OnevisionError `invalid-input` when `body` is not an object or not of a known API
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
	const { texts, media, problems, breaches, maxOutputTokens } = to.result();
	return {
		api,
		...(typeof model === "string" ? { model } : {}),
		texts,
		media,
		...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
		problems,
		breaches,
	};
}

/** Detects the API of a body from keys that only one of them has. */
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
	// A key of the body is better evidence than its parts, which may be the other API's by mistake.
	if (MESSAGES_KEYS.some((key) => fieldOf(body, key) !== undefined)) return "anthropic-messages";
	const types = new Set(messages.slice(0, 1000).flatMap(partTypes));
	if (OPENAI_PARTS.some((type) => types.has(type))) return "openai-chat";
	const model = fieldOf(body, "model");
	// Messages is the API for one provider's models; other models use Chat Completions.
	if (typeof model === "string") return /claude/i.test(model) ? "anthropic-messages" : "openai-chat";
	return ANTHROPIC_PARTS.some((type) => types.has(type)) ? "anthropic-messages" : "openai-chat";
}

/** Keys of a Messages body that Chat Completions does not have. */
const MESSAGES_KEYS = ["system", "anthropic_version", "stop_sequences"] as const;
const OPENAI_PARTS = ["image_url", "video_url", "input_audio", "video", "file"] as const;
const ANTHROPIC_PARTS = ["image", "document", "tool_use", "tool_result", "thinking"] as const;

function partTypes(message: unknown): unknown[] {
	const content = isRecord(message) ? fieldOf(message, "content") : undefined;
	return Array.isArray(content)
		? content.slice(0, 1000).map((part) => (isRecord(part) ? fieldOf(part, "type") : undefined))
		: [];
}
