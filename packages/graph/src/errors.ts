/**
 * The errors this package throws on purpose. Callers switch on `code`; people read `message`, which says what is
 * wrong, why, and what to do. Anything else that is thrown is a bug of ours.
 */

/** Stable names of what can go wrong; new ones may be added, none changes its meaning. */
export type GraphErrorCode =
	/** Shapes or dtypes of an operator's inputs do not fit together. */
	| "shape-mismatch"
	/** A value, option or attribute has the wrong type or range. */
	| "invalid-input"
	/** No input, parameter, group or operator has this name. */
	| "unknown-name"
	/** A gradient was asked for where there is none. */
	| "not-differentiable"
	/** A loss or gradient became infinite or NaN. */
	| "non-finite"
	/** A file's bytes are not what they should be. */
	| "unreadable-file"
	/** A file could not be written. */
	| "unwritable-file"
	/** Something is larger than this package handles. */
	| "over-limit"
	/** The runtime refused the model or failed while it ran. */
	| "runtime";

/** An expected failure with a stable `code` and a message of one line. */
export class GraphError extends Error {
	readonly code: GraphErrorCode;
	/** Update during which it happened, counted from 1; only of errors raised while training. */
	readonly step: number | undefined;

	constructor(code: GraphErrorCode, message: string, step?: number) {
		// Names from damaged files may hold anything; a message stays one line.
		super(message.replaceAll(/\p{Cc}/gu, " "));
		this.name = "GraphError";
		this.code = code;
		this.step = step;
	}
}

/** Throws when `condition` is false: a contradiction inside this library, never the caller's fault. */
export function assertInternal(condition: boolean, message: string): asserts condition {
	if (!condition) throw new Error(`internal: ${message}`);
}

/** `value`, which this library has just put there; throws when it is missing after all. */
export function present<T>(value: T | undefined, what: string): T {
	assertInternal(value !== undefined, `${what} is missing`);
	return value;
}
