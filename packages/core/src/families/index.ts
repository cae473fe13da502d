/**
 * All families. Ids and checkpoints derive from this list. A family is a folder named by its id, and each module is a
 * `FamilyRecord`; its snapshot reader is listed in `snapshots.ts`, which the compiler holds to the same ids.
 */

import * as ayaVision from "./aya-vision/index.ts";
import * as blip2 from "./blip-2/index.ts";
import type { CheckpointRow } from "./checkpoint.ts";
import * as cohere2Vision from "./cohere2-vision/index.ts";
import * as deepseekOcr2 from "./deepseek-ocr2/index.ts";
import * as deepseekVl from "./deepseek-vl/index.ts";
import * as deepseekVl2 from "./deepseek-vl2/index.ts";
import * as ernie45Vl from "./ernie-4.5-vl/index.ts";
import type { AnyFamily, Family } from "./family.ts";
import * as fuyu from "./fuyu/index.ts";
import * as gemma3 from "./gemma3/index.ts";
import * as gemma3n from "./gemma3n/index.ts";
import * as gemma4 from "./gemma4/index.ts";
import * as glm4v from "./glm4v/index.ts";
import * as glm46v from "./glm46v/index.ts";
import * as hunyuanVl from "./hunyuan-vl/index.ts";
import * as idefics2 from "./idefics2/index.ts";
import * as idefics3 from "./idefics3/index.ts";
import * as instructblipVideo from "./instructblip-video/index.ts";
import * as internvl from "./internvl/index.ts";
import * as kimiK25 from "./kimi-k2.5/index.ts";
import * as kimiVl from "./kimi-vl/index.ts";
import * as kosmos2 from "./kosmos-2/index.ts";
import * as lfm2Vl from "./lfm2-vl/index.ts";
import * as llama4 from "./llama4/index.ts";
import * as llava from "./llava/index.ts";
import * as llavaNext from "./llava-next/index.ts";
import * as llavaNextVideo from "./llava-next-video/index.ts";
import * as llavaOnevision from "./llava-onevision/index.ts";
import * as llavaOnevision15 from "./llava-onevision-1.5/index.ts";
import * as llavaOnevision2 from "./llava-onevision-2/index.ts";
import * as mantis from "./mantis/index.ts";
import * as minicpmV from "./minicpm-v/index.ts";
import * as minicpmVResampler from "./minicpm-v-resampler/index.ts";
import * as mllama from "./mllama/index.ts";
import * as molmo from "./molmo/index.ts";
import * as nvila from "./nvila/index.ts";
import * as ovis2 from "./ovis2/index.ts";
import * as paligemma from "./paligemma/index.ts";
import * as perceptionLm from "./perception-lm/index.ts";
import * as phi4Multimodal from "./phi4-multimodal/index.ts";
import * as pixtral from "./pixtral/index.ts";
import * as qwenVl from "./qwen-vl/index.ts";
import type { FamilyRecord } from "./record.ts";
import * as smolvlm from "./smolvlm/index.ts";
import * as videoLlama from "./video-llama/index.ts";
import * as videoLlama3 from "./video-llama-3/index.ts";
import * as videoLlava from "./video-llava/index.ts";
import * as vila from "./vila/index.ts";
import type { VllmRule } from "./vllm.ts";

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
	mantis,
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
} as const satisfies Record<string, FamilyRecord>;

type Families = typeof FAMILIES;

export type FamilyId = keyof Families;
export type ConstantsOf<F extends FamilyId> =
	Families[F]["layout"] extends Family<infer C, infer _S> ? C : never;
export type SettingsOf<F extends FamilyId> =
	Families[F]["layout"] extends Family<infer _C, infer S> ? S : never;

export type CheckpointOf<F extends FamilyId> = CheckpointRow<F, ConstantsOf<F>, SettingsOf<F>>;
/** A checkpoint of any family. */
export type Checkpoint = { [F in FamilyId]: CheckpointOf<F> }[FamilyId];

/** Ids of a family's checkpoints. */
type CheckpointIdOf<F extends FamilyId> = keyof Families[F]["checkpoints"] & string;
export type CheckpointId = { [F in FamilyId]: CheckpointIdOf<F> }[FamilyId];
/** The family of a checkpoint. */
export type FamilyOf<Id extends CheckpointId> = {
	[F in FamilyId]: Id extends CheckpointIdOf<F> ? F : never;
}[FamilyId];

/** Family ids, in list order. */
export const FAMILY_IDS = Object.keys(FAMILIES) as readonly FamilyId[];

/** The family with this id, without its specific constant and setting types. */
export function familyById(id: FamilyId): AnyFamily {
	return FAMILIES[id].layout as AnyFamily;
}

/** How vLLM counts tokens, by family. */
export const VLLM_RULES = Object.fromEntries(FAMILY_IDS.map((id) => [id, FAMILIES[id].vllm])) as Readonly<
	Record<FamilyId, VllmRule>
>;
