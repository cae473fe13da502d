/** Boxes of ISO base media files (AVIF, HEIC, MP4, MOV). Based on ISO/IEC 14496-12, 4.2. */

import { type Reading, range, text, uint64, unreadable } from "./reading.ts";

/** Maximum sibling boxes walked; a fragmented film has two per fragment. */
const MAX_BOXES = 20_000;

export interface Box {
	readonly name: string;
	/** First byte after the box's header. */
	readonly start: number;
	readonly end: number;
}

/** The first box with this name from `start` to `end`. Throws `unreadable-file` if there is none. */
export function* childNamed(name: string, start: number, end: number): Reading<Box> {
	const found = (yield* childrenOf(start, end, name)).at(-1);
	if (found?.name !== name) throw unreadable(`file has no ${name} box; it is damaged or of an unknown kind`);
	return found;
}

/**
 * Boxes from `start` to `end`, up to and including the first one named `until`. A box that does not fit is an error,
 * or ends the walk if `trailing` allows other bytes to follow.
 */
export function* childrenOf(start: number, end: number, until?: string, trailing = false): Reading<Box[]> {
	const boxes: Box[] = [];
	let at = start;
	while (at + 8 <= end && boxes.length < MAX_BOXES) {
		const head = yield* range(at, 8);
		const name = text(head, 4, 4);
		const short = head.getUint32(0);
		const headBytes = short === 1 ? 16 : 8;
		// 0: the box runs to the end (14496-12, 4.2); 1: the size follows in 64 bits.
		const size = short === 0 ? end - at : short === 1 ? uint64(yield* range(at + 8, 8), 0, false) : short;
		if (size < headBytes || at + size > end) {
			if (trailing) break;
			throw unreadable(`${JSON.stringify(name)} box of ${size} bytes; the file is damaged`);
		}
		boxes.push({ name, start: at + headBytes, end: at + size });
		if (name === until) break;
		at += size;
	}
	return boxes;
}

/** Children of the box at `path` below `parent`; none if a step is missing. */
export function* childrenWithin(parent: Box, ...path: readonly string[]): Reading<Box[]> {
	let boxes = yield* childrenOf(parent.start, parent.end);
	for (const name of path) {
		const next = boxes.find((box) => box.name === name);
		if (next === undefined) return [];
		boxes = yield* childrenOf(next.start, next.end);
	}
	return boxes;
}
