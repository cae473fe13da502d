/**
 * Whether EXIF orientation is applied when an image file is loaded. References differ, and so do the tokens and
 * pixels of a photo that was stored rotated.
 */

import type { Parity } from "@onevision/core";
import type { Backend } from "../resample/weights.ts";

/**
 * `stored`: as returned by `PIL.Image.open`, which rotates TIFF and no other format. `upright`: after
 * `PIL.ImageOps.exif_transpose` as well.
 */
export const LOADINGS = ["stored", "upright"] as const;
export type Loading = (typeof LOADINGS)[number];

/** What a reference does when given the path of an image file. */
export interface LoadingRule {
	readonly loading: Loading;
	/** The function that does it. */
	readonly by: string;
	/** File and version this was read from. */
	readonly source: string;
}

/**
 * Image processors of transformers when given a path or URL, as `apply_chat_template` passes it. Given an opened
 * image, both use it as it is; `pipeline` opens files with `load_image`, whatever the processor.
 */
const OF_BACKEND = {
	torchvision: {
		loading: "stored",
		by: "torchvision's decode_image",
		source:
			"transformers 5.18 image_processing_backends.py `fetch_images`, image_utils.py `load_image_as_tensor`; torchvision 0.28 io/image.py: apply_exif_orientation is off",
	},
	pillow: {
		loading: "upright",
		by: "transformers' load_image",
		source: "transformers 5.18 image_processing_base.py `fetch_images`, image_utils.py `load_image`",
	},
} as const satisfies Record<Backend, LoadingRule>;

const OF_PARITY = {
	original: {
		loading: "stored",
		by: "PIL.Image.open",
		source: "LLaVA-VL/LLaVA-NeXT llava/train/train.py `process_image`",
	},
	vllm: {
		loading: "upright",
		by: "vLLM's normalize_image",
		source:
			"vllm/multimodal/media/image.py `load_bytes`, image.py `normalize_image`, since June 2026; older ones take it as stored",
	},
	"qwen-vl-utils": {
		loading: "stored",
		by: "PIL.Image.open",
		source: "QwenLM/Qwen3-VL qwen-vl-utils/src/qwen_vl_utils/vision_process.py `fetch_image` at 004d5e0",
	},
	"mistral-common": {
		loading: "stored",
		by: "PIL.Image.open",
		source: "mistralai/mistral-common src/mistral_common/image.py",
	},
} as const satisfies Record<Exclude<Parity, "transformers">, LoadingRule>;

/** What a reference does with an image file; for transformers, its processor on `backend` (default torchvision). */
export function loadingOf(parity: Parity = "transformers", backend: Backend = "torchvision"): LoadingRule {
	return parity === "transformers" ? OF_BACKEND[backend] : OF_PARITY[parity];
}
