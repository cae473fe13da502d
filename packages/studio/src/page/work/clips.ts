/** Clips: headers, frame sizes and frames. Loaded when the first video is met, because the demuxer is large. */

import { OnevisionError } from "@onevision/base";
import { openVideoBlob, readFrameIndex, readVideoHeader } from "@onevision/media";
import type { VideoFacts } from "../media/header.ts";
import { bitmapOf } from "./bitmap.ts";
import type { ClipFrame, Methods } from "./protocol.ts";

export async function readClipFacts(blob: Blob): Promise<VideoFacts> {
	const { kind, width, height, frames, fps, hasAudio } = await readVideoHeader(blob);
	return { kind, width, height, frames, hasAudio, ...(fps === undefined ? {} : { fps }) };
}

export async function indexClip(blob: Blob): Promise<readonly ClipFrame[]> {
	const { frames } = await readFrameIndex(blob);
	return frames.map(({ seconds, bytes, isKey }) => ({ seconds, bytes, isKey }));
}

type Ask = Methods["clipFrames"]["ask"];
type Progress = Methods["clipFrames"]["progress"];

export async function decodeFrames(
	{ blob, frames, width, height }: Ask,
	send: (progress: Progress, transfer: readonly Transferable[]) => void,
): Promise<void> {
	const video = await openVideoBlob(blob);
	try {
		for await (const { frame, image } of video.framesOrMissing(frames, { size: { width, height } })) {
			if (image === undefined) continue;
			const bitmap = await bitmapOf(image);
			send({ frame, bitmap }, [bitmap]);
		}
	} finally {
		await video.close();
	}
}

/** The middle frame's neighbor that decodes soonest: the first. */
export async function posterOf(blob: Blob, side: number): Promise<ImageBitmap> {
	const video = await openVideoBlob(blob);
	try {
		const scale = Math.min(1, side / Math.min(video.width, video.height));
		const size = {
			width: Math.max(1, Math.round(video.width * scale)),
			height: Math.max(1, Math.round(video.height * scale)),
		};
		for await (const { image } of video.framesOrMissing([0], { size })) {
			if (image !== undefined) return await bitmapOf(image);
		}
		throw new OnevisionError("unreadable-file", "its first frame cannot be decoded");
	} finally {
		await video.close();
	}
}
