/** Memory is refused before it is asked for: the system would end the process, or swap. */

import { freemem } from "node:os";
import { formatBytes, OnevisionError } from "@onevision/base";

/** Bytes this process can still take: what the machine has available, or a container leaves. */
export function availableMemory(): number {
	return process.availableMemory?.() ?? freemem();
}

/** Throws `over-limit` when `bytes` for `what` are more than is available; `instead` says what would fit. */
export function checkMemory(
	bytes: number,
	what: string,
	instead: string,
	available = availableMemory(),
): void {
	if (bytes <= available) return;
	throw new OnevisionError(
		"over-limit",
		`${what} needs ${formatBytes(bytes)} of memory, ${formatBytes(available)} are available; ${instead}`,
	);
}
