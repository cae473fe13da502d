/**
 * A checkpoint's processor: pictures in, the tensors out that transformers 5.18 makes of them, to the bit. The geometry
 * is the layout that counting decides on; here it is carried out.
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

/** The transformers whose tensors these are. */
export const TRANSFORMERS_VERSION = "5.18.0";

export interface ProcessorOptions {
	/** Default `torchvision`, as in transformers; for video it has no other. */
	readonly backend?: Backend;
	/** Default float32; of Llama 4, bfloat16. */
	readonly dtype?: FloatType;
	/** Settings of the family, as for counting. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Plain JavaScript instead of WebAssembly: the same bits, slower. */
	readonly scalar?: boolean;
}

/** The frames of a clip that its layout asks for. */
export interface Clip {
	/** The whole clip: its size, frames and rate. */
	readonly item: VideoItem;
	/** One picture per frame of the layout, in order: those of `frameIndices`, or every frame. */
	readonly frames: readonly RgbImage[];
}

export interface ProcessedBatch {
	/** By the names transformers gives them. */
	readonly tensors: Tensors;
	/** By sample; a clip is a sample of one item. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

/** A batch before its pixels are there. */
export interface PlannedBatch {
	/** By the names transformers gives them; pictures are numbered through the batch, frames of clips one by one. */
	readonly plans: TensorPlans;
	/** By sample; a clip is a sample of one item. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

export interface Processor {
	readonly checkpoint: Checkpoint;
	readonly backend: Backend;
	readonly dtype: FloatType;
	/** One item as it is counted; `images` is how many images its sample has (default 1). */
	layout(item: MediaItem, images?: number): ItemLayout;
	/** How the tower's views are made from one image or frame; `images` as in `layout`. */
	planViews(layout: ItemLayout, images?: number): ViewPlan;
	/** How pictures are resized on their way to the views. */
	resizing(kind: ItemLayout["kind"]): ResizeOptions;
	/**
	 * Images by sample: several in one sample are a conversation of several, which some families lay out otherwise.
	 * `reuse` is a batch that is no longer needed: its memory is taken where it fits, which spares the system's paging.
	 */
	images(samples: readonly (readonly RgbImage[])[], reuse?: ProcessedBatch): ProcessedBatch;
	/** Throws `invalid-media` when a clip's frames are not as many, or not of the size, that its layout says. */
	videos(clips: readonly Clip[], reuse?: ProcessedBatch): ProcessedBatch;
	/** What `images` will make of images of these sizes. */
	planImages(samples: readonly (readonly ImageItem[])[]): PlannedBatch;
	/** What `videos` will make of clips like these. */
	planVideos(clips: readonly VideoItem[]): PlannedBatch;
}

/**
 * A processor for a checkpoint, by any of its names or read from a snapshot. Throws `unsupported` for families whose
 * pixels are not made, backends transformers does not have and parities other than its own; `unknown-name`,
 * `unknown-key` and `invalid-input` as counting does.
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
			for (const picture of samples.flat()) assertRgbImage(picture);
			const items = samples.map((pictures) =>
				pictures.map(({ width, height }) => ({ kind: "image", width, height }) as const),
			);
			return made(planOfImages(items), samples.flat(), reuse);
		},
		videos: (clips, reuse) => {
			const planned = planOfVideos(clips.map(({ item }) => item));
			for (const [index, { frames }] of clips.entries()) {
				const [of] = planned.layouts[index] ?? [];
				if (of !== undefined) assertImages(of, frames);
			}
			const pictures = clips.flatMap(({ frames }) => frames);
			return made(planned, pictures, reuse);
		},
	};
}

/** A processor's two halves: what lays out, and how pixels are made. Throws as `createProcessor`. */
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

/** Filters that transformers resizes by on torchvision as `resize` does: it takes nearest-exact for nearest, and no others. */
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

/** As one of `images` alike: how many there are decides the layout, not what the others are. */
function onlyItem(counter: Counter, item: MediaItem, images: number): ItemLayout {
	const media = Array.from({ length: item.kind === "image" ? images : 1 }, () => item);
	const [first] = counter.count({ media }).items;
	if (first === undefined) throw new Error("internal: a sample without items");
	return first;
}

function made(
	{ plans, layouts }: PlannedBatch,
	pictures: readonly RgbImage[],
	reuse: ProcessedBatch | undefined,
): ProcessedBatch {
	return { tensors: makeTensors(plans, pictures, reuse?.tensors), layouts };
}
