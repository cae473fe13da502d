/**
 * A checkpoint's processor: images in, and out the tensors that transformers 5.18 makes of them, bit for bit.
 * Counting decides the geometry as a layout; this module applies it.
 */

import { OnevisionError } from "@onevision/base";
import {
	type Checkpoint,
	type Counter,
	createCounterFrom,
	type ImageItem,
	type ItemLayout,
	type MediaItem,
	type VideoItem,
} from "@onevision/core";
import type { PixelFamily } from "../families/family.ts";
import { PIXEL_FAMILIES, pixelFamily } from "../families/index.ts";
import type { Filter } from "../resample/filters.ts";
import type { ResizeOptions } from "../resample/resize.ts";
import { BACKENDS, type Backend } from "../resample/weights.ts";
import { assertRgbImage, type RgbImage } from "../rgb-image.ts";
import { makeTensors, type TensorPlans, type Tensors } from "./pieces.ts";
import { type PixelConstants, pixelConstants } from "./pixel-constants.ts";
import { assertImages, pipelinesOf, planImages, planVideos, type Recipe } from "./recipe.ts";
import { FLOAT_TYPES, type FloatType } from "./tensor.ts";
import type { ViewPlan } from "./view-plan.ts";

/** The version of transformers whose tensors are reproduced. */
export const TRANSFORMERS_VERSION = "5.18.0";

export interface ProcessorOptions {
	/** Default `torchvision`, as in transformers; it is the only backend for video. */
	readonly backend?: Backend;
	/** Default float32; bfloat16 for Llama 4. */
	readonly dtype?: FloatType;
	/** Settings of the family, as for counting. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Plain JavaScript instead of WebAssembly: the same bits, slower. */
	readonly scalar?: boolean;
}

/** The frames of a clip that its layout selects. */
export interface Clip {
	/** The whole clip: its size, frames and rate. */
	readonly item: VideoItem;
	/** One image per frame of the layout, in order: those of `frameIndices`, or every frame. */
	readonly frames: readonly RgbImage[];
}

export interface ProcessedBatch {
	/** Named as in transformers. */
	readonly tensors: Tensors;
	/** By sample; a clip is a sample of one item. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

/** A batch before its pixels are computed. */
interface PlannedBatch {
	/** Named as in transformers. Images are numbered through the batch, frames of clips individually. */
	readonly plans: TensorPlans;
	/** By sample; a clip is a sample of one item. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

export interface Processor {
	readonly checkpoint: Checkpoint;
	readonly backend: Backend;
	readonly dtype: FloatType;
	/** The layout of one item, as for counting; `images` is the number of images in its sample (default 1). */
	layout(item: MediaItem, images?: number): ItemLayout;
	/** Plans the tower's views of one image or frame; `images` as in `layout`. */
	planViews(layout: ItemLayout, images?: number): ViewPlan;
	/** How images are resized on the way to the views. */
	resizing(kind: ItemLayout["kind"]): ResizeOptions;
	/**
	 * Takes images grouped by sample. Several images in one sample form a multi-image conversation, which some families
	 * lay out differently. `reuse` is a batch that is no longer needed: its memory is reused if it fits, which avoids
	 * page faults.
	 */
	images(samples: readonly (readonly RgbImage[])[], reuse?: ProcessedBatch): ProcessedBatch;
	/** Throws `invalid-media` when the number or the size of a clip's frames differs from its layout. */
	videos(clips: readonly Clip[], reuse?: ProcessedBatch): ProcessedBatch;
	/** What `images` will return for images of these sizes. */
	planImages(samples: readonly (readonly ImageItem[])[]): PlannedBatch;
	/** What `videos` will return for these clips. */
	planVideos(clips: readonly VideoItem[]): PlannedBatch;
}

/**
 * Creates a processor for a checkpoint, given by any of its names or read from a snapshot. Throws `unsupported` for
 * families whose pixels are not reproduced, backends that transformers does not have, and parities other than its
 * own; `unknown-name`, `unknown-key` and `invalid-input` as counting does.
 */
export function createProcessor(checkpoint: string | Checkpoint, options: ProcessorOptions = {}): Processor {
	const { counter, recipe } = resolveProcessor(checkpoint, options);
	const { image, video } = pipelinesOf(recipe);
	const layout = (item: MediaItem, images = 1): ItemLayout => onlyItem(counter, item, images);
	const planOfImages = (samples: readonly (readonly ImageItem[])[]): PlannedBatch => {
		const layouts = samples.map((media) => counter.count({ media }).items);
		return { plans: planImages(image, layouts), layouts };
	};
	const planOfVideos = (clips: readonly VideoItem[]): PlannedBatch => {
		const layouts = clips.map((item) => layout(item));
		if (video === undefined) throw unsupported(`${counter.family.title} takes no video`);
		return { plans: planVideos(video, layouts), layouts: layouts.map((layout) => [layout]) };
	};
	return {
		checkpoint: counter.checkpoint,
		backend: recipe.backend,
		dtype: recipe.dtype,
		layout,
		planViews: (of, images = 1) => (of.kind === "video" && video ? video : image).planViews(of, images),
		resizing: (kind) => (kind === "video" && video ? video : image).resize,
		planImages: planOfImages,
		planVideos: planOfVideos,
		images: (samples, reuse) => {
			for (const image of samples.flat()) assertRgbImage(image);
			const items = samples.map((images) =>
				images.map(({ width, height }) => ({ kind: "image", width, height }) as const),
			);
			return made(planOfImages(items), samples.flat(), reuse);
		},
		videos: (clips, reuse) => {
			const planned = planOfVideos(clips.map(({ item }) => item));
			for (const [index, { frames }] of clips.entries()) {
				const [of] = planned.layouts[index] ?? [];
				if (of !== undefined) assertImages(of, frames);
			}
			const images = clips.flatMap(({ frames }) => frames);
			return made(planned, images, reuse);
		},
	};
}

/** The two halves of a processor: the counter that lays out, and the pixel recipe. Throws as `createProcessor`. */
export function resolveProcessor(
	checkpoint: string | Checkpoint,
	options: ProcessorOptions,
): { readonly counter: Counter; readonly recipe: Recipe } {
	const counter = createCounterFrom(checkpoint, options.settings ?? {});
	const family = familyOf(counter);
	const backend = options.backend ?? "torchvision";
	const dtype = options.dtype ?? family.dtype ?? "float32";
	assertKnown("backend", backend, BACKENDS);
	assertKnown("dtype", dtype, FLOAT_TYPES);
	if (backend === "pillow" && family.hasPillow === false) {
		throw unsupported(
			`${counter.family.title} has no Pillow processor in transformers; use backend torchvision`,
		);
	}
	const constantsOf = (kind: "image" | "video", backend: Backend): PixelConstants => {
		const constants = pixelConstants(counter.checkpoint, family, kind);
		assertReference(constants.filter, backend);
		return constants;
	};
	const recipe: Recipe = {
		family: counter.checkpoint.family,
		constants: counter.checkpoint.constants,
		settings: counter.settings.values,
		backend,
		dtype,
		scalar: options.scalar ?? false,
		image: constantsOf("image", backend),
		...(family.video === undefined ? {} : { video: constantsOf("video", "torchvision") }),
	};
	return { counter, recipe };
}

function unsupported(message: string): OnevisionError {
	return new OnevisionError("unsupported", message);
}

/**
 * Filters for which `resize` matches transformers on torchvision. transformers uses nearest-exact for nearest, and
 * supports no others.
 */
const ON_TORCHVISION: readonly Filter[] = ["bilinear", "bicubic", "lanczos"];

function assertReference(filter: Filter, backend: Backend): void {
	if (backend === "pillow" || ON_TORCHVISION.includes(filter)) return;
	throw unsupported(
		`resample ${filter} is made as Pillow makes it only, and torchvision is asked for; use backend pillow, for images alone`,
	);
}

function assertKnown(name: string, value: string, known: readonly string[]): void {
	if (known.includes(value)) return;
	throw new OnevisionError("invalid-input", `${name}: expected ${known.join(" or ")}, got ${value}`);
}

function familyOf({ checkpoint, family, settings }: Counter): PixelFamily<unknown> {
	const found = pixelFamily(checkpoint.family);
	if (found === undefined) {
		throw unsupported(
			`${family.title} is counted, but its pixels are not made; they are for ${PIXEL_FAMILIES.join(", ")}`,
		);
	}
	if (settings.parity === "transformers") return found;
	throw unsupported(`pixels are those of transformers, not of ${settings.parity}; leave parity out`);
}

/** Lays out one of `images` equal items: only their number affects the layout, not what the others are. */
function onlyItem(counter: Counter, item: MediaItem, images: number): ItemLayout {
	const media = Array.from({ length: item.kind === "image" ? images : 1 }, () => item);
	const [first] = counter.count({ media }).items;
	if (first === undefined) throw new Error("internal: a sample without items");
	return first;
}

function made(
	{ plans, layouts }: PlannedBatch,
	images: readonly RgbImage[],
	reuse: ProcessedBatch | undefined,
): ProcessedBatch {
	return { tensors: makeTensors(plans, images, reuse?.tensors), layouts };
}
