/** Messages between the node-av decoding thread and its owner. */

import type { RawPacket, TimeBase } from "../frame-index.ts";
import type { Run } from "../runs.ts";
import type { DecodedFrame, DecodeOptions } from "../video.ts";

/** What the thread receives at start. */
export interface Setup {
	readonly path: string;
	/** FFmpeg's name for the container, so that nothing is probed. */
	readonly demuxer: string;
	/** Index of the video track in the file, cover art not counted. */
	readonly track: number;
	/** Decoder threads; 0 means one per core. */
	readonly threads: number;
	/** Int32 words, indexed by `WORDS`. */
	readonly shared: SharedArrayBuffer;
}

/** Words that both sides watch, because the thread never waits for a message while it decodes. */
export const WORDS = {
	/** Counts packets; no change means the thread is stuck. */
	progress: 0,
	/** Frames that may be sent before one is consumed. */
	credit: 1,
	/** 1 when the rest of the job is no longer wanted. */
	isStopped: 2,
	/** 1 while the thread may be inside native code. */
	isBusy: 3,
} as const;

/** One row per packet; NaN where a value is missing. */
export interface PacketColumns {
	readonly pts: Float64Array;
	readonly dts: Float64Array;
	readonly position: Float64Array;
	readonly bytes: Float64Array;
	readonly duration: Float64Array;
	/** 1: key packet, 2: not displayed. */
	readonly flags: Uint8Array;
}

export interface Opened {
	readonly width: number;
	readonly height: number;
	/** Degrees clockwise. */
	readonly rotation: number;
	readonly timeBase: TimeBase;
	/** Frames per second stated by the file; 0 if none. */
	readonly fps: number;
	readonly packets: PacketColumns;
}

export interface Job {
	readonly runs: readonly Run[];
	readonly options: DecodeOptions;
}

/** The owner's requests, handled one after another. */
export type Request = Job | "end";

/** Why the thread gave up. */
export type Failure =
	/** node-av or its binary for this platform is not installed. */
	| "not-installed"
	| "unreadable"
	| "over-limit"
	/** A bug, in this code or in node-av. */
	| "internal";

export type Reply =
	| { readonly kind: "opened"; readonly opened: Opened }
	| { readonly kind: "frame"; readonly decoded: DecodedFrame }
	| { readonly kind: "done" }
	| { readonly kind: "failed"; readonly why: Failure; readonly message: string };

/** Converts the columns to packets. */
export function rowsOf(columns: PacketColumns): RawPacket[] {
	const some = (value: number | undefined) =>
		value === undefined || Number.isNaN(value) ? undefined : value;
	return Array.from(columns.flags, (flags, order) => ({
		pts: some(columns.pts[order]),
		dts: some(columns.dts[order]),
		position: some(columns.position[order]),
		bytes: columns.bytes[order] ?? 0,
		duration: columns.duration[order] ?? 0,
		isKey: (flags & 1) !== 0,
		isShown: (flags & 2) === 0,
	}));
}
