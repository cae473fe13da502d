/**
 * An open video: its frames are listed, and any of them can be decoded. One interface for all decoders; comparing the
 * frames requested with the frames received is shared here.
 */

import { OnevisionError, type Size } from "@onevision/base";
import { type RgbImage, rgbImage } from "../rgb-image.ts";
import type { VideoFormat } from "../sniff.ts";
import type { FrameIndex } from "./frame-index.ts";
import { MAX_FRAME_PIXELS } from "./limits.ts";
import { planRuns, type Run, type Target } from "./runs.ts";

/** One decoded frame. */
export interface VideoFrame {
	/** Frame number in display order, from 0. */
	readonly frame: number;
	/** Presentation time, seconds on the track's clock. */
	readonly seconds: number;
	readonly image: RgbImage;
}

/** A requested frame that could not be decoded. */
export interface MissingFrame {
	readonly frame: number;
	readonly seconds: number;
	readonly image?: undefined;
}

/** Processing of each frame; the same options give the same pixels with every Node decoder. */
export interface FrameOptions {
	/** px; scaled with the decoder's bicubic filter. Default: the stored size. */
	readonly size?: Size;
	/**
	 * Whether to rotate frames for display as the file specifies. Default "ignore": PyAV and decord return frames as
	 * stored; OpenCV, torchcodec from 0.11 and the `ffmpeg` command rotate them.
	 */
	readonly rotation?: "ignore" | "apply";
}

/** An open video. */
export interface Video {
	readonly format: VideoFormat;
	/** px, as stored. */
	readonly width: number;
	/** px, as stored. */
	readonly height: number;
	/** Clockwise rotation still to apply for display, in degrees: 0, 90, 180 or 270. */
	readonly rotation: number;
	/**
	 * Number of video tracks in the file, cover art not counted, and the index of this one, from 0. Absent if it is the
	 * only one.
	 */
	readonly tracks?: number;
	readonly track?: number;
	readonly index: FrameIndex;
	/** Name of the decoder in use. */
	readonly decoder: string;
	/**
	 * Yields the frames with these numbers, which ascend and may repeat. Holds only a few frames in memory. Throws
	 * `invalid-input` for other numbers, and `unreadable-file` naming the first frame that cannot be decoded.
	 */
	frames(frames: readonly number[], options?: FrameOptions): AsyncGenerator<VideoFrame, void>;
	/** Like `frames`, but a frame that cannot be decoded becomes an entry without an image, and the rest still follow. */
	framesOrMissing(
		frames: readonly number[],
		options?: FrameOptions,
	): AsyncGenerator<VideoFrame | MissingFrame, void>;
	/** Shuts the decoder down. Later requests for frames are rejected. */
	close(): Promise<void>;
}

/** A frame as a decoder returns it. */
export interface DecodedFrame extends Size {
	readonly frame: number;
	/** `[height, width, 3]` RGB. */
	readonly data: Uint8Array;
}

/** What a decoder has to implement; everything else is shared. */
export interface Decoder {
	readonly name: string;
	/** Number of packets worth decoding and discarding before a new run is cheaper. */
	readonly nextRunCost: number;
	/** The targets of these runs, in any order within a run, without those it cannot decode. */
	decode(runs: readonly Run[], options: DecodeOptions): AsyncGenerator<DecodedFrame, void>;
	close(): Promise<void>;
}

/** Resolved image options. */
export interface DecodeOptions {
	/** px, of the frames returned. */
	readonly size: Size;
	/** Whether to rotate and mirror as the file specifies. */
	readonly appliesRotation: boolean;
}

/** Frames held back while an earlier one is awaited: the most that H.264 and HEVC may reorder. */
const MAX_HELD = 16;

type Facts = Pick<Video, "format" | "width" | "height" | "rotation" | "tracks" | "track" | "index">;

/** Wraps a decoder in the `Video` interface. `name` starts error messages. */
export function videoOf(facts: Facts, decoder: Decoder, name: string): Video {
	let isClosed = false;
	let isReading = false;
	async function* framesOrMissing(wanted: readonly number[], options: FrameOptions = {}) {
		if (isClosed) throw closed(name);
		if (isReading) {
			const what = "its frames are being read already; finish or leave that loop, or open it twice";
			throw new OnevisionError("invalid-input", `${name}: ${what}`);
		}
		const resolved = resolve(facts, options, name);
		const runs = planRuns(facts.index, wanted, decoder.nextRunCost);
		isReading = true;
		try {
			for await (const found of pair(facts.index, wanted, arrivals(decoder, runs, resolved))) {
				yield found;
				if (isClosed) throw closed(name);
			}
		} finally {
			isReading = false;
		}
	}
	async function* frames(wanted: readonly number[], options: FrameOptions = {}) {
		for await (const found of framesOrMissing(wanted, options)) {
			if (found.image === undefined) throw missing(name, found, facts.index.frames.length);
			yield found;
		}
	}
	const close = async () => {
		isClosed = true;
		await decoder.close();
	};
	return { ...facts, decoder: decoder.name, frames, framesOrMissing, close };
}

function resolve(facts: Facts, { size, rotation = "ignore" }: FrameOptions, name: string): DecodeOptions {
	const appliesRotation = rotation === "apply";
	const isTurned = appliesRotation && facts.rotation % 180 !== 0;
	const stored = {
		width: isTurned ? facts.height : facts.width,
		height: isTurned ? facts.width : facts.height,
	};
	const { width, height } = size ?? stored;
	if (!(Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1)) {
		throw new OnevisionError("invalid-input", `size ${width}x${height}: expected whole numbers from 1, px`);
	}
	if (width * height > MAX_FRAME_PIXELS) {
		const what = `frames of ${width}x${height} are over ${MAX_FRAME_PIXELS} px; give a smaller size`;
		throw new OnevisionError("over-limit", `${name}: ${what}`);
	}
	return { size: { width, height }, appliesRotation };
}

/** A decoder's frames in ascending order, with gaps for those it did not return. */
async function* arrivals(
	decoder: Decoder,
	runs: readonly Run[],
	options: DecodeOptions,
): AsyncGenerator<DecodedFrame, void> {
	const awaited: Target[] = runs.flatMap(({ targets }) => targets);
	const held = new Map<number, DecodedFrame>();
	let place = 0;
	for await (const decoded of decoder.decode(runs, options)) {
		// Already given up: it was returned as missing.
		if (decoded.frame < (awaited[place]?.frame ?? Number.POSITIVE_INFINITY)) continue;
		held.set(decoded.frame, decoded);
		for (;;) {
			const next = awaited[place];
			if (next === undefined) break;
			const arrived = held.get(next.frame);
			if (arrived === undefined && held.size <= MAX_HELD) break;
			place++;
			held.delete(next.frame);
			if (arrived !== undefined) yield arrived;
		}
	}
	for (const { frame } of awaited.slice(place)) {
		const arrived = held.get(frame);
		if (arrived !== undefined) yield arrived;
	}
}

/** One entry per requested frame, in that order. */
async function* pair(
	index: FrameIndex,
	wanted: readonly number[],
	arrived: AsyncGenerator<DecodedFrame, void>,
): AsyncGenerator<VideoFrame | MissingFrame, void> {
	let current: VideoFrame | undefined;
	let next = await arrived.next();
	try {
		for (const frame of wanted) {
			const seconds = index.frames[frame]?.seconds ?? 0;
			if (current?.frame !== frame) current = undefined;
			if (current === undefined && !next.done && next.value.frame === frame) {
				current = { frame, seconds, image: rgbImage(next.value, next.value.data) };
				yield current;
				next = await arrived.next();
				continue;
			}
			yield current ?? { frame, seconds };
		}
	} finally {
		await arrived.return();
	}
}

function closed(name: string): OnevisionError {
	return new OnevisionError("invalid-input", `${name}: is closed; open it again`);
}

function missing(name: string, { frame, seconds }: MissingFrame, frames: number): OnevisionError {
	const which = `frame ${frame} of ${frames} (at ${seconds.toFixed(2)} s)`;
	const what = "could not be decoded; the file is damaged, framesOrMissing goes on without it";
	return new OnevisionError("unreadable-file", `${name}: ${which} ${what}`);
}
