/**
 * AVI: the streams, and where their chunks are listed. Based on Microsoft's "AVI RIFF File Reference" and OpenDML
 * 1.02.
 */

import { type Reading, range, text, unreadable } from "../reading.ts";

/** What an AVI's headers say about one video stream. */
export interface AviStream {
	/** Index of the stream in the file: `01dc` is a chunk of stream 1. */
	readonly number: number;
	readonly width: number;
	readonly height: number;
	/** Frames per second, `dwRate / dwScale`; 0 when the file does not say. */
	readonly fps: number;
	/** OpenDML's index of indexes (`indx`), where the stream has one. */
	readonly index: AviChunk | undefined;
}

/** A chunk or a list. For a list, `start` points past its type. */
export interface AviChunk {
	/** Four-character code; for a list, its type (`hdrl`). */
	readonly name: string;
	readonly start: number;
	readonly end: number;
}

export interface AviFile {
	/** Video streams in file order, at least one. */
	readonly streams: readonly AviStream[];
	/** Whether the file lists an audio stream. */
	readonly hasAudio: boolean;
	/** The lists that hold frames; a file over 1 GB has several. */
	readonly movies: readonly AviChunk[];
	/** The index of the first of these lists (`idx1`). */
	readonly index: AviChunk | undefined;
}

const MAX_CHUNKS = 1000;

export function* readAvi(fileSize: number): Reading<AviFile> {
	const parts: AviChunk[] = [];
	for (const riff of yield* chunksOf(0, fileSize)) {
		if (riff.name === "AVI " || riff.name === "AVIX") parts.push(...(yield* chunksOf(riff.start, riff.end)));
	}
	const header = parts.find(({ name }) => name === "hdrl");
	if (header === undefined) throw unreadable("AVI has no hdrl list; the file is damaged");
	const lists = (yield* chunksOf(header.start, header.end)).filter(({ name }) => name === "strl");
	const streams: AviStream[] = [];
	let hasAudio = false;
	for (const [number, list] of lists.entries()) {
		const chunks = yield* chunksOf(list.start, list.end);
		const header = chunks.find(({ name }) => name === "strh");
		if (header === undefined) continue;
		const kind = text(yield* range(header.start, 4), 0, 4);
		if (kind === "auds") hasAudio = true;
		if (kind !== "vids") continue;
		const stream = yield* readStream(header, chunks, number);
		if (stream !== undefined) streams.push(stream);
	}
	if (streams.length === 0) throw unreadable("AVI has no video stream");
	const movies = parts.filter(({ name }) => name === "movi");
	return { streams, hasAudio, movies, index: parts.find(({ name }) => name === "idx1") };
}

function* readStream(
	header: AviChunk,
	chunks: readonly AviChunk[],
	number: number,
): Reading<AviStream | undefined> {
	const format = chunks.find(({ name }) => name === "strf");
	if (format === undefined) return undefined;
	const view = yield* range(header.start, 36);
	const [scale, rate] = [view.getUint32(20, true), view.getUint32(24, true)];
	const bitmap = yield* range(format.start, 12);
	return {
		number,
		width: bitmap.getUint32(4, true),
		height: Math.abs(bitmap.getInt32(8, true)),
		fps: scale === 0 ? 0 : rate / scale,
		index: chunks.find(({ name }) => name === "indx"),
	};
}

/** Chunks and lists from `start` to `end`. */
export function* chunksOf(start: number, end: number): Reading<AviChunk[]> {
	const chunks: AviChunk[] = [];
	let at = start;
	while (at + 8 <= end && chunks.length < MAX_CHUNKS) {
		const head = yield* range(at, 8);
		const length = head.getUint32(4, true);
		const isList = ["LIST", "RIFF"].includes(text(head, 0, 4)) && at + 12 <= end;
		const name = text(isList ? yield* range(at + 8, 4) : head, 0, 4);
		// An interrupted recording leaves the length unset: treat the list as running to the end.
		const stop = isList && length < 4 ? end : Math.min(at + 8 + length, end);
		chunks.push({ name, start: at + (isList ? 12 : 8), end: stop });
		at = Math.max(stop, at + 8) + (length & 1);
	}
	return chunks;
}
