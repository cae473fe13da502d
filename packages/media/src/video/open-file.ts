/** What a decoder on Node is given to open a file, and what it gives back. */

import type { RawPacket, TimeBase } from "./frame-index.ts";
import type { Decoder } from "./video.ts";

export interface OpenSetup {
	readonly path: string;
	/** FFmpeg's name of the container. */
	readonly demuxer: string;
	/** Place of the video track among those of the file, cover pictures not counted. */
	readonly track: number;
	/** Decoder threads; 0: as many as there are cores. */
	readonly threads: number;
	/** Seconds without progress after which the decoder is given up. */
	readonly timeoutSeconds: number;
	readonly signal: AbortSignal | undefined;
}

export interface OpenedFile {
	/** px, as stored. */
	readonly width: number;
	/** px, as stored. */
	readonly height: number;
	/** Degrees clockwise: 0, 90, 180 or 270. */
	readonly rotation: number;
	readonly timeBase: TimeBase;
	/** Frames per second as the file states them, 0 when it does not. */
	readonly fps: number;
	readonly packets: readonly RawPacket[];
	readonly decoder: Decoder;
}

/** The decoder is not on this machine; another one may be. */
export class DecoderMissing extends Error {}
