/**
 * Qwen2.5-VL: a tower of native resolution with attention in windows, a merger of 2×2 patches, Qwen2 with three positions a
 * token. Files have the names of its first release (`visual.…`, `model.layers.…`), in which transformers 5.18 saves as well,
 * or those of its modules since 4.52 (`model.visual.…`, `model.language_model.…`).
 */

import { type ModelFamily, UNPOOLED } from "../family.ts";

export const qwenVl: ModelFamily = {
	source: "transformers 5.18.0 models/qwen2_5_vl/modeling_qwen2_5_vl.py",
	vision: { form: "native" },
	placeholders: { image: 151_655, video: 151_656 },
	parts: {
		vision_tower: [{ prefix: "visual." }, { prefix: "model.visual." }],
		multi_modal_projector: [{ prefix: "visual.merger." }, { prefix: "model.visual.merger." }],
		image_newline: [],
		language_model: [{ prefix: "model." }, { prefix: "model.language_model." }],
		lm_head: [{ prefix: "lm_head." }],
	},
	hasNewline: false,
	pooling: () => UNPOOLED,
};
