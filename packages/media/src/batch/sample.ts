/** One sample from its files: read, decoded, laid out, made into tensors. */

import { readFile, stat } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import type { VideoItem } from "@onevision/core";
import type { DecodeOptions as ImageDecodeOptions } from "../decode/limits.ts";
import { decodeImage } from "../decode/node.ts";
import { readHeader, withPath } from "../file.ts";
import type { MediaHeader } from "../header.ts";
import type { Picture } from "../picture.ts";
import type { ProcessedBatch, Processor } from "../preprocess/processor.ts";
import { mediaItemOf } from "../samples.ts";
import { openVideo } from "../video/open.ts";

export interface DecodeOptions extends ImageDecodeOptions {
	/** Turn the frames of videos as their files ask for display (default: as `applyOrientation`). */
	readonly applyRotation?: boolean;
}

/** Largest image file read, bytes. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;
/** Most pixels that are held decoded at a time: 512 frames of 1080p. */
const MAX_HELD_PIXELS = 1_100_000_000;

/** Decodes an image file. Messages start with the path. Throws as `decodeImage`, and `over-limit` for absurd files. */
export async function readPicture(path: string, options: DecodeOptions): Promise<Picture> {
	try {
		const { size } = await stat(path);
		if (size > MAX_FILE_BYTES) {
			throw new OnevisionError("over-limit", `is ${size} bytes; images of up to 1 GiB are read`);
		}
		return await decodeImage(await readFile(path), options);
	} catch (error) {
		throw withPath(path, error);
	}
}

/**
 * A video file opened, the clip it is, and the frames that the processor's layout asks for. Close it when done. Throws as
 * `openVideo` does, and what the layout is refused for.
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

/** The frames of a video that the processor's layout asks for, as a clip. Throws as `openClip`; `over-limit` for too many. */
async function readClip(path: string, processor: Processor, decode: DecodeOptions, signal?: AbortSignal) {
	const { video, item, wanted, rotation } = await openClip(path, processor, decode, signal);
	try {
		const { width, height } = item;
		assertHeld(wanted.length * width * height, `${path}: ${wanted.length} frames of ${width}x${height}`);
		const frames: Picture[] = [];
		for await (const { picture } of video.frames(wanted, { rotation })) frames.push(picture);
		return { item, frames };
	} finally {
		await video.close();
	}
}

/** What reading a header needs to know to give the size that decoding will. */
export function turnsOf({ applyOrientation = false, applyRotation = applyOrientation }: DecodeOptions) {
	return { applyOrientation, applyRotation };
}

/** Throws `over-limit` for more decoded pixels than are held at a time. */
export function assertHeld(pixels: number, what: string): void {
	if (pixels <= MAX_HELD_PIXELS) return;
	throw new OnevisionError(
		"over-limit",
		`${what} are more pixels than are held at a time; take fewer at once, or of a video fewer frames (num_frames, fps)`,
	);
}

/** Pixels of images; what a video takes is known when its frames are chosen. */
function imagePixels(headers: readonly MediaHeader[]): number {
	return headers.reduce((sum, { kind, width, height }) => sum + (kind === "image" ? width * height : 0), 0);
}

/** An error of laying out or processing says which files it is about, as those of reading do. */
export function withNames(files: readonly string[], error: unknown): unknown {
	if (!(error instanceof OnevisionError) || files.some((file) => error.message.includes(file))) return error;
	return new OnevisionError(error.code, `${files.join(", ")}: ${error.message}`);
}

export interface SampleOptions {
	/** A batch that is no longer needed. */
	readonly reuse?: ProcessedBatch;
	/** Ends the decoding of a video. */
	readonly signal?: AbortSignal;
	/** Called before a video is opened. */
	readonly onVideo?: () => void;
}

/** The tensors of one sample: the images of a conversation, or one video. Messages start with the paths. */
export async function processSample(
	files: readonly string[],
	processor: Processor,
	decode: DecodeOptions,
	options: SampleOptions = {},
): Promise<ProcessedBatch> {
	try {
		return await makeSample(files, processor, decode, options);
	} catch (error) {
		throw withNames(files, error);
	}
}

async function makeSample(
	files: readonly string[],
	processor: Processor,
	decode: DecodeOptions,
	{ reuse, signal, onVideo }: SampleOptions,
): Promise<ProcessedBatch> {
	if (files.length === 0) throw new OnevisionError("invalid-input", "a sample without files; leave it out");
	const headers: MediaHeader[] = [];
	for (const file of files) headers.push(await readHeader(file, turnsOf(decode)));
	const video = headers.findIndex(({ kind }) => kind === "video");
	if (video === -1) {
		assertHeld(imagePixels(headers), `${files.length} images together`);
		const pictures: Picture[] = [];
		for (const file of files) pictures.push(await readPicture(file, decode));
		return processor.images([pictures], reuse);
	}
	const [file = ""] = files;
	if (files.length > 1) {
		throw new OnevisionError(
			"unsupported",
			`${files[video]}: a video is a sample of its own; leave out the others`,
		);
	}
	// Refused before anything is decoded where the family takes no video.
	processor.layout(mediaItemOf(headers[video] as (typeof headers)[number]));
	onVideo?.();
	return processor.videos([await readClip(file, processor, decode, signal)], reuse);
}
