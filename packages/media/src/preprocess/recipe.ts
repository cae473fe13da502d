/**
 * How a checkpoint's pixels are made, as plain data, and the tensors planned from it. This is all that a thread needs
 * if it receives layouts and does not count.
 */

import { OnevisionError } from "@onevision/base";
import type { FamilyId, ItemLayout, Settings } from "@onevision/core";
import type { MediumProcessor } from "../families/family.ts";
import { pixelFamily } from "../families/index.ts";
import type { Backend } from "../resample/weights.ts";
import { assertRgbImage, type RgbImage } from "../rgb-image.ts";
import type { CollateClips, CollateImages, PreparedClip, PreparedImage } from "./collate.ts";
import type { TensorPlans } from "./pieces.ts";
import { Pipeline } from "./pipeline.ts";
import type { PixelConstants } from "./pixel-constants.ts";
import type { FloatType } from "./tensor.ts";

export interface Recipe {
	readonly family: FamilyId;
	/** The checkpoint's constants, in its family's type. */
	readonly constants: unknown;
	readonly settings: Settings;
	/** For images; video always uses torchvision. */
	readonly backend: Backend;
	readonly dtype: FloatType;
	/** Avoids WebAssembly. */
	readonly scalar: boolean;
	readonly image: PixelConstants;
	/** Absent if the family takes no video. */
	readonly video?: PixelConstants;
}

export interface Pipelines {
	readonly image: Pipeline<CollateImages>;
	readonly video?: Pipeline<CollateClips>;
}

export function pipelinesOf(recipe: Recipe): Pipelines {
	const family = pixelFamily(recipe.family);
	if (family === undefined) throw new Error(`internal: a recipe of ${recipe.family} has no pixels`);
	const prepare = <Collate>(
		rule: MediumProcessor<unknown, Collate>,
		{ filter, normalization }: PixelConstants,
		backend: Backend,
	) => {
		const collate = rule.collate(recipe.constants, recipe.settings);
		const resize = { filter, backend, scalar: recipe.scalar };
		return new Pipeline(rule.planViews, collate, normalization, resize, recipe.dtype);
	};
	const image = prepare<CollateImages>(family.image, recipe.image, recipe.backend);
	if (family.video === undefined || recipe.video === undefined) return { image };
	return { image, video: prepare<CollateClips>(family.video, recipe.video, "torchvision") };
}

/** Plans the tensors of images, laid out by sample. */
export function planImages(
	pipeline: Pipeline<CollateImages>,
	samples: readonly (readonly ItemLayout[])[],
): TensorPlans {
	let next = 0;
	const prepared = samples.map((layouts) =>
		layouts.map((layout): PreparedImage => {
			const viewPlan = pipeline.planViews(layout, layouts.length);
			return { imageIndex: next++, layout, viewPlan };
		}),
	);
	return pipeline.collate(prepared, pipeline.rendering);
}

/** Plans the tensors of clips. */
export function planVideos(pipeline: Pipeline<CollateClips>, layouts: readonly ItemLayout[]): TensorPlans {
	let next = 0;
	const prepared = layouts.map((layout): PreparedClip => {
		const frames = Array.from({ length: layout.frames }, () => next++);
		return { frames, layout, viewPlan: pipeline.planViews(layout, 1) };
	});
	return pipeline.collate(prepared, pipeline.rendering);
}

/** Throws `invalid-media` when the number or the size of the images differs from their layout. */
export function assertImages({ kind, source, frames }: ItemLayout, images: readonly RgbImage[]): void {
	for (const image of images) assertRgbImage(image);
	const expected = kind === "image" ? 1 : frames;
	const wrong = images.find(({ width, height }) => width !== source.width || height !== source.height);
	if (images.length === expected && wrong === undefined) return;
	const [laidOut, one] =
		kind === "image"
			? ["an image laid out as", "one"]
			: [`a clip laid out as ${expected} frames of`, "a frame"];
	const got = wrong === undefined ? `${images.length} frames` : `${one} of ${wrong.width}x${wrong.height}`;
	throw new OnevisionError("invalid-media", `${laidOut} ${source.width}x${source.height} was given ${got}`);
}
