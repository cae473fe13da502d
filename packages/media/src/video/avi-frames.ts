/**
 * Counts the frames of an AVI from its chunks. The count in the header includes empty chunks, which take time but
 * hold no image (a gap or a dropped frame); every decoder skips them. Uses an index when it lists every chunk, and
 * walks the chunks otherwise.
 */

import { type ByteSource, type Reading, range, readFromSource, text, unreadable } from "../reading.ts";
import { type AviChunk, type AviFile, type AviStream, chunksOf } from "./avi.ts";
import { assertCount } from "./frame-index.ts";
import { MAX_TABLE_BYTES } from "./limits.ts";

/** Chunks that hold an image, and the positions of the first and last of them among all chunks of the stream. */
export interface AviFrames {
	readonly frames: number;
	readonly first: number;
	readonly last: number;
}

/** Bytes per read while walking chunks. After a chunk longer than this, the walk reads a fresh window. */
const WINDOW_BYTES = 64 * 1024;
/** Chunks between two pauses; timers and aborts only run during a pause. */
const CHUNKS_PER_PAUSE = 4096;
const HEAD_BYTES = 8;

/** Throws `over-limit` above core's `MAX_FRAMES`, and `unreadable-file` when an index points outside the file. */
export async function countAviFrames(
	source: ByteSource,
	file: AviFile,
	stream: AviStream,
	signal: AbortSignal | undefined,
): Promise<AviFrames> {
	const tally = new Tally();
	const isListed = await readFromSource(readIndexes(file, stream, tally), source, MAX_TABLE_BYTES);
	if (isListed) return tally;
	const walked = new Tally();
	for (const movie of file.movies) await walk(source, movie, stream.number, walked, signal);
	return walked;
}

class Tally implements AviFrames {
	frames = 0;
	first = 0;
	last = 0;
	#chunks = 0;

	add(bytes: number): void {
		const place = this.#chunks++;
		if (bytes === 0) return;
		if (this.frames === 0) this.first = place;
		this.last = place;
		this.frames++;
		assertCount(this.frames);
	}
}

/** True when an index lists every chunk of the stream. */
function* readIndexes({ movies, index }: AviFile, stream: AviStream, tally: Tally): Reading<boolean> {
	if (stream.index !== undefined) return yield* readSuperIndex(stream.index, tally);
	const [movie] = movies;
	if (movie === undefined || movies.length > 1 || index === undefined) return false;
	return yield* readOldIndex(index, movie, stream.number, tally);
}

/** `idx1`: four-character code, flags, offset and size of every chunk, 16 bytes each. */
function* readOldIndex(index: AviChunk, movie: AviChunk, stream: number, tally: Tally): Reading<boolean> {
	const entries = Math.floor((index.end - index.start) / 16);
	if (entries === 0) return false;
	const table = yield* range(index.start, entries * 16);
	// Offsets count from the list's type or from the start of the file, depending on the writer.
	const base = table.getUint32(8, true) >= movie.start ? 0 : movie.start - 4;
	let end = movie.start;
	for (let at = 0; at < table.byteLength; at += 16) {
		const bytes = table.getUint32(at + 12, true);
		end = Math.max(end, base + table.getUint32(at + 8, true) + HEAD_BYTES + bytes);
		if (isFrame(text(table, at, 4), stream)) tally.add(bytes);
	}
	// Some recorders stop indexing before they stop recording.
	return !(yield* chunksOf(end + (end & 1), movie.end)).some(({ name }) => /^\d\d/.test(name));
}

/** `indx`: locations of the stream's indexes, one per `movi` list (OpenDML 1.02, 3.0). */
function* readSuperIndex(index: AviChunk, tally: Tally): Reading<boolean> {
	const head = yield* range(index.start, 24);
	const isSuper = head.getUint8(3) === 0;
	const entries = head.getUint32(4, true);
	if (!isSuper || entries === 0 || 24 + 16 * entries > index.end - index.start) return false;
	const table = yield* range(index.start + 24, 16 * entries);
	for (let at = 0; at < table.byteLength; at += 16) {
		const start = Number(table.getBigUint64(at, true));
		const chunk = yield* range(start, HEAD_BYTES + 24);
		const stride = 4 * chunk.getUint16(HEAD_BYTES, true);
		const chunks = chunk.getUint32(HEAD_BYTES + 4, true);
		if (stride < 8 || 24 + stride * chunks > chunk.getUint32(4, true)) {
			throw unreadable("has an index longer than its chunk; the file is damaged");
		}
		const list = yield* range(start + HEAD_BYTES + 24, stride * chunks);
		// The highest bit marks frames that are not key frames.
		for (let place = 0; place < list.byteLength; place += stride) {
			tally.add(list.getUint32(place + 4, true) & 0x7fff_ffff);
		}
	}
	return true;
}

/** Walks the chunks of one `movi` list. */
async function walk(
	source: ByteSource,
	movie: AviChunk,
	stream: number,
	tally: Tally,
	signal: AbortSignal | undefined,
): Promise<void> {
	let window: DataView = new DataView(new ArrayBuffer(0));
	let [from, at, step] = [0, movie.start, 0];
	for (let chunks = 1; at + HEAD_BYTES <= movie.end; chunks++) {
		if (at < from || at + HEAD_BYTES > from + window.byteLength) {
			const wanted = step > WINDOW_BYTES ? HEAD_BYTES : WINDOW_BYTES;
			const bytes = await source.read(at, Math.min(wanted, source.size - at));
			if (bytes.byteLength < HEAD_BYTES) return;
			window = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
			from = at;
			signal?.throwIfAborted();
		}
		const name = text(window, at - from, 4);
		const bytes = window.getUint32(at - from + 4, true);
		if (isFrame(name, stream)) tally.add(bytes);
		// A `rec ` list groups chunks: step into it.
		step = name === "LIST" ? 12 : HEAD_BYTES + bytes + (bytes & 1);
		at += step;
		if (chunks % CHUNKS_PER_PAUSE === 0) await new Promise((resolve) => setTimeout(resolve, 0));
	}
}

/** `01dc` and `01db` are images of stream 1, compressed and uncompressed; `01pc` is a palette, `01wb` audio. */
function isFrame(name: string, stream: number): boolean {
	return /^\d\dd[bc]$/i.test(name) && Number(name.slice(0, 2)) === stream;
}
