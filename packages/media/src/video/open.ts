/** Opens a video file with one of the Node decoders. */

import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { fileSource } from "../file.ts";
import { readFromSource, unreadable, withPath } from "../reading.ts";
import { sniff, type VideoFormat } from "../sniff.ts";
import { chooseTrack } from "./choose-track.ts";
import { openWithCommand } from "./ffmpeg/decoder.ts";
import { frameIndexOf } from "./frame-index.ts";
import { videoFormat } from "./header.ts";
import { DEFAULT_TIMEOUT_SECONDS } from "./limits.ts";
import { openWithNodeAv } from "./node-av/decoder.ts";
import { DecoderMissing, type OpenedFile, type OpenSetup } from "./open-file.ts";
import type { TrackChoice } from "./track.ts";
import { type Video, videoOf } from "./video.ts";

/** Node decoders, in the order "auto" tries them. */
const DECODERS = {
	/** FFmpeg in this process, in a thread; needs the optional package `node-av`. The faster one. */
	"node-av": openWithNodeAv,
	/** The `ffmpeg` and `ffprobe` commands, in separate processes: the choice for untrusted files. */
	ffmpeg: openWithCommand,
} as const satisfies Record<string, (setup: OpenSetup) => Promise<OpenedFile>>;

export type VideoDecoderName = keyof typeof DECODERS;
export const VIDEO_DECODERS = Object.keys(DECODERS) as readonly VideoDecoderName[];

export interface OpenVideoOptions {
	/** Default "auto": node-av, or the `ffmpeg` command if node-av is not installed. Both give the same pixels. */
	readonly decoder?: VideoDecoderName | "auto";
	/** Seconds without progress after which decoding fails with `over-limit`, default 30. */
	readonly timeoutSeconds?: number;
	/** Decoder threads; default 0, one per core. */
	readonly threads?: number;
	/** Aborts everything; pending promises then reject with the signal's reason. */
	readonly signal?: AbortSignal;
}

/** FFmpeg's demuxer per format. Others are never tried: some, such as playlists, open files named in their content. */
const DEMUXERS: Readonly<Record<VideoFormat, string>> = {
	mp4: "mov",
	mov: "mov",
	mkv: "matroska",
	webm: "matroska",
	avi: "avi",
};

/**
 * Opens a video and lists its frames. The format is detected from the content. Throws `unreadable-file` for missing
 * and damaged files and those without a video track, `over-limit` for absurd sizes and past the time limit, and
 * `unsupported` when no decoder is installed; messages start with the path. Close it when done.
 */
export async function openVideo(path: string, options: OpenVideoOptions = {}): Promise<Video> {
	const { decoder = "auto", threads = 0, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, signal } = options;
	if (!(timeoutSeconds > 0 && timeoutSeconds <= 86_400)) {
		const expected = "expected seconds above 0, at most 86400";
		throw new OnevisionError("invalid-input", `timeoutSeconds ${timeoutSeconds}: ${expected}`);
	}
	if (!(Number.isInteger(threads) && threads >= 0 && threads <= 64)) {
		throw new OnevisionError("invalid-input", `threads ${threads}: expected a whole number from 0 to 64`);
	}
	const names = decoder === "auto" ? VIDEO_DECODERS : [known(decoder)];
	const { format, tracks, place } = await whatToRead(path, signal);
	const demuxer = DEMUXERS[format];
	const setup = { path: resolve(path), demuxer, track: place, threads, timeoutSeconds, signal };
	const several = tracks > 1 ? { tracks, track: place } : {};
	for (const name of names) {
		try {
			const { packets, timeBase, fps, decoder, ...size } = await DECODERS[name](setup);
			const index = frameIndexOf(packets, timeBase, fps);
			return videoOf({ format, ...size, ...several, index }, decoder, path);
		} catch (error) {
			if (!(error instanceof DecoderMissing)) throw error;
		}
	}
	throw new OnevisionError("unsupported", `${path}: ${whatIsMissing(decoder)}`);
}

function known(name: string): VideoDecoderName {
	const found = VIDEO_DECODERS.find((candidate) => candidate === name);
	if (found !== undefined) return found;
	const all = `auto, ${VIDEO_DECODERS.join(", ")}`;
	throw new OnevisionError("unknown-name", `decoder "${name}": there are ${all}`);
}

function whatIsMissing(decoder: VideoDecoderName | "auto"): string {
	const ways = {
		"node-av": "the package node-av is not installed for this platform; npm install node-av",
		ffmpeg: "the commands ffmpeg and ffprobe are not there; install FFmpeg 4.4 or later",
	};
	if (decoder !== "auto") return ways[decoder];
	return "there is no video decoder; npm install node-av, or install the ffmpeg command";
}

/** The file's format and main track. Throws `unreadable-file` unless the first bytes are those of a video. */
async function whatToRead(
	path: string,
	signal: AbortSignal | undefined,
): Promise<TrackChoice & { readonly format: VideoFormat }> {
	try {
		const info = await stat(path);
		// Opening a named pipe would block until a writer appears.
		if (!info.isFile()) throw unreadable("is not a file");
		const handle = await open(path, "r");
		try {
			const source = fileSource(handle, info.size, signal ?? new AbortController().signal);
			const format = videoFormat(await readFromSource(sniff(info.size), source));
			return { format, ...(await chooseTrack(source, format, signal)) };
		} finally {
			await handle.close();
		}
	} catch (error) {
		throw withPath(path, error);
	}
}
