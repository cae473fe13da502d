/**
 * LLaVA-OneVision-1.5: RICE-ViT at native resolution, with 2×2 patches merged into a token. Uses Qwen2-VL's image
 * processor with a temporal patch of one frame. Paper: arXiv 2509.23661. Source: EvolvingLMMs-Lab/LLaVA-OneVision-2
 * ds/merge_model.py at d7fc34f (`load_empty_model`), which writes the processor shipped with the checkpoints.
 */

import { OnevisionError } from "@onevision/base";
import { markersOnly } from "../../layout.ts";
import { maxPixelsKnob } from "../../layouts/max-pixels.ts";
import {
	checkPixelLimits,
	layoutMerged,
	type MergedPatches,
	pixelLimitSettings,
} from "../../layouts/native-resolution.ts";
import { budgetArguments } from "../../layouts/processor-arguments.ts";
import { smartResize } from "../../layouts/smart-resize.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family } from "../family.ts";

export interface LlavaOnevision15Constants extends MergedPatches {
	/** Minimum and maximum pixels of an image. */
	readonly minPixels: number;
	readonly maxPixels: number;
}

export type LlavaOnevision15Settings = {
	readonly min_pixels: number;
	readonly max_pixels: number;
};

/** Pixel limits the planner tries, in tokens per image. */
const TOKEN_LIMITS = [64, 128, 256, 384, 512, 768, 1024, 1280, 1536, 2048, 2560, 3072, 4096];

export const llavaOnevision15: Family<LlavaOnevision15Constants, LlavaOnevision15Settings> = {
	title: "LLaVA-OneVision-1.5",
	source:
		"EvolvingLMMs-Lab/LLaVA-OneVision-2 ds/merge_model.py at d7fc34f; transformers 5.18.0 src/transformers/models/qwen2_vl/image_processing_qwen2_vl.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: pixelLimitSettings,
	defaults: ({ minPixels, maxPixels }) => ({ min_pixels: minPixels, max_pixels: maxPixels }),
	check: checkPixelLimits,
	processorArguments: budgetArguments,
	knobs: ({ patch, merge }) => {
		const limit = maxPixelsKnob(
			"max_pixels",
			TOKEN_LIMITS,
			(patch * merge) ** 2,
			"at most {} tokens per image",
		);
		return { "single-image": [limit], "multi-image": [limit], video: [] };
	},
	counter: (constants, settings) => {
		const limits = {
			factor: constants.patch * constants.merge,
			minPixels: settings.min_pixels,
			maxPixels: settings.max_pixels,
		};
		return {
			// The chat template writes <|vision_start|> and <|vision_end|>.
			image: (item) => layoutMerged(item, smartResize(item, limits, "shrink"), constants, markersOnly(2)),
			video: refuseVideo,
		};
	},
};

/**
 * The chat template has a video placeholder, but the released weights were trained on images only (LLaVA-OneVision-2
 * issue 82). The shipped processor sets the temporal patch to 1 only for images. Its video half, Qwen2.5-VL's, still
 * pairs frames, which does not match the tower's one-frame patches.
 */
function refuseVideo(_item: VideoItem): never {
	throw new OnevisionError(
		"unsupported",
		"LLaVA-OneVision-1.5 takes no video: its weights were trained on images only and its processor pairs frames that the tower takes one by one; pass frames as images, or use llava-onevision-2",
	);
}
