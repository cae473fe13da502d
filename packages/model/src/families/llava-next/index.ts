/** LLaVA-NeXT: CLIP, a two-layer projector, and Vicuna, Mistral, Llama 3 or Qwen; AnyRes tiles with newlines. */

import { type ModelFamily, UNPOOLED } from "../family.ts";
import { LLAVA_PARTS } from "../llava-parts.ts";

export const llavaNext: ModelFamily = {
	source: "transformers 5.18.0 models/llava_next/modeling_llava_next.py",
	vision: { form: "tiles", tower: "clip_vision_model", featureLayer: -2, selectStrategy: "default" },
	placeholders: { image: 32_000 },
	parts: LLAVA_PARTS,
	hasNewline: true,
	pooling: () => UNPOOLED,
};
