/** What a Node decoder receives to open a file, and what it returns. */

import type { RawPacket, TimeBase } from "./frame-index.ts";
import type { Decoder } from "./video.ts";

export interface OpenSetup {
	readonly path: string;
	/** FFmpeg's name for the container. */
	readonly demuxer: string;
	/** Index of the video track in the file, cover art not counted. */
	readonly track: number;
	/** Decoder threads; 0 means one per core. */
	readonly threads: number;
	/** Seconds without progress after which the decoder is abandoned. */
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
	/** Frames per second stated by the file; 0 if none. */
	readonly fps: number;
	readonly packets: readonly RawPacket[];
	readonly decoder: Decoder;
}

/** The decoder is not on this machine; another one may be. */
export class DecoderMissing extends Error {}
