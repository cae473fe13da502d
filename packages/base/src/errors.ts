/**
 * Expected errors. Callers switch on `code`; people read `message`, which says what is wrong, why, and what to do.
 * Anything else that is thrown is a bug in this library.
 */

/** Stable codes: new ones may be added, none changes its meaning. */
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
	/** A file is damaged or of another format. */
	| "unreadable-file"
	/** A file or folder cannot be created or written. */
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
	/** The update in which it occurred, counted from 1; errors of training only. */
	readonly step: number | undefined;

	constructor(code: ErrorCode, message: string, step?: number) {
		// File names and request values are untrusted; a message stays one line.
		super(message.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " "));
		this.name = "OnevisionError";
		this.code = code;
		this.step = step;
	}
}

/** Throws when `condition` is false: a bug in this library, not a mistake of the caller. */
export function assertInternal(condition: boolean, message: string): asserts condition {
	if (!condition) throw new Error(`internal: ${message}`);
}

/** `value`, which must be defined; throws otherwise, as a bug in this library. */
export function assertDefined<T>(value: T | undefined, what: string): T {
	assertInternal(value !== undefined, `${what} is missing`);
	return value;
}
