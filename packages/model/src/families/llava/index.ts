/** LLaVA-1.5: CLIP, a two-layer projector, Vicuna; one view an image. */

import { type ModelFamily, UNPOOLED } from "../family.ts";
import { LLAVA_PARTS } from "../llava-parts.ts";

export const llava: ModelFamily = {
	source: "transformers 5.18.0 models/llava/modeling_llava.py",
	vision: { form: "tiles", tower: "clip_vision_model", featureLayer: -2, selectStrategy: "default" },
	placeholders: { image: 32_000 },
	parts: LLAVA_PARTS,
	hasNewline: false,
	pooling: () => UNPOOLED,
};
