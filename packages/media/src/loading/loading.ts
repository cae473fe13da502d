/**
 * Whether EXIF orientation is applied when an image file is loaded. References differ, and so do the tokens and
 * pixels of a photo that was stored rotated.
 */

import { nearest, OnevisionError } from "@onevision/base";
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

export interface AskedLoading {
	/** One of `LOADINGS`. Default: as the reference does. */
	readonly loading?: string | undefined;
	/** Rotate images and videos upright, whatever the reference does. Default false. */
	readonly applyOrientation?: boolean | undefined;
}

/** A way of loading, as options for reading headers and pixels. */
export interface FileLoading {
	readonly loading: Loading;
	/** The reference this follows; absent if the user chose. */
	readonly by?: string;
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
}

/**
 * The asked way of loading, otherwise the reference's, otherwise `stored`: no provider of a closed model documents
 * what it does.
 *
 * @throws OnevisionError `invalid-input` for an unknown way, and for two that contradict each other
 */
export function resolveLoading(
	{ loading: asked, applyOrientation = false }: AskedLoading,
	rule?: LoadingRule,
): FileLoading {
	const known = asked === undefined ? undefined : parseLoading(asked);
	if (applyOrientation && known === "stored") {
		throw new OnevisionError(
			"invalid-input",
			"loading stored, and orientation to be applied: leave out one of them",
		);
	}
	const chosen = known ?? (applyOrientation ? "upright" : undefined);
	const loading = chosen ?? rule?.loading ?? "stored";
	return {
		loading,
		...(chosen !== undefined || rule === undefined ? {} : { by: rule.by }),
		applyOrientation: loading === "upright",
		applyRotation: applyOrientation,
	};
}

function parseLoading(text: string): Loading {
	const found = LOADINGS.find((name) => name === text);
	if (found !== undefined) return found;
	const hint = nearest(text, LOADINGS);
	throw new OnevisionError(
		"invalid-input",
		`loading ${text.slice(0, 80)}: expected ${LOADINGS.join(" or ")}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}
