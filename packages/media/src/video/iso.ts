/**
 * Reads the frames of an MP4 or MOV from its sample tables. Based on ISO/IEC 14496-12: stts and ctts (8.6.1), stsz
 * (8.7.3), elst (8.6.6), trun (8.8.8). mediabunny 1.61 could do it too, but takes minutes for a film stored as one
 * chunk.
 */

import { OnevisionError } from "@onevision/base";
import { MAX_FRAMES } from "@onevision/core";
import { type Box, childrenOf, childrenWithin } from "../boxes.ts";
import { type Reading, range, uint64, unreadable } from "../reading.ts";
import { readFragments } from "./iso-fragments.ts";

/** The displayed frames of one track; times in seconds on the track's clock. */
export interface ListedFrames {
	readonly frames: number;
	readonly start: number;
	/** End of the last frame. */
	readonly end: number;
	/** Units per second of the track's clock. */
	readonly clock: number;
	/** Total over all samples the moov box lists, displayed or not. */
	readonly bytes: number;
}

/** The displayed part of a track, in units of the track's clock. */
interface Edit {
	readonly start: number;
	readonly end: number;
}

const WHOLE_TRACK: Edit = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/** Whether frames are in fragments. FFmpeg, and every decoder built on it, applies no edit list to those. */
export function* readIsFragmented(fileSize: number): Reading<boolean> {
	return (yield* childrenOf(0, fileSize, "moof", true)).at(-1)?.name === "moof";
}

/**
 * The frames that track `trackId` lists, including those in fragments after them; `undefined` if it lists none, so
 * all are in fragments. Rejects fragments that claim more than the file has room for. Throws `unreadable-file`,
 * `over-limit`.
 */
export function* readListedFrames(fileSize: number, trackId: number): Reading<ListedFrames | undefined> {
	const boxes = yield* childrenOf(0, fileSize, undefined, true);
	let hasFragments = false;
	for (const box of boxes) {
		if (box.name !== "moof") continue;
		hasFragments = true;
		yield* screenFragment(box, fileSize);
	}
	const movie = boxes.find(({ name }) => name === "moov");
	if (movie === undefined) return undefined;
	const parts = yield* childrenOf(movie.start, movie.end);
	for (const track of parts) {
		if (track.name !== "trak" || (yield* readTrackId(track)) !== trackId) continue;
		const listed = yield* readTrack(track, yield* readClock(parts, "mvhd"), fileSize);
		if (listed === undefined || !hasFragments) return listed;
		const { clock, bytes, frames, start, end } = listed;
		const fragments = yield* readFragments(boxes, trackId, Math.round((end - start) * clock));
		assertHeld("trun", frames + fragments.frames, fileSize);
		return { clock, bytes, frames: frames + fragments.frames, start, end: start + fragments.end / clock };
	}
	return undefined;
}

function* readTrackId(track: Box): Reading<number | undefined> {
	const header = (yield* childrenOf(track.start, track.end)).find(({ name }) => name === "tkhd");
	if (header === undefined) return undefined;
	const isLong = (yield* range(header.start, 1)).getUint8(0) === 1;
	return (yield* range(header.start + (isLong ? 20 : 12), 4)).getUint32(0);
}

/** Units per second in an mvhd or mdhd box. */
function* readClock(boxes: readonly Box[], name: "mvhd" | "mdhd"): Reading<number> {
	const header = boxes.find((box) => box.name === name);
	if (header === undefined) throw unreadable(`has no ${name} box; the file is damaged`);
	const isLong = (yield* range(header.start, 1)).getUint8(0) === 1;
	const clock = (yield* range(header.start + (isLong ? 20 : 12), 4)).getUint32(0);
	if (clock === 0) throw unreadable(`has an ${name} box without a clock; the file is damaged`);
	return clock;
}

function* readTrack(track: Box, movieClock: number, fileSize: number): Reading<ListedFrames | undefined> {
	const media = yield* childrenWithin(track, "mdia");
	const clock = yield* readClock(media, "mdhd");
	const tables = yield* childrenWithin(track, "mdia", "minf", "stbl");
	const durations = yield* readRuns(tables, "stts", fileSize);
	const offsets = yield* readRuns(tables, "ctts", fileSize);
	const { count, bytes, sizes } = yield* readSampleSizes(tables, fileSize);
	const frames = Math.min(durations.samples, count);
	if (frames === 0) return undefined;
	const edit = yield* readEdit(yield* childrenWithin(track, "edts"), clock / movieClock);
	const [key = 0, nextKey = 0] = yield* readFirstKeys(tables);
	const samples = { count: frames, sizes, key, nextKey };
	const shown = walk(durations.table, offsets.table, samples, edit);
	return { clock, bytes, frames: shown.frames, start: shown.start / clock, end: shown.end / clock };
}

interface Runs {
	/** Pairs of 32-bit integers: a number of samples, and their value. */
	readonly table: DataView;
	/** Sum of the counts. */
	readonly samples: number;
}

function* readRuns(boxes: readonly Box[], name: "stts" | "ctts", fileSize: number): Reading<Runs> {
	const box = boxes.find((candidate) => candidate.name === name);
	if (box === undefined) return { table: new DataView(new ArrayBuffer(0)), samples: 0 };
	const entries = (yield* range(box.start + 4, 4)).getUint32(0);
	if (8 * entries > box.end - box.start - 8) throw overfull(name, entries, fileSize);
	const table = yield* range(box.start + 8, 8 * entries);
	let samples = 0;
	for (let at = 0; at < table.byteLength; at += 8) samples += table.getUint32(at);
	if (name === "stts") assertHeld(name, samples, fileSize);
	return { table, samples };
}

/**
 * Number of samples in stsz or stz2, and the size of each where stsz lists it. Throws if they add up to more bytes
 * than the file has: it is truncated or forged.
 */
function* readSampleSizes(
	boxes: readonly Box[],
	fileSize: number,
): Reading<{ readonly count: number; readonly bytes: number; readonly sizes?: DataView }> {
	const box = boxes.find(({ name }) => name === "stsz" || name === "stz2");
	if (box === undefined) return { count: 0, bytes: 0 };
	const head = yield* range(box.start, 12);
	const count = head.getUint32(8);
	assertHeld(box.name, count, fileSize);
	if (box.name === "stz2") return { count, bytes: 0 };
	const size = head.getUint32(4);
	if (size > 0) {
		assertBytes(size * count, fileSize);
		return { count, bytes: size * count };
	}
	if (4 * count > box.end - box.start - 12) throw overfull(box.name, count, fileSize);
	const sizes = yield* range(box.start + 12, 4 * count);
	let bytes = 0;
	for (let at = 0; at < sizes.byteLength; at += 4) bytes += sizes.getUint32(at);
	assertBytes(bytes, fileSize);
	return { count, bytes, sizes };
}

function assertBytes(bytes: number, fileSize: number): void {
	if (bytes > fileSize) throw unreadable("lists frames beyond its end; the file is cut short or damaged");
}

/** Indices of the first two key frames (stss, 8.6.2); none if every frame is one. */
function* readFirstKeys(boxes: readonly Box[]): Reading<number[]> {
	const box = boxes.find(({ name }) => name === "stss");
	if (box === undefined || box.end - box.start < 12) return [];
	const entries = Math.min((yield* range(box.start + 4, 4)).getUint32(0), 2);
	if (8 + 4 * entries > box.end - box.start) return [];
	const table = yield* range(box.start + 8, 4 * entries);
	const keys = Array.from({ length: entries }, (_, at) => table.getUint32(4 * at) - 1);
	return entries === 1 ? [...keys, Number.POSITIVE_INFINITY] : keys;
}

/** The first edit that displays anything. If more follow, everything after its start counts as displayed. */
function* readEdit(boxes: readonly Box[], unitsPerMovieUnit: number): Reading<Edit> {
	const box = boxes.find(({ name }) => name === "elst");
	if (box === undefined) return WHOLE_TRACK;
	const head = yield* range(box.start, 8);
	const isLong = head.getUint8(0) === 1;
	const entryBytes = isLong ? 20 : 12;
	const entries = Math.min(head.getUint32(4), Math.floor((box.end - box.start - 8) / entryBytes));
	const table = yield* range(box.start + 8, entries * entryBytes);
	const edits: Edit[] = [];
	for (let at = 0; at < table.byteLength; at += entryBytes) {
		const duration = isLong ? uint64(table, at, false) : table.getUint32(at);
		const start = isLong ? Number(table.getBigInt64(at + 8)) : table.getInt32(at + 4);
		// -1 is an empty edit: time in which nothing is displayed. Duration 0 means to the end (8.6.6.3).
		const end = duration === 0 ? Number.POSITIVE_INFINITY : start + duration * unitsPerMovieUnit;
		if (start >= 0) edits.push({ start, end });
	}
	const [first] = edits;
	if (first === undefined) return WHOLE_TRACK;
	return edits.length === 1 ? first : { start: first.start, end: Number.POSITIVE_INFINITY };
}

interface Samples {
	readonly count: number;
	readonly sizes?: DataView | undefined;
	/** Indices of the first two key frames. */
	readonly key: number;
	readonly nextKey: number;
}

/**
 * Walks the samples in decoding order. A frame is displayed if it starts within the edit and a decoder outputs it
 * (`withoutEmptyPackets` in frame-index.ts).
 */
function walk(
	durations: DataView,
	offsets: DataView,
	samples: Samples,
	edit: Edit,
): { frames: number; start: number; end: number } {
	let [frames, start] = [0, Number.POSITIVE_INFINITY];
	let [last, end] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
	let [sample, decodeTime, keyTime] = [0, 0, Number.NEGATIVE_INFINITY];
	let [offsetAt, offsetLeft, offset] = [0, 0, 0];
	for (let at = 0; at < durations.byteLength; at += 8) {
		const duration = durations.getUint32(at + 4);
		for (let left = durations.getUint32(at); left > 0 && sample < samples.count; left--, sample++) {
			while (offsetLeft === 0 && offsetAt < offsets.byteLength) {
				[offsetLeft, offset] = [offsets.getUint32(offsetAt), offsets.getInt32(offsetAt + 4)];
				offsetAt += 8;
			}
			const time = decodeTime + (offsetLeft > 0 ? offset : 0);
			if (offsetLeft > 0) offsetLeft--;
			decodeTime += duration;
			if (sample === samples.key) keyTime = time;
			if (time < edit.start || time >= edit.end) continue;
			if (sample < samples.key || (sample < samples.nextKey && time < keyTime)) continue;
			if (samples.sizes?.getUint32(4 * sample) === 0) continue;
			frames++;
			start = Math.min(start, time);
			if (time < last) continue;
			[last, end] = [time, time + duration];
		}
	}
	return { frames, start, end };
}

function* screenFragment(fragment: Box, fileSize: number): Reading<void> {
	for (const traf of yield* childrenOf(fragment.start, fragment.end)) {
		if (traf.name !== "traf") continue;
		for (const box of yield* childrenOf(traf.start, traf.end)) {
			if (box.name === "trun") assertHeld("trun", (yield* range(box.start + 4, 4)).getUint32(0), fileSize);
		}
	}
}

/** A frame takes at least one byte. */
function assertHeld(table: string, frames: number, fileSize: number): void {
	if (frames > fileSize) throw overfull(table, frames, fileSize);
	if (frames > MAX_FRAMES) {
		throw new OnevisionError(
			"over-limit",
			`lists ${frames} frames, more than ${MAX_FRAMES}; cut it into parts`,
		);
	}
}

function overfull(table: string, frames: number, fileSize: number): OnevisionError {
	return unreadable(
		`lists ${frames} entries in its ${table} table but has ${fileSize} bytes; the file is damaged`,
	);
}
