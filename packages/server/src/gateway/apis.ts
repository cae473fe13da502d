/**
 * The three APIs that clients speak, as they run: the form of an error, of an error inside a stream, how a stream ends,
 * and where usage stands. Tried with the unmodified clients `openai` and `@anthropic-ai/sdk`.
 */

import type { RequestApi } from "@onevision/api";
import { isRecord } from "@onevision/base/schema";
import type { Refused } from "../refusal.ts";

/** Tokens as the upstream counted them. */
export interface Usage {
	readonly promptTokens?: number;
	readonly answerTokens?: number;
}

export interface ClientApi {
	readonly id: RequestApi;
	readonly path: string;
	/** The body of a refusal. */
	refusal(refused: Refused): unknown;
	/** An error event for a stream that has begun: clients take a stream that just ends for complete. */
	streamError(message: string): string;
	/** Whether this event is the last of a whole stream. */
	isEnd(data: string): boolean;
	/** Usage in an answer, or in the data of an event. */
	usageOf(value: unknown): Usage | undefined;
	/** The most tokens of the answer that the request allows. */
	maxAnswer(body: Readonly<Record<string, unknown>>): number | undefined;
}

function openaiRefusal({ status, problem: { code, message, where } }: Refused): unknown {
	const type =
		status === 401 ? "authentication_error" : status < 500 ? "invalid_request_error" : "server_error";
	return { error: { message, type: status === 429 ? "insufficient_quota" : type, code, param: where } };
}

const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
	401: "authentication_error",
	403: "permission_error",
	404: "not_found_error",
	413: "request_too_large",
	429: "rate_limit_error",
	503: "overloaded_error",
	504: "timeout_error",
};

function anthropicRefusal({ status, problem: { code, message, where } }: Refused): unknown {
	const type = ANTHROPIC_TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
	return { type: "error", error: { type, message, code, param: where } };
}

const number = (value: unknown): number | undefined =>
	typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;

function usage(prompt: unknown, answer: unknown): Usage | undefined {
	const [promptTokens, answerTokens] = [number(prompt), number(answer)];
	if (promptTokens === undefined && answerTokens === undefined) return undefined;
	return {
		...(promptTokens === undefined ? {} : { promptTokens }),
		...(answerTokens === undefined ? {} : { answerTokens }),
	};
}

/** The data of an event as JSON; undefined for `[DONE]` and other text. */
export function parseData(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch {
		return undefined;
	}
}

function record(value: unknown): Readonly<Record<string, unknown>> {
	return isRecord(value) ? value : {};
}

const LOST = "upstream_failed";

export const CLIENT_APIS: readonly ClientApi[] = [
	{
		id: "openai-chat",
		path: "/v1/chat/completions",
		refusal: openaiRefusal,
		// Nested under `error`: a flat one reaches clients as a chunk without choices.
		streamError: (message) =>
			`data: ${JSON.stringify({ error: { message, type: "server_error", code: LOST, param: null } })}\n\n`,
		isEnd: (data) => data === "[DONE]",
		usageOf: (value) => {
			const { prompt_tokens, completion_tokens } = record(record(value).usage);
			return usage(prompt_tokens, completion_tokens);
		},
		maxAnswer: (body) => {
			const most = number(body.max_completion_tokens) ?? number(body.max_tokens);
			return most === undefined ? undefined : most * Math.max(1, number(body.n) ?? 1);
		},
	},
	{
		id: "openai-responses",
		path: "/v1/responses",
		refusal: openaiRefusal,
		streamError: (message) =>
			`event: error\ndata: ${JSON.stringify({ type: "error", code: LOST, message, param: null, error: { message, type: "server_error", code: LOST, param: null } })}\n\n`,
		isEnd: (data) => /"type"\s*:\s*"(response\.(completed|failed|incomplete|cancelled)|error)"/.test(data),
		usageOf: (value) => {
			const { usage: own, response } = record(value);
			const { input_tokens, output_tokens } = record(own ?? record(response).usage);
			return usage(input_tokens, output_tokens);
		},
		maxAnswer: (body) => number(body.max_output_tokens),
	},
	{
		id: "anthropic-messages",
		path: "/v1/messages",
		refusal: anthropicRefusal,
		streamError: (message) =>
			`event: error\ndata: ${JSON.stringify({ type: "error", error: { type: "api_error", message } })}\n\n`,
		isEnd: (data) => /"type"\s*:\s*"(message_stop|error)"/.test(data),
		usageOf: (value) => {
			const { usage: own, message } = record(value);
			const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = record(
				own ?? record(message).usage,
			);
			// Tokens read from and written to the cache are counted apart.
			const input = number(input_tokens);
			const cached = (number(cache_read_input_tokens) ?? 0) + (number(cache_creation_input_tokens) ?? 0);
			return usage(input === undefined ? undefined : input + cached, output_tokens);
		},
		maxAnswer: (body) => number(body.max_tokens),
	},
];
