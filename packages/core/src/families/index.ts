/** Every family by id. A checkpoint names one of these. */

import { ayaVision } from "./aya-vision.ts";
import { blip2 } from "./blip-2.ts";
import { cohere2Vision } from "./cohere2-vision.ts";
import { deepseekOcr2 } from "./deepseek-ocr2.ts";
import { deepseekVl } from "./deepseek-vl.ts";
import { deepseekVl2 } from "./deepseek-vl2.ts";
import { ernie45Vl } from "./ernie-4-5-vl.ts";
import type { Family, Settings } from "./family.ts";
import { fuyu } from "./fuyu.ts";
import { gemma3 } from "./gemma3.ts";
import { gemma3n } from "./gemma3n.ts";
import { gemma4 } from "./gemma4.ts";
import { glm4v } from "./glm4v.ts";
import { glm46v } from "./glm46v.ts";
import { hunyuanVl } from "./hunyuan-vl.ts";
import { idefics2 } from "./idefics2.ts";
import { idefics3 } from "./idefics3.ts";
import { instructblipVideo } from "./instructblip-video.ts";
import { internvl } from "./internvl.ts";
import { kimiK25 } from "./kimi-k25.ts";
import { kimiVl } from "./kimi-vl.ts";
import { kosmos2 } from "./kosmos-2.ts";
import { lfm2Vl } from "./lfm2-vl.ts";
import { llama4 } from "./llama4.ts";
import { llava } from "./llava.ts";
import { llavaNext } from "./llava-next.ts";
import { llavaNextVideo } from "./llava-next-video.ts";
import { llavaOnevision } from "./llava-onevision.ts";
import { llavaOnevision15 } from "./llava-onevision-1-5.ts";
import { llavaOnevision2 } from "./llava-onevision-2.ts";
import { mantisSiglip } from "./mantis.ts";
import { minicpmV } from "./minicpm-v.ts";
import { minicpmVResampler } from "./minicpm-v-resampler.ts";
import { mllama } from "./mllama.ts";
import { molmo } from "./molmo.ts";
import { nvila } from "./nvila.ts";
import { ovis2 } from "./ovis2.ts";
import { paligemma } from "./paligemma.ts";
import { perceptionLm } from "./perception-lm.ts";
import { phi4Multimodal } from "./phi4-multimodal.ts";
import { pixtral } from "./pixtral.ts";
import { qwenVl } from "./qwen-vl.ts";
import { smolvlm } from "./smolvlm.ts";
import { videoLlama } from "./video-llama.ts";
import { videoLlama3 } from "./video-llama-3.ts";
import { videoLlava } from "./video-llava.ts";
import { vila } from "./vila.ts";

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
