/** LLaVA-NeXT-Video: images as in LLaVA-NeXT; frames are pooled before they are projected, without newlines. */

import { type ModelFamily, UNPOOLED } from "../family.ts";
import { LLAVA_PARTS } from "../llava-parts.ts";

export const llavaNextVideo: ModelFamily = {
	source: "transformers 5.18.0 models/llava_next_video/modeling_llava_next_video.py",
	vision: {
		form: "tiles",
		tower: "clip_vision_model",
		featureLayer: -2,
		selectStrategy: "default",
		poolsFramesFirst: true,
	},
	placeholders: { image: 32_001, video: 32_000 },
	parts: LLAVA_PARTS,
	hasNewline: true,
	pooling: () => UNPOOLED,
};
