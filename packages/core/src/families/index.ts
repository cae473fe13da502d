/** Every family by id. A checkpoint names one of these. */

import { ayaVision } from "./aya-vision/layout.ts";
import { blip2 } from "./blip-2/layout.ts";
import { cohere2Vision } from "./cohere2-vision/layout.ts";
import { deepseekOcr2 } from "./deepseek-ocr2/layout.ts";
import { deepseekVl } from "./deepseek-vl/layout.ts";
import { deepseekVl2 } from "./deepseek-vl2/layout.ts";
import { ernie45Vl } from "./ernie-4.5-vl/layout.ts";
import type { Family, Settings } from "./family.ts";
import { fuyu } from "./fuyu/layout.ts";
import { gemma3 } from "./gemma3/layout.ts";
import { gemma3n } from "./gemma3n/layout.ts";
import { gemma4 } from "./gemma4/layout.ts";
import { glm4v } from "./glm4v/layout.ts";
import { glm46v } from "./glm46v/layout.ts";
import { hunyuanVl } from "./hunyuan-vl/layout.ts";
import { idefics2 } from "./idefics2/layout.ts";
import { idefics3 } from "./idefics3/layout.ts";
import { instructblipVideo } from "./instructblip-video/layout.ts";
import { internvl } from "./internvl/layout.ts";
import { kimiK25 } from "./kimi-k2.5/layout.ts";
import { kimiVl } from "./kimi-vl/layout.ts";
import { kosmos2 } from "./kosmos-2/layout.ts";
import { lfm2Vl } from "./lfm2-vl/layout.ts";
import { llama4 } from "./llama4/layout.ts";
import { llava } from "./llava/layout.ts";
import { llavaNext } from "./llava-next/layout.ts";
import { llavaNextVideo } from "./llava-next-video/layout.ts";
import { llavaOnevision } from "./llava-onevision/layout.ts";
import { llavaOnevision15 } from "./llava-onevision-1.5/layout.ts";
import { llavaOnevision2 } from "./llava-onevision-2/layout.ts";
import { mantisSiglip } from "./mantis/layout.ts";
import { minicpmV } from "./minicpm-v/layout.ts";
import { minicpmVResampler } from "./minicpm-v-resampler/layout.ts";
import { mllama } from "./mllama/layout.ts";
import { molmo } from "./molmo/layout.ts";
import { nvila } from "./nvila/layout.ts";
import { ovis2 } from "./ovis2/layout.ts";
import { paligemma } from "./paligemma/layout.ts";
import { perceptionLm } from "./perception-lm/layout.ts";
import { phi4Multimodal } from "./phi4-multimodal/layout.ts";
import { pixtral } from "./pixtral/layout.ts";
import { qwenVl } from "./qwen-vl/layout.ts";
import { smolvlm } from "./smolvlm/layout.ts";
import { videoLlama } from "./video-llama/layout.ts";
import { videoLlama3 } from "./video-llama-3/layout.ts";
import { videoLlava } from "./video-llava/layout.ts";
import { vila } from "./vila/layout.ts";

export const FAMILIES = {
	llava,
	"llava-next": llavaNext,
	"llava-next-video": llavaNextVideo,
	"llava-onevision": llavaOnevision,
	"llava-onevision-1.5": llavaOnevision15,
	"llava-onevision-2": llavaOnevision2,
	"video-llava": videoLlava,
	"video-llama": videoLlama,
	vila,
	nvila,
	mantis: mantisSiglip,
	idefics2,
	"qwen-vl": qwenVl,
	pixtral,
	gemma3,
	gemma3n,
	gemma4,
	paligemma,
	glm4v,
	glm46v,
	"ernie-4.5-vl": ernie45Vl,
	"kimi-vl": kimiVl,
	"kimi-k2.5": kimiK25,
	"minicpm-v": minicpmV,
	"minicpm-v-resampler": minicpmVResampler,
	"video-llama-3": videoLlama3,
	"hunyuan-vl": hunyuanVl,
	fuyu,
	"kosmos-2": kosmos2,
	"blip-2": blip2,
	"instructblip-video": instructblipVideo,
	"aya-vision": ayaVision,
	"cohere2-vision": cohere2Vision,
	"deepseek-ocr2": deepseekOcr2,
	"deepseek-vl": deepseekVl,
	"deepseek-vl2": deepseekVl2,
	idefics3,
	internvl,
	"lfm2-vl": lfm2Vl,
	llama4,
	mllama,
	molmo,
	ovis2,
	"perception-lm": perceptionLm,
	"phi4-multimodal": phi4Multimodal,
	smolvlm,
} as const;

export type FamilyId = keyof typeof FAMILIES;
export type ConstantsOf<F extends FamilyId> =
	(typeof FAMILIES)[F] extends Family<infer C, infer _S> ? C : never;
export type SettingsOf<F extends FamilyId> =
	(typeof FAMILIES)[F] extends Family<infer _C, infer S> ? S : never;

/** A family seen without its own types: what shared code works with. */
export type AnyFamily = Family<unknown, Settings>;

/** The family with this id, its constants and settings no longer typed apart. */
export function familyById(id: FamilyId): AnyFamily {
	const table: Readonly<Record<FamilyId, AnyFamily>> = FAMILIES;
	return table[id];
}
