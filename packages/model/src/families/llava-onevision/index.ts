/** LLaVA-OneVision: SigLIP, a two-layer projector, Qwen2. */

import type { PoolingMode } from "@onevision/core";
import type { ModelFamily } from "../family.ts";
import { LLAVA_PARTS } from "../llava-parts.ts";

export const llavaOnevision: ModelFamily = {
	source: "transformers 5.18.0 models/llava_onevision/modeling_llava_onevision.py",
	vision: { form: "tiles", tower: "siglip_vision_model", featureLayer: -1, selectStrategy: "full" },
	placeholders: { image: 151_646, video: 151_647 },
	parts: LLAVA_PARTS,
	hasNewline: true,
	pooling: ({ kind }, settings, images) => {
		const image = images === 1 ? settings.image_pooling : settings.multi_image_pooling;
		return {
			stride: Number(kind === "video" ? settings.video_pooling : image),
			mode: settings.pooling_mode as PoolingMode,
		};
	},
};
