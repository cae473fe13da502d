/** Writes a video anew with fewer frames, evenly spaced over its whole length. Node only. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnevisionError, type Size } from "@onevision/base";
import type { VideoItem } from "@onevision/core";
import type { EncodedMedium } from "./resize-encoded.ts";
import { loadSharp } from "./sharp.ts";
import { openVideo } from "./video/open.ts";
import { writeAvi } from "./video/write-avi.ts";

/** Most frames written, and most pixels of all of them: they are held as JPEG. */
export const MAX_THINNED_FRAMES = 1024;
const MAX_PIXELS = 1_100_000_000;
/** As for images that are scaled. */
const QUALITY = 92;
/** Rates are written in frames per 1e5 units of time, ten microseconds each. */
const UNITS_PER_SECOND = 1e5;

/**
 * What a video of a known rate is with `frames` of its frames: as long as it was, upright where the file asks for a
 * rotation of `rotation` degrees, without sound. `undefined` for a video without a rate, or one of many hours.
 */
export function thinnedItem(video: VideoItem, frames: number, rotation = 0): VideoItem | undefined {
	const timing = timingOf(video, frames);
	if (timing === undefined || frames > MAX_THINNED_FRAMES) return undefined;
	const { width, height } = rotation % 180 === 0 ? video : { width: video.height, height: video.width };
	return { kind: "video", width, height, frames, fps: timing.rate / timing.scale, hasAudio: false };
}

function timingOf({ frames: all, fps }: VideoItem, frames: number) {
	if (fps === undefined || !(fps > 0)) return undefined;
	const scale = Math.max(1, Math.round((all / fps) * UNITS_PER_SECOND));
	return scale < 2 ** 32 ? { rate: frames * UNITS_PER_SECOND, scale } : undefined;
}

/**
 * `frames` frames of a video as Motion JPEG in an AVI: of `n` frames the `i`-th is frame `floor(i * n / frames)`, at its
 * own time. Decoded by the `ffmpeg` command, in a process of its own.
 *
 * @throws OnevisionError `unsupported` without `ffmpeg` or sharp, `unreadable-file` for a damaged video, `over-limit` for
 * too many pixels and past the time limit
 */
export async function thinVideo(
	bytes: Uint8Array,
	video: VideoItem,
	frames: number,
	signal?: AbortSignal,
): Promise<EncodedMedium> {
	const timing = timingOf(video, frames);
	if (
		timing === undefined ||
		frames > MAX_THINNED_FRAMES ||
		frames * video.width * video.height > MAX_PIXELS
	) {
		throw new OnevisionError("over-limit", "too many frames to write a video anew; send a shorter one");
	}
	const folder = await mkdtemp(join(tmpdir(), "onevision-video-"));
	const path = join(folder, "video");
	try {
		await writeFile(path, bytes, { mode: 0o600 });
		const { encoded, size } = await encodeFrames(path, video.frames, frames, signal);
		return { bytes: writeAvi({ ...size, ...timing, frames: encoded }), mimeType: "video/x-msvideo" };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		throw new OnevisionError(error.code, error.message.replaceAll(path, "the video"));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function encodeFrames(path: string, all: number, frames: number, signal: AbortSignal | undefined) {
	const sharp = await loadSharp();
	const video = await openVideo(path, { decoder: "ffmpeg", ...(signal === undefined ? {} : { signal }) });
	try {
		const total = Math.min(all, video.index.frames.length);
		const wanted = Array.from({ length: frames }, (_, at) => Math.floor((at * total) / frames));
		const encoded: Uint8Array[] = [];
		let size: Size = { width: video.width, height: video.height };
		for await (const { image } of video.frames(wanted, { rotation: "apply" })) {
			const { data, width, height } = image;
			size = { width, height };
			encoded.push(
				await sharp(data, { raw: { width, height, channels: 3 } })
					.jpeg({ quality: QUALITY })
					.toBuffer(),
			);
		}
		return { encoded, size };
	} finally {
		await video.close();
	}
}
