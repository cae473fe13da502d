/** What the thread that decodes with node-av and its owner say to each other. */

import type { RawPacket, TimeBase } from "../frame-index.ts";
import type { Run } from "../runs.ts";
import type { DecodedFrame, DecodeOptions } from "../video.ts";

/** What the thread is started with. */
export interface Setup {
	readonly path: string;
	/** FFmpeg's name of the container, so that nothing is probed. */
	readonly demuxer: string;
	/** Place of the video track among those of the file, cover pictures not counted. */
	readonly track: number;
	/** Decoder threads; 0: as many as there are cores. */
	readonly threads: number;
	/** Int32 words named by `WORDS`. */
	readonly shared: SharedArrayBuffer;
}

/** Words both sides watch: the thread never waits for a message while it decodes. */
export const WORDS = {
	/** Counts packets; standing still means stuck. */
	progress: 0,
	/** Images that may be sent before one is taken. */
	credit: 1,
	/** 1 when nobody wants the rest. */
	isStopped: 2,
	/** 1 while the thread may be inside native code. */
	isBusy: 3,
} as const;

/** One row per packet; NaN where there is none. */
export interface PacketColumns {
	readonly pts: Float64Array;
	readonly dts: Float64Array;
	readonly position: Float64Array;
	readonly bytes: Float64Array;
	readonly duration: Float64Array;
	/** 1: key, 2: not shown. */
	readonly flags: Uint8Array;
}

export interface Opened {
	readonly width: number;
	readonly height: number;
	/** Degrees clockwise. */
	readonly rotation: number;
	readonly timeBase: TimeBase;
	/** Frames per second as the file states them, 0 when it does not. */
	readonly fps: number;
	readonly packets: PacketColumns;
}

export interface Job {
	readonly runs: readonly Run[];
	readonly options: DecodeOptions;
}

/** What the owner asks for, one after the other. */
export type Request = Job | "end";

/** Why the thread gave up. */
export type Failure =
	/** node-av or its binary for this platform is not installed. */
	| "not-installed"
	| "unreadable"
	| "over-limit"
	/** A bug, here or there. */
	| "internal";

export type Reply =
	| { readonly kind: "opened"; readonly opened: Opened }
	| { readonly kind: "frame"; readonly decoded: DecodedFrame }
	| { readonly kind: "done" }
	| { readonly kind: "failed"; readonly why: Failure; readonly message: string };

/** The columns as packets. */
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
