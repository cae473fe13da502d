/**
 * What a command says of an error: one line and a stable code, whichever package or system threw it. Anything that is
 * not here is a bug of ours and is shown as one.
 */

import { type ErrorCode, OnevisionError } from "@onevision/base";

export interface Refusal {
	readonly code: ErrorCode;
	/** One line. */
	readonly message: string;
}

/** System calls that fail because of where something is written. */
const WRITING = new Set([
	"mkdir",
	"mkdtemp",
	"write",
	"rename",
	"unlink",
	"rmdir",
	"rm",
	"fsync",
	"ftruncate",
	"copyfile",
]);

/** `undefined` for what nobody threw on purpose. */
export function refusalOf(error: unknown): Refusal | undefined {
	if (error instanceof OnevisionError) {
		return { code: error.code, message: error.message };
	}
	if (isSystemError(error)) {
		const code = WRITING.has(error.syscall ?? "") ? "unwritable-file" : "unreadable-file";
		return {
			code,
			message: `${error.path ?? error.syscall}: ${error.code}; check that it is there and permitted`,
		};
	}
	if (error instanceof RangeError && /allocation failed|Invalid typed array length/i.test(error.message)) {
		return {
			code: "over-limit",
			message: "there is not enough memory for this; take fewer or smaller files at once",
		};
	}
	return undefined;
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error && "syscall" in error;
}
