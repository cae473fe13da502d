/**
 * What native-resolution processors share: pixel limits, and a token grid that must match the tower's. Source:
 * transformers 5.18 models/{qwen2_vl,glm4v,ernie4_5_vl_moe,video_llama_3,hunyuan_vl}/image_processing_<model>.py.
 */

import { integer } from "@onevision/base/schema";
import { contradiction, type Section, unsupported } from "./section.ts";
import { flag, mergeSide, patchSide, pixelCount, type SizeObject, sizeRecord } from "./values.ts";

/** Class defaults of a processor, used for keys absent from the file. */
export interface PixelDefaults {
	/** Side of a patch, px. */
	readonly patch: number;
	/** Default 2. */
	readonly merge?: number;
	/** Frames per temporal patch; default 2. */
	readonly temporalPatch?: number;
	readonly min: number;
	readonly max: number;
	/** Whether `min_pixels` and `max_pixels` next to `size` override its edges. */
	readonly readsPixels: boolean;
}

/** Qwen2VLImageProcessor, which the code of other models uses too. */
export const QWEN2_VL_IMAGE: PixelDefaults = {
	patch: 14,
	temporalPatch: 2,
	min: 56 ** 2,
	max: 1280 * 28 ** 2,
	readsPixels: true,
};

/** A tower's token grid, and the names of its keys in config.json. */
export interface TokenGrid {
	readonly patch: number;
	readonly merge: number;
	/** Absent: not checked. */
	readonly temporalPatch?: number;
	readonly keys?: { readonly merge?: string; readonly temporalPatch?: string };
}

export const temporalFrames = integer("Frames per temporal patch", { min: 1, max: 16 });

/** Checks that a processor's patch, merge and temporal patch sizes match the tower's. Throws `invalid-input`. */
export function checkGrid(section: Section, defaults: PixelDefaults, tower: TokenGrid): void {
	const temporal = section.read("temporal_patch_size", temporalFrames) ?? defaults.temporalPatch ?? 2;
	const pairs = [
		["patch_size", section.read("patch_size", patchSide) ?? defaults.patch, tower.patch, "patch_size"],
		[
			"merge_size",
			section.read("merge_size", mergeSide) ?? defaults.merge ?? 2,
			tower.merge,
			tower.keys?.merge ?? "spatial_merge_size",
		],
		[
			"temporal_patch_size",
			temporal,
			tower.temporalPatch ?? temporal,
			tower.keys?.temporalPatch ?? "temporal_patch_size",
		],
	] as const;
	for (const [key, own, model, modelKey] of pairs) {
		if (own === model) continue;
		throw contradiction(
			`${section.path} ${key} ${own}, config.json vision_config ${modelKey} ${model}: the prompt and the model would disagree; make them equal`,
		);
	}
	expectResize(section);
}

/** Throws `unsupported` when resizing is off. */
export function expectResize(section: Section): void {
	if (section.read("do_resize", flag) !== false) return;
	throw unsupported(
		`${section.path} do_resize: false; images would have to be whole tokens, which OneVision cannot promise`,
	);
}

/**
 * Pixel limits from `size`, `min_pixels` and `max_pixels`, px. Throws `unsupported` when an edge is missing, where
 * transformers fails.
 */
export function pixelLimits(
	section: Section,
	defaults: PixelDefaults,
): { readonly min: number; readonly max: number } {
	const classSize = { shortest_edge: defaults.min, longest_edge: defaults.max };
	// Classes that also read `min_pixels` and `max_pixels` use their own default for a null `size`.
	section.has("size");
	const taken = defaults.readsPixels && section.isNull("size") ? undefined : section.read("size", sizeRecord);
	const size: SizeObject = taken ?? classSize;
	const min = section.read("min_pixels", pixelCount);
	const max = section.read("max_pixels", pixelCount);
	const used = defaults.readsPixels;
	const edges: Record<string, number> = { ...size };
	if (used && min !== undefined) {
		edges.shortest_edge = min;
		delete edges.min_pixels;
	}
	if (used && max !== undefined) {
		edges.longest_edge = max;
		delete edges.max_pixels;
	}
	const { shortest_edge, longest_edge, ...others } = edges;
	if (shortest_edge === undefined || longest_edge === undefined || Object.keys(others).length > 0) {
		throw unsupported(
			`${section.path} size: transformers needs shortest_edge and longest_edge here${used ? ", or min_pixels and max_pixels beside size" : ""}`,
		);
	}
	if (shortest_edge > longest_edge) {
		throw contradiction(
			`${section.path} size: the fewest pixels, ${shortest_edge}, are more than the most, ${longest_edge}`,
		);
	}
	return { min: shortest_edge, max: longest_edge };
}

/** Adds a note when a video processor uses the image processor's settings. */
export function videoNotes(video: Section, image: Section, notes: readonly string[]): string[] {
	if (video !== image && video.path !== "preprocessor_config.json") return [...notes];
	return [
		...notes,
		"no file for the video processor: transformers loads it from preprocessor_config.json, so the image limits hold for video too",
	];
}

/** Steps these processors do not have, although every file transformers writes contains the keys. */
export const NO_SUCH_STEP = ["crop_size", "do_center_crop", "do_pad", "pad_size", "default_to_square"];
