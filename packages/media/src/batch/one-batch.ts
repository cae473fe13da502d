/** Files to one batch, as one call of a processor of transformers makes it. */

import { type Checkpoint, type ItemLayout, OnevisionError } from "@onevision/core";
import { readHeader } from "../file.ts";
import type { MediaHeader } from "../header.ts";
import type { Picture } from "../picture.ts";
import type { Tensors } from "../preprocess/pieces.ts";
import {
	type Clip,
	createProcessor,
	type Processor,
	type ProcessorOptions,
} from "../preprocess/processor.ts";
import { mediaItemOf } from "../samples.ts";
import {
	assertHeld,
	type DecodeOptions,
	imagePixels,
	readClip,
	readPicture,
	turnsOf,
	withNames,
} from "./sample.ts";

export interface OneBatchOptions extends ProcessorOptions {
	readonly decode?: DecodeOptions;
	/** Called after each sample with how many have been read. */
	readonly onSample?: (done: number) => void;
}

export interface OneBatch {
	readonly tensors: Tensors;
	/** By sample, in the order given. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

/**
 * One batch of samples, each the files of one conversation's images or one video file. Images and videos may be mixed
 * where the model has tensors of its own for each. Throws for the first file that cannot be read, decoded or laid out,
 * and `over-limit` for more pixels than are held at a time.
 */
export async function preprocessBatch(
	checkpoint: string | Checkpoint,
	samples: readonly (readonly string[])[],
	options: OneBatchOptions = {},
): Promise<OneBatch> {
	const { decode = {}, onSample, ...rest } = options;
	const processor = createProcessor(checkpoint, rest);
	const images: { readonly at: number; readonly pictures: readonly Picture[] }[] = [];
	const clips: { readonly at: number; readonly clip: Clip }[] = [];
	let held = 0;
	const what = samples.length === 1 ? "the images of one sample" : `${samples.length} samples`;
	for (const [at, files] of samples.entries()) {
		const headers: MediaHeader[] = [];
		for (const file of files) headers.push(await readHeader(file, turnsOf(decode)));
		if (files.length === 0) throw new OnevisionError("invalid-input", "a sample without files; leave it out");
		assertLaidOut(files, headers, processor);
		held += imagePixels(headers);
		assertHeld(held, what);
		if (headers.some(({ kind }) => kind === "video")) {
			const clip = await readClip(onlyFile(files), processor, decode);
			held += clip.frames.length * clip.item.width * clip.item.height;
			assertHeld(held, what);
			clips.push({ at, clip });
		} else {
			const pictures: Picture[] = [];
			for (const file of files) pictures.push(await readPicture(file, decode));
			images.push({ at, pictures });
		}
		onSample?.(at + 1);
	}
	return joined(processor, images, clips);
}

/** Refused before anything is decoded, by name. */
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

function joined(
	processor: Processor,
	images: readonly { readonly at: number; readonly pictures: readonly Picture[] }[],
	clips: readonly { readonly at: number; readonly clip: Clip }[],
): OneBatch {
	const ofImages = images.length === 0 ? undefined : processor.images(images.map(({ pictures }) => pictures));
	const ofClips = clips.length === 0 ? undefined : processor.videos(clips.map(({ clip }) => clip));
	const shared = Object.keys(ofImages?.tensors ?? {}).find((name) => name in (ofClips?.tensors ?? {}));
	if (shared !== undefined) {
		throw new OnevisionError(
			"unsupported",
			`${processor.checkpoint.title} calls the tensor of images and of videos ${shared}; take them one after the other`,
		);
	}
	const layouts: (readonly ItemLayout[])[] = [];
	for (const [index, { at }] of images.entries()) layouts[at] = ofImages?.layouts[index] ?? [];
	for (const [index, { at }] of clips.entries()) layouts[at] = ofClips?.layouts[index] ?? [];
	return { tensors: { ...ofImages?.tensors, ...ofClips?.tensors }, layouts };
}
