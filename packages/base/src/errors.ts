/**
 * The few errors this project throws on purpose. Callers switch on `code`; people read `message`,
 * which says what is wrong, why, and what to do. Anything else that is thrown is a bug of ours.
 */

/** Stable names of what can go wrong; new ones may be added, none changes its meaning. */
export type ErrorCode =
	/** A size, frame count, rate or duration is not a usable number. */
	| "invalid-media"
	/** A value in a request or settings object has the wrong type or range. */
	| "invalid-input"
	/** A key that does not exist. */
	| "unknown-key"
	/** No checkpoint, family, tower, language model, hardware, operator, parameter or group has this name. */
	| "unknown-name"
	/** The family cannot take this: no video, aspect ratio over its limit, too many images. */
	| "unsupported"
	/** A file's bytes are not what they should be. */
	| "unreadable-file"
	/** A file or folder cannot be made or written. */
	| "unwritable-file"
	/** Too much of something: bytes, files, lines. */
	| "over-limit"
	/** Shapes or dtypes of an operator's inputs do not fit together. */
	| "shape-mismatch"
	/** A gradient was asked for where there is none. */
	| "not-differentiable"
	/** A loss or gradient became infinite or NaN. */
	| "non-finite"
	/** onnxruntime refused the model or failed while it ran. */
	| "runtime";

/** An expected failure with a stable `code` and a message of one line. */
export class OnevisionError extends Error {
	readonly code: ErrorCode;
	/** Update during which it happened, counted from 1; only of errors raised while training. */
	readonly step: number | undefined;

	constructor(code: ErrorCode, message: string, step?: number) {
		// Names of files and values of requests may hold anything; a message stays one line.
		super(message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " "));
		this.name = "OnevisionError";
		this.code = code;
		this.step = step;
	}
}

/** Throws when `condition` is false: a contradiction inside this library, never the caller's fault. */
export function assertInternal(condition: boolean, message: string): asserts condition {
	if (!condition) throw new Error(`internal: ${message}`);
}

/** `value`, which this library has just put there; throws when it is missing after all. */
export function assertDefined<T>(value: T | undefined, what: string): T {
	assertInternal(value !== undefined, `${what} is missing`);
	return value;
}
