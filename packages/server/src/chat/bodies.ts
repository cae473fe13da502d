/** What OpenAI's clients read: a completion, the chunks of a streamed one, and errors. */

import type { Answer } from "@onevision/model";
import type { RefusalCode, Refused } from "../refusal.ts";

/** What every body of one completion has in common. */
export interface CompletionHead {
	readonly id: string;
	/** Seconds since 1970. */
	readonly created: number;
	readonly model: string;
}

type FinishReason = "stop" | "length";

/** A cancelled answer reaches nobody. */
function reasonOf({ finish }: Answer): FinishReason {
	return finish === "stop" ? "stop" : "length";
}

export function completion(head: CompletionHead, answer: Answer): object {
	const message = { role: "assistant", content: answer.text, refusal: null };
	return {
		...{ ...head, object: "chat.completion" },
		choices: [{ index: 0, message, logprobs: null, finish_reason: reasonOf(answer) }],
		usage: usageOf(answer),
	};
}

/** The chunks of a stream. With `includesUsage`, all but the last say that it is still to come. */
export function chunks(head: CompletionHead, includesUsage: boolean) {
	const body = { ...head, object: "chat.completion.chunk" };
	const later = includesUsage ? { usage: null } : {};
	const choice = (delta: object, finish_reason: FinishReason | null) => ({
		...{ ...body, ...later },
		choices: [{ index: 0, delta, logprobs: null, finish_reason }],
	});
	return {
		first: () => choice({ role: "assistant", content: "", refusal: null }, null),
		text: (content: string) => choice({ content }, null),
		last: (answer: Answer) => choice({}, reasonOf(answer)),
		usage: (answer: Answer) => ({ ...body, choices: [], usage: usageOf(answer) }),
	};
}

function usageOf({ usage: { prompt, answer, cached } }: Answer): object {
	return {
		...{ prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer },
		prompt_tokens_details: { cached_tokens: cached },
	};
}

/** Codes by OpenAI's names for them, where it has one. */
const CODES: Readonly<Partial<Record<RefusalCode, string>>> = {
	"invalid-input": "invalid_value",
	"invalid-media": "invalid_image",
	"unreadable-file": "invalid_image",
	"unknown-key": "unknown_parameter",
	"unknown-name": "model_not_found",
	unsupported: "unsupported_value",
	"context-length": "context_length_exceeded",
	unauthorized: "invalid_api_key",
	"rate-limited": "rate_limit_exceeded",
};

const TYPES: Readonly<Record<number, string>> = {
	401: "authentication_error",
	403: "permission_error",
	429: "rate_limit_error",
};

/** `{error: {message, type, code, param}}`. */
export function errorBody({ status, problem: { code, message, where } }: Refused): object {
	const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "server_error");
	return { error: { message, type, code: CODES[code] ?? code.replaceAll("-", "_"), param: where } };
}

/** A request that is refused is answered 400, as OpenAI does, but for bodies over the limit. */
export function errorStatus({ status }: Refused): number {
	return status === 422 ? 400 : status;
}
