/**
 * Tensor names of the LLaVA models. transformers 5.18 writes three layouts, depending on where a model came from: names
 * of version 4 (`language_model.model.…`), with and without `vision_model.` in the tower, and names of its modules
 * (`model.language_model.…`); it loads all. The original repository (LLaVA-VL/LLaVA-NeXT llava/model) has its own.
 */

import type { PartName, PartPrefix } from "../weights/names.ts";

/** `mm_projector` is a Sequential: linear, activation, linear. */
const ORIGINAL_PROJECTOR: PartPrefix = {
	prefix: "model.mm_projector.",
	renamed: { linear_1: "0", linear_2: "2" },
};

export const LLAVA_PARTS = {
	vision_tower: [
		{ prefix: "vision_tower.vision_model." },
		{ prefix: "vision_tower." },
		{ prefix: "model.vision_tower.vision_model." },
		{ prefix: "model.vision_tower." },
		{ prefix: "model.vision_tower.vision_tower.vision_model." },
	],
	multi_modal_projector: [
		{ prefix: "multi_modal_projector." },
		{ prefix: "model.multi_modal_projector." },
		ORIGINAL_PROJECTOR,
	],
	image_newline: [{ prefix: "image_newline" }, { prefix: "model.image_newline" }],
	language_model: [
		{ prefix: "language_model.model." },
		{ prefix: "model.language_model." },
		{ prefix: "model." },
	],
	lm_head: [{ prefix: "language_model.lm_head." }, { prefix: "lm_head." }],
} as const satisfies Record<PartName, readonly PartPrefix[]>;
