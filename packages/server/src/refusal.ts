/**
 * What a client is told when something is refused: the code the command line would print, one line, what to do and
 * where. Anything else that is thrown is a bug here; its text stays in the log.
 */

import { type ErrorCode, OnevisionError } from "@onevision/base";

/** Codes only a server needs, beside those of `OnevisionError`. */
export type ServerCode =
	/** No key, or an unknown one. */
	| "unauthorized"
	/** The key may not do this. */
	| "forbidden"
	/** No such route, job or resource. */
	| "not-found"
	/** The route exists, not with this method. */
	| "method-not-allowed"
	/** Too many requests of one key. */
	| "rate-limited"
	/** Too much at once, whoever asks. */
	| "overloaded"
	/** It took longer than the server allows. */
	| "timeout"
	/** More tokens of prompt and answer than the model's context. */
	| "context-length"
	/** More tokens or dollars than a budget holds. */
	| "over-budget"
	/** The upstream of the gateway cannot be reached, or broke off. */
	| "upstream-failed"
	/** A bug in this server. */
	| "internal";

export type RefusalCode = ErrorCode | ServerCode;

/** HTTP status of every code. */
const STATUS = {
	"invalid-media": 400,
	"invalid-input": 400,
	"unknown-key": 400,
	"unknown-name": 404,
	unsupported: 422,
	"unreadable-file": 422,
	"unwritable-file": 500,
	"over-limit": 413,
	"shape-mismatch": 400,
	"not-differentiable": 400,
	"non-finite": 500,
	runtime: 500,
	unauthorized: 401,
	forbidden: 403,
	"not-found": 404,
	"method-not-allowed": 405,
	"rate-limited": 429,
	overloaded: 503,
	timeout: 504,
	"context-length": 400,
	"over-budget": 429,
	"upstream-failed": 502,
	internal: 500,
} as const satisfies Record<RefusalCode, number>;

/** Status in logs and metrics where the client left before its answer began, as nginx has it. */
export const CLIENT_CLOSED = 499;

/** A refusal with a code of the server's own. */
export class ServerRefusal extends Error {
	readonly code: ServerCode;
	readonly headers: Readonly<Record<string, string>>;
	/** Where the status of the code does not say it. */
	readonly status: number;

	constructor(
		code: ServerCode,
		message: string,
		headers: Readonly<Record<string, string>> = {},
		status: number = STATUS[code],
	) {
		// Parts of it come from requests; a message stays one line.
		super(message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " "));
		this.name = "ServerRefusal";
		this.code = code;
		this.headers = headers;
		this.status = status;
	}
}

/** The body of every error: `{error}`. */
export interface Problem {
	readonly code: RefusalCode;
	/** One line: what, why, what to do. */
	readonly message: string;
	/** The part of the message that says what to do. */
	readonly hint: string | null;
	/** Path of the field in the request, as `media[0].width`. */
	readonly where: string | null;
}

export interface Refused {
	readonly status: number;
	readonly problem: Problem;
	readonly headers: Readonly<Record<string, string>>;
}

/** `undefined` for an error that was not thrown deliberately. `fields` are the keys of the request's own object. */
export function refusalOf(error: unknown, fields: readonly string[] = []): Refused | undefined {
	if (error instanceof ServerRefusal) {
		return { ...refused(error.code, error.message, fields, error.headers), status: error.status };
	}
	if (error instanceof OnevisionError) return refused(error.code, error.message, fields);
	if (
		error instanceof RangeError &&
		/allocation failed|Invalid (typed )?array( buffer)? length/i.test(error.message)
	) {
		return refused("over-limit", "there is not enough memory for this; send fewer or smaller items", fields);
	}
	return undefined;
}

export function refused(
	code: RefusalCode,
	message: string,
	fields: readonly string[] = [],
	headers: Readonly<Record<string, string>> = {},
): Refused {
	return {
		status: STATUS[code],
		problem: { code, message, hint: hintOf(message), where: whereOf(code, message, fields) },
		headers,
	};
}

/** Messages end with what to do: a suggestion, or what follows the last semicolon. */
function hintOf(message: string): string | null {
	const [, suggestion] = /; (did you mean .*?\?)/.exec(message) ?? [];
	const at = message.lastIndexOf("; ");
	return suggestion ?? (at < 0 ? null : message.slice(at + 2));
}

/** Messages about a value start with its path, whose first name is a key of the request, or should be one. */
function whereOf(code: RefusalCode, message: string, fields: readonly string[]): string | null {
	const [, path = "", root = "", end] = /^(([A-Za-z_]\w*)[\w.[\]-]*)([: ])/.exec(message) ?? [];
	return fields.includes(root) || (code === "unknown-key" && end === ":") ? path : null;
}
