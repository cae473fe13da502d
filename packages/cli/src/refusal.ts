/**
 * Turns an error into one line and a stable code, whichever package or system threw it. Any other error is our bug
 * and is shown as one.
 */

import { type ErrorCode, OnevisionError } from "@onevision/base";

export interface Refusal {
	readonly code: ErrorCode;
	/** One line. */
	readonly message: string;
}

/** System calls that fail because of the location being written to. */
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

/** `undefined` for an error that was not thrown deliberately. */
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

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
	return error instanceof Error && "code" in error && "syscall" in error;
}
