/**
 * Turns files into one batch, like a single call of a transformers processor: in memory, or piece by piece for
 * writing to a file.
 */

import { DTYPES, elementCount, OnevisionError } from "@onevision/base";
import type { Checkpoint, ImageItem, ItemLayout } from "@onevision/core";
import { readHeader } from "../file.ts";
import type { MediaHeader } from "../header.ts";
import {
	assertCovered,
	makeTensors,
	type TensorPlan,
	type TensorPlans,
	type Tensors,
} from "../preprocess/pieces.ts";
import { createProcessor, type Processor, type ProcessorOptions } from "../preprocess/processor.ts";
import type { ProcessedData, ProcessedTensor } from "../preprocess/tensor.ts";
import type { RgbImage } from "../rgb-image.ts";
import { mediaItemOf } from "../samples.ts";
import { openClip } from "./clip.ts";
import { assertHeld, type DecodeOptions, turnsOf, withNames } from "./files.ts";
import { type ClipFrames, clipFrames, type ImageSource, imageFiles } from "./image-sources.ts";

export interface OneBatchOptions extends ProcessorOptions {
	readonly decode?: DecodeOptions;
	/** Called after each image or frame with the number loaded so far and the total. */
	readonly onImage?: (done: number, all: number) => void;
}

export interface OneBatch {
	readonly tensors: Tensors;
	/** By sample, in the given order. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

/** A batch whose files have been inspected but not decoded. */
export interface BatchPlan {
	/** By name, in the reference's order. */
	readonly tensors: Readonly<Record<string, Pick<ProcessedTensor, "dtype" | "shape">>>;
	/** Total over all tensors. */
	readonly bytes: number;
	readonly layouts: OneBatch["layouts"];
	/**
	 * The elements of the tensors, one tensor after another, little-endian. Each chunk is valid only until the next is
	 * requested. Files are decoded as needed, so memory stays at the tensor of the largest image.
	 */
	chunks(): AsyncGenerator<Uint8Array, void>;
}

/** The images or the videos of a batch: their tensors, and the source files. */
interface Part {
	readonly plans: TensorPlans;
	/** Number of images and frames. */
	readonly count: number;
	/** Total pixels once decoded. */
	readonly pixels: number;
	open(): ImageSource;
}

/**
 * Makes one batch of samples. A sample is the image files of one conversation, or one video file. Images and videos
 * may be mixed if the model has separate tensors for each. Throws for the first file that cannot be read, decoded or
 * laid out, and `over-limit` for more pixels than may be held at a time.
 */
export async function preprocessBatch(
	checkpoint: string | Checkpoint,
	samples: readonly (readonly string[])[],
	options: OneBatchOptions = {},
): Promise<OneBatch> {
	const { parts, layouts } = await readParts(checkpoint, samples, options);
	const what = samples.length === 1 ? "the media of one sample" : `${samples.length} samples`;
	assertHeld(
		parts.reduce((sum, { pixels }) => sum + pixels, 0),
		what,
	);
	const progress = progressOf(parts, options);
	const tensors: Record<string, ProcessedTensor> = {};
	for (const { plans, count, open } of parts) {
		const source = open();
		const images: RgbImage[] = [];
		try {
			for (let number = 0; number < count; number++) {
				images.push(await source.get(number));
				progress();
			}
		} finally {
			await source.close();
		}
		Object.assign(tensors, makeTensors(plans, images));
	}
	return { tensors, layouts };
}

/**
 * The same batch before anything is decoded. Throws as `preprocessBatch` does; decoding errors come from its chunks.
 */
export async function planBatch(
	checkpoint: string | Checkpoint,
	samples: readonly (readonly string[])[],
	options: OneBatchOptions = {},
): Promise<BatchPlan> {
	const { parts, layouts } = await readParts(checkpoint, samples, options);
	const plans = parts.flatMap(({ plans }) => Object.entries(plans));
	for (const [name, plan] of plans) if ("pieces" in plan) assertCovered(name, plan);
	return {
		tensors: Object.fromEntries(plans.map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
		bytes: plans.reduce((sum, [, { dtype, shape }]) => sum + elementCount(shape) * DTYPES[dtype].bytes, 0),
		layouts,
		chunks: () => chunksOf(parts, progressOf(parts, options)),
	};
}

async function* chunksOf(parts: readonly Part[], progress: () => void): AsyncGenerator<Uint8Array, void> {
	for (const { plans, open } of parts) {
		const source = open();
		try {
			for (const plan of Object.values(plans)) {
				if ("data" in plan) yield bytesOf(plan.data);
				else yield* piecesOf(plan, source, progress);
			}
		} finally {
			await source.close();
		}
	}
}

async function* piecesOf(
	{ dtype, pieces }: TensorPlan,
	source: ImageSource,
	progress: () => void,
): AsyncGenerator<Uint8Array, void> {
	const ArrayType = DTYPES[dtype].array;
	const memory = new ArrayType(Math.max(0, ...pieces.map(({ elements }) => elements)));
	for (const piece of pieces) {
		const images: RgbImage[] = [];
		for (const [at, number] of piece.imageIndices.entries()) {
			const again = piece.imageIndices.indexOf(number);
			const known = again < at ? images[again] : undefined;
			images.push(known ?? (await source.get(number)));
			if (known === undefined) progress();
		}
		piece.write(memory, 0, images);
		yield bytesOf(memory).subarray(0, piece.elements * ArrayType.BYTES_PER_ELEMENT);
	}
}

/** The bytes of the elements in memory, which is little-endian wherever Node runs. */
function bytesOf({ buffer, byteOffset, byteLength }: ProcessedData): Uint8Array {
	return new Uint8Array(buffer, byteOffset, byteLength);
}

function progressOf(parts: readonly Part[], { onImage }: OneBatchOptions): () => void {
	const all = parts.reduce((sum, { count }) => sum + count, 0);
	let done = 0;
	return () => onImage?.(++done, all);
}

/** Inspects every file; throws for the first that cannot be laid out. */
async function readParts(
	checkpoint: string | Checkpoint,
	samples: readonly (readonly string[])[],
	options: OneBatchOptions,
): Promise<{ readonly parts: readonly Part[]; readonly layouts: OneBatch["layouts"] }> {
	const { decode = {}, onImage: _, ...rest } = options;
	const processor = createProcessor(checkpoint, rest);
	const images: { readonly at: number; readonly files: readonly string[]; readonly items: ImageItem[] }[] =
		[];
	const clips: { readonly at: number; readonly clip: ClipFrames }[] = [];
	for (const [at, files] of samples.entries()) {
		const headers: MediaHeader[] = [];
		for (const file of files) headers.push(await readHeader(file, turnsOf(decode)));
		if (files.length === 0) throw new OnevisionError("invalid-input", "a sample without files; leave it out");
		assertLaidOut(files, headers, processor);
		if (headers.some(({ kind }) => kind === "video")) {
			clips.push({ at, clip: await readClipFrames(onlyFile(files), processor, decode) });
		} else {
			const items = headers.map(({ width, height }): ImageItem => ({ kind: "image", width, height }));
			images.push({ at, files, items });
		}
	}
	const ofImages = images.length === 0 ? undefined : processor.planImages(images.map(({ items }) => items));
	const ofClips = clips.length === 0 ? undefined : processor.planVideos(clips.map(({ clip }) => clip.item));
	assertNamesApart(processor, ofImages?.plans, ofClips?.plans);
	const layouts: (readonly ItemLayout[])[] = [];
	for (const [index, { at }] of images.entries()) layouts[at] = ofImages?.layouts[index] ?? [];
	for (const [index, { at }] of clips.entries()) layouts[at] = ofClips?.layouts[index] ?? [];
	const paths = images.flatMap(({ files }) => files);
	const own = clips.map(({ clip }) => clip);
	const frames = own.reduce((sum, { wanted }) => sum + wanted.length, 0);
	const parts: Part[] = [];
	if (ofImages !== undefined) {
		const pixels = pixelsOf(images.flatMap(({ items }) => items));
		parts.push({ plans: ofImages.plans, count: paths.length, pixels, open: () => imageFiles(paths, decode) });
	}
	if (ofClips !== undefined) {
		const pixels = pixelsOf(own.map(({ item, wanted }) => ({ ...item, times: wanted.length })));
		parts.push({ plans: ofClips.plans, count: frames, pixels, open: () => clipFrames(own, decode) });
	}
	return { parts, layouts };
}

function pixelsOf(
	items: readonly { readonly width: number; readonly height: number; readonly times?: number }[],
): number {
	return items.reduce((sum, { width, height, times = 1 }) => sum + width * height * times, 0);
}

/** Opens a video to find its clip and the frames its layout selects, and closes it again; frames are decoded later. */
async function readClipFrames(
	path: string,
	processor: Processor,
	decode: DecodeOptions,
): Promise<ClipFrames> {
	const { video, item, wanted } = await openClip(path, processor, decode);
	await video.close();
	return { path, item, wanted };
}

/** Rejects files by name before anything is decoded. */
function assertLaidOut(
	files: readonly string[],
	headers: readonly MediaHeader[],
	processor: Processor,
): void {
	for (const [index, header] of headers.entries()) {
		try {
			processor.layout(mediaItemOf(header), files.length);
		} catch (error) {
			throw withNames([files[index] ?? ""], error);
		}
	}
}

function onlyFile(files: readonly string[]): string {
	const [file, other] = files;
	if (file !== undefined && other === undefined) return file;
	throw new OnevisionError(
		"unsupported",
		`${files.join(", ")}: a video is a sample of its own; it cannot be taken together with other media`,
	);
}

function assertNamesApart(processor: Processor, images: TensorPlans = {}, clips: TensorPlans = {}): void {
	const shared = Object.keys(images).find((name) => name in clips);
	if (shared === undefined) return;
	throw new OnevisionError(
		"unsupported",
		`${processor.checkpoint.title} calls the tensor of images and of videos ${shared}; take them one after the other`,
	);
}
