/** A video file as the clip that a processor takes. */

import type { ItemLayout, VideoItem } from "@onevision/core";
import type { Tensors } from "../preprocess/pieces.ts";
import { type Clip, createProcessor, type Processor } from "../preprocess/processor.ts";
import type { RgbImage } from "../rgb-image.ts";
import { openVideo } from "../video/open.ts";
import { assertHeld, type DecodeOptions } from "./files.ts";
import type { BatchSetup } from "./protocol.ts";

/**
 * Opens a video file; returns it with its clip and the frames that the processor's layout selects. Close it when
 * done. Throws as `openVideo` does, and as laying out does.
 */
export async function openClip(
	path: string,
	processor: Processor,
	{ applyOrientation = false, applyRotation = applyOrientation }: DecodeOptions,
	signal?: AbortSignal,
) {
	const video = await openVideo(path, signal === undefined ? {} : { signal });
	try {
		const { index } = video;
		const isTurned = applyRotation && video.rotation % 180 !== 0;
		const width = isTurned ? video.height : video.width;
		const height = isTurned ? video.width : video.height;
		const total = index.frames.length;
		const fps = index.fps === undefined ? {} : { fps: index.fps };
		const item: VideoItem = { kind: "video", width, height, frames: total, ...fps };
		const { frameIndices } = processor.layout(item);
		const wanted = frameIndices ?? Array.from({ length: total }, (_, frame) => frame);
		const rotation = applyRotation ? "apply" : "ignore";
		return { video, item, wanted, rotation } as const;
	} catch (error) {
		await video.close();
		throw error;
	}
}

/**
 * Decodes the frames of a video that the processor's layout selects. Throws as `openClip`, and `over-limit` for too
 * many.
 */
export async function readClip(
	path: string,
	processor: Processor,
	decode: DecodeOptions,
	signal?: AbortSignal,
): Promise<Clip> {
	const { video, item, wanted, rotation } = await openClip(path, processor, decode, signal);
	try {
		const { width, height } = item;
		assertHeld(wanted.length * width * height, `${path}: ${wanted.length} frames of ${width}x${height}`);
		const frames: RgbImage[] = [];
		for await (const { image } of video.frames(wanted, { rotation })) frames.push(image);
		return { item, frames };
	} finally {
		await video.close();
	}
}

/** Makes the tensors of one video, in a batch thread. */
export async function makeOfVideo(
	path: string,
	{ checkpoint, processor: options, decode }: BatchSetup,
	signal: AbortSignal,
	reuse: Tensors | undefined,
): Promise<{ readonly tensors: Tensors; readonly layouts: readonly ItemLayout[] }> {
	const processor = createProcessor(checkpoint, options);
	const clip = await readClip(path, processor, decode, signal);
	const old = reuse && { tensors: reuse, layouts: [] };
	const { tensors, layouts } = processor.videos([clip], old);
	return { tensors, layouts: layouts.flat() };
}
