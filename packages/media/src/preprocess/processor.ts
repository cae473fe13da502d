/**
 * A checkpoint's processor: pictures in, the tensors out that transformers 5.18 makes of them, to the bit. The geometry
 * is the layout that counting decides on; here it is carried out.
 */

import {
	type Checkpoint,
	type Counter,
	createCounterFrom,
	type ItemLayout,
	type MediaItem,
	OnevisionError,
	type VideoItem,
} from "@onevision/core";
import { assertPicture, type Picture } from "../picture.ts";
import type { Filter } from "../resample/filters.ts";
import type { ResizeOptions } from "../resample/resize.ts";
import { BACKENDS, type Backend } from "../resample/weights.ts";
import type { ArrangeClips, ArrangeImages, PreparedImage, Tensors } from "./arrange.ts";
import { pixelConstants } from "./constants.ts";
import { PIXEL_FAMILIES, type PixelFamily, type PixelRule, pixelFamily } from "./families.ts";
import type { Framing } from "./framing.ts";
import { Preparation } from "./preparation.ts";
import { FLOAT_TYPES, type FloatType } from "./tensor.ts";

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
	readonly frames: readonly Picture[];
}

export interface ProcessedBatch {
	/** By the names transformers gives them. */
	readonly tensors: Tensors;
	/** By sample; a clip is a sample of one item. */
	readonly layouts: readonly (readonly ItemLayout[])[];
}

export interface Processor {
	readonly checkpoint: Checkpoint;
	readonly backend: Backend;
	readonly dtype: FloatType;
	/** One item as it is counted; `images` is how many images its sample has (default 1). */
	layout(item: MediaItem, images?: number): ItemLayout;
	/** What the tower's views are cut from. */
	framing(layout: ItemLayout, images?: number): Framing;
	/** How pictures are resized on their way to the views. */
	resizing(kind: ItemLayout["kind"]): ResizeOptions;
	/**
	 * Images by sample: several in one sample are a conversation of several, which some families lay out otherwise.
	 * `reuse` is a batch that is no longer needed: its memory is taken where it fits, which spares the system's paging.
	 */
	images(samples: readonly (readonly Picture[])[], reuse?: ProcessedBatch): ProcessedBatch;
	/** Throws `invalid-media` when a clip's frames are not as many, or not of the size, that its layout says. */
	videos(clips: readonly Clip[], reuse?: ProcessedBatch): ProcessedBatch;
}

/**
 * A processor for a checkpoint, by any of its names or read from a snapshot. Throws `unsupported` for families whose
 * pixels are not made, backends transformers does not have and parities other than its own; `unknown-name`,
 * `unknown-key` and `invalid-input` as counting does.
 */
export function createProcessor(checkpoint: string | Checkpoint, options: ProcessorOptions = {}): Processor {
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
	const prepare = <Arrange>(rule: PixelRule<unknown, Arrange>, kind: "image" | "video", backend: Backend) => {
		const { filter, normalization } = pixelConstants(counter.checkpoint, family, kind);
		assertReference(filter, backend);
		const arrange = rule.arrange(counter.checkpoint.constants, counter.settings.values);
		const scalar = options.scalar ?? false;
		return new Preparation(rule.frame, arrange, normalization, { filter, backend, scalar }, dtype);
	};
	const image = prepare<ArrangeImages>(family.image, "image", backend);
	const video = family.video && prepare<ArrangeClips>(family.video, "video", "torchvision");
	const layout = (item: MediaItem, images = 1): ItemLayout => onlyItem(counter, item, images);
	return {
		checkpoint: counter.checkpoint,
		backend,
		dtype,
		layout,
		framing: (of, images = 1) => (of.kind === "video" && video ? video : image).framing(of, images),
		resizing: (kind) => (kind === "video" && video ? video : image).resize,
		images: (samples, reuse) => processImages(counter, image, samples, reuse),
		videos: (clips, reuse) => {
			const layouts = clips.map(({ item }) => layout(item));
			if (video === undefined) throw unsupported(`${counter.family.title} takes no video`);
			return processVideos(layouts, video, clips, reuse);
		},
	};
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

function processImages(
	counter: Counter,
	preparation: Preparation<ArrangeImages>,
	samples: readonly (readonly Picture[])[],
	reuse: ProcessedBatch | undefined,
): ProcessedBatch {
	const prepared = samples.map((pictures): PreparedImage[] => {
		for (const picture of pictures) assertPicture(picture);
		const media = pictures.map(({ width, height }) => ({ kind: "image", width, height }) as const);
		const { items } = counter.count({ media });
		return items.map((layout, index) => ({
			source: pictures[index] as Picture,
			layout,
			framing: preparation.framing(layout, pictures.length),
		}));
	});
	return {
		tensors: preparation.arrange(prepared, preparation.rendering(reuse?.tensors)),
		layouts: prepared.map((images) => images.map(({ layout }) => layout)),
	};
}

function processVideos(
	layouts: readonly ItemLayout[],
	preparation: Preparation<ArrangeClips>,
	clips: readonly Clip[],
	reuse: ProcessedBatch | undefined,
): ProcessedBatch {
	const prepared = clips.map(({ frames }, index) => {
		const layout = layouts[index] as ItemLayout;
		assertFrames(layout, frames);
		return { frames, layout, framing: preparation.framing(layout, 1) };
	});
	return {
		tensors: preparation.arrange(prepared, preparation.rendering(reuse?.tensors)),
		layouts: layouts.map((layout) => [layout]),
	};
}

function assertFrames({ source, frames: expected }: ItemLayout, frames: readonly Picture[]): void {
	for (const frame of frames) assertPicture(frame);
	const wrong = frames.find(({ width, height }) => width !== source.width || height !== source.height);
	if (frames.length === expected && wrong === undefined) return;
	const got = wrong === undefined ? `${frames.length} frames` : `a frame of ${wrong.width}x${wrong.height}`;
	throw new OnevisionError(
		"invalid-media",
		`a clip laid out as ${expected} frames of ${source.width}x${source.height} was given ${got}`,
	);
}
