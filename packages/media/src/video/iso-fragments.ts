/**
 * Counts the frames of a track that are in fragments, in addition to those its moov box lists (`ffmpeg -movflags
 * frag_keyframe` writes such files). Based on ISO/IEC 14496-12: trex (8.8.3), tfhd (8.8.7), trun (8.8.8), tfdt
 * (8.8.12).
 */

import { type Box, childrenOf, childrenWithin } from "../boxes.ts";
import { type Reading, range, uint64 } from "../reading.ts";

export interface FragmentFrames {
	readonly frames: number;
	/** End of decoding of the last frame, in units of the track's clock, relative to the track's first frame. */
	readonly end: number;
}

const TFHD_BASE_OFFSET = 0x1;
const TFHD_DESCRIPTION = 0x2;
const TFHD_DURATION = 0x8;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
/** Per sample: duration, size, flags and time offset, four bytes each if present. */
const TRUN_SAMPLE_FIELDS = [0x100, 0x200, 0x400, 0x800];

/** `boxes` are the file's boxes; `listedEnd` is the total duration of the frames in the moov box. */
export function* readFragments(
	boxes: readonly Box[],
	trackId: number,
	listedEnd: number,
): Reading<FragmentFrames> {
	const fallback = yield* readDefaultDuration(boxes, trackId);
	let [frames, end, next] = [0, listedEnd, listedEnd];
	for (const moof of boxes) {
		if (moof.name !== "moof") continue;
		for (const traf of yield* childrenOf(moof.start, moof.end)) {
			if (traf.name !== "traf") continue;
			const parts = yield* childrenOf(traf.start, traf.end);
			const header = yield* readHeader(parts);
			if (header?.trackId !== trackId) continue;
			let time = (yield* readDecodeTime(parts)) ?? next;
			for (const box of parts) {
				if (box.name !== "trun") continue;
				const run = yield* readRun(box, header.duration ?? fallback);
				frames += run.frames;
				time += run.duration;
			}
			next = time;
			end = Math.max(end, time);
		}
	}
	return { frames, end };
}

function* readDefaultDuration(boxes: readonly Box[], trackId: number): Reading<number> {
	const movie = boxes.find(({ name }) => name === "moov");
	for (const box of movie === undefined ? [] : yield* childrenWithin(movie, "mvex")) {
		if (box.name !== "trex" || box.end - box.start < 16) continue;
		const view = yield* range(box.start, 16);
		if (view.getUint32(4) === trackId) return view.getUint32(12);
	}
	return 0;
}

function* readHeader(
	parts: readonly Box[],
): Reading<{ readonly trackId: number; readonly duration?: number } | undefined> {
	const box = parts.find(({ name }) => name === "tfhd");
	if (box === undefined || box.end - box.start < 8) return undefined;
	const view = yield* range(box.start, box.end - box.start);
	const flags = view.getUint32(0) & 0xff_ffff;
	const at = 8 + (flags & TFHD_BASE_OFFSET ? 8 : 0) + (flags & TFHD_DESCRIPTION ? 4 : 0);
	const hasDuration = (flags & TFHD_DURATION) !== 0 && at + 4 <= view.byteLength;
	return { trackId: view.getUint32(4), ...(hasDuration && { duration: view.getUint32(at) }) };
}

function* readDecodeTime(parts: readonly Box[]): Reading<number | undefined> {
	const box = parts.find(({ name }) => name === "tfdt");
	if (box === undefined) return undefined;
	const isLong = (yield* range(box.start, 1)).getUint8(0) === 1;
	return isLong
		? uint64(yield* range(box.start + 4, 8), 0, false)
		: (yield* range(box.start + 4, 4)).getUint32(0);
}

function* readRun(
	box: Box,
	fallback: number,
): Reading<{ readonly frames: number; readonly duration: number }> {
	const head = yield* range(box.start, 8);
	const [flags, frames] = [head.getUint32(0) & 0xff_ffff, head.getUint32(4)];
	const fields = TRUN_SAMPLE_FIELDS.filter((field) => flags & field).length;
	const start = box.start + 8 + (flags & TRUN_DATA_OFFSET ? 4 : 0) + (flags & TRUN_FIRST_FLAGS ? 4 : 0);
	const hasDurations = (flags & 0x100) !== 0 && start + 4 * fields * frames <= box.end;
	if (!hasDurations) return { frames, duration: frames * fallback };
	const table = yield* range(start, 4 * fields * frames);
	let duration = 0;
	for (let at = 0; at < table.byteLength; at += 4 * fields) duration += table.getUint32(at);
	return { frames, duration };
}
