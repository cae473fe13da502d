/** AVI: the main and the stream header. Based on Microsoft's "AVI RIFF File Reference" and OpenDML 1.02 (dmlh). */

import { type Reading, range, text, unreadable } from "../reading.ts";

/** What an AVI's headers say of its first video stream, and whether there is sound beside it. */
export interface AviStream {
	readonly width: number;
	readonly height: number;
	readonly frames: number;
	/** Frames per second, `dwRate / dwScale`; 0 when the file does not say. */
	readonly fps: number;
	/** False when the stream's count and the file's differ, as after a recording that broke off. */
	readonly framesExact: boolean;
	/** Whether a stream of sound is listed. */
	readonly hasAudio: boolean;
}

interface Chunk {
	/** Four-character code, of a list its type: `hdrl`. */
	readonly name: string;
	readonly start: number;
	readonly end: number;
}

const MAX_CHUNKS = 1000;

export function* readAvi(fileSize: number): Reading<AviStream> {
	const header = (yield* chunksOf(12, fileSize, "hdrl")).find(({ name }) => name === "hdrl");
	if (header === undefined) throw unreadable("AVI has no hdrl list; the file is damaged");
	const parts = yield* chunksOf(header.start, header.end);
	const main = parts.find(({ name }) => name === "avih");
	let totalFrames = main === undefined ? 0 : (yield* range(main.start + 16, 4)).getUint32(0, true);
	// Over 1 GB avih counts the first part only; dmlh counts all.
	const extended = parts.find(({ name }) => name === "odml");
	const whole =
		extended && (yield* chunksOf(extended.start, extended.end)).find(({ name }) => name === "dmlh");
	if (whole !== undefined) totalFrames = (yield* range(whole.start, 4)).getUint32(0, true) || totalFrames;
	let video: Omit<AviStream, "hasAudio"> | undefined;
	let hasAudio = false;
	for (const part of parts) {
		if (part.name !== "strl") continue;
		const chunks = yield* chunksOf(part.start, part.end);
		const header = chunks.find(({ name }) => name === "strh");
		if (header === undefined) continue;
		const kind = text(yield* range(header.start, 4), 0, 4);
		if (kind === "auds") hasAudio = true;
		else if (kind === "vids") video ??= yield* readStream(header, chunks, totalFrames);
	}
	if (video === undefined) throw unreadable("AVI has no video stream");
	return { ...video, hasAudio };
}

function* readStream(
	header: Chunk,
	chunks: readonly Chunk[],
	totalFrames: number,
): Reading<Omit<AviStream, "hasAudio"> | undefined> {
	const format = chunks.find(({ name }) => name === "strf");
	if (format === undefined) return undefined;
	const view = yield* range(header.start, 36);
	const [scale, rate, length] = [
		view.getUint32(20, true),
		view.getUint32(24, true),
		view.getUint32(32, true),
	];
	const bitmap = yield* range(format.start, 12);
	const frames = length || totalFrames;
	return {
		width: bitmap.getUint32(4, true),
		height: Math.abs(bitmap.getInt32(8, true)),
		frames,
		fps: scale === 0 ? 0 : rate / scale,
		framesExact: totalFrames === 0 || totalFrames === frames,
	};
}

/** Chunks and lists from `start` to `end`, up to and with the first named `until`. */
function* chunksOf(start: number, end: number, until?: string): Reading<Chunk[]> {
	const chunks: Chunk[] = [];
	let at = start;
	while (at + 8 <= end && chunks.length < MAX_CHUNKS) {
		const head = yield* range(at, 8);
		const length = head.getUint32(4, true);
		const isList = text(head, 0, 4) === "LIST" && length >= 4;
		const name = text(isList ? yield* range(at + 8, 4) : head, 0, 4);
		const stop = Math.min(at + 8 + length, end);
		chunks.push({ name, start: at + (isList ? 12 : 8), end: stop });
		if (name === until) break;
		at += 8 + length + (length & 1);
	}
	return chunks;
}
