/**
 * How the Hugging Face snapshots of every family are read, apart from the other list, so that a program that only counts
 * does not load the readers. Model types derive from it.
 */

import type { SnapshotSupport } from "../snapshot/reader.ts";
import { snapshot as ayaVision } from "./aya-vision/snapshot.ts";
import { snapshot as blip2 } from "./blip-2/snapshot.ts";
import { snapshot as cohere2Vision } from "./cohere2-vision/snapshot.ts";
import { snapshot as deepseekOcr2 } from "./deepseek-ocr2/snapshot.ts";
import { snapshot as deepseekVl } from "./deepseek-vl/snapshot.ts";
import { snapshot as deepseekVl2 } from "./deepseek-vl2/snapshot.ts";
import { snapshot as ernie45Vl } from "./ernie-4.5-vl/snapshot.ts";
import { snapshot as fuyu } from "./fuyu/snapshot.ts";
import { snapshot as gemma3 } from "./gemma3/snapshot.ts";
import { snapshot as gemma3n } from "./gemma3n/snapshot.ts";
import { snapshot as gemma4 } from "./gemma4/snapshot.ts";
import { snapshot as glm4v } from "./glm4v/snapshot.ts";
import { snapshot as glm46v } from "./glm46v/snapshot.ts";
import { snapshot as hunyuanVl } from "./hunyuan-vl/snapshot.ts";
import { snapshot as idefics2 } from "./idefics2/snapshot.ts";
import { snapshot as idefics3 } from "./idefics3/snapshot.ts";
import type { FamilyId } from "./index.ts";
import { snapshot as instructblipVideo } from "./instructblip-video/snapshot.ts";
import { snapshot as internvl } from "./internvl/snapshot.ts";
import { snapshot as kimiK25 } from "./kimi-k2.5/snapshot.ts";
import { snapshot as kimiVl } from "./kimi-vl/snapshot.ts";
import { snapshot as kosmos2 } from "./kosmos-2/snapshot.ts";
import { snapshot as lfm2Vl } from "./lfm2-vl/snapshot.ts";
import { snapshot as llama4 } from "./llama4/snapshot.ts";
import { snapshot as llava } from "./llava/snapshot.ts";
import { snapshot as llavaNext } from "./llava-next/snapshot.ts";
import { snapshot as llavaNextVideo } from "./llava-next-video/snapshot.ts";
import { snapshot as llavaOnevision } from "./llava-onevision/snapshot.ts";
import { snapshot as llavaOnevision15 } from "./llava-onevision-1.5/snapshot.ts";
import { snapshot as llavaOnevision2 } from "./llava-onevision-2/snapshot.ts";
import { snapshot as mantis } from "./mantis/snapshot.ts";
import { snapshot as minicpmV } from "./minicpm-v/snapshot.ts";
import { snapshot as minicpmVResampler } from "./minicpm-v-resampler/snapshot.ts";
import { snapshot as mllama } from "./mllama/snapshot.ts";
import { snapshot as molmo } from "./molmo/snapshot.ts";
import { snapshot as nvila } from "./nvila/snapshot.ts";
import { snapshot as ovis2 } from "./ovis2/snapshot.ts";
import { snapshot as paligemma } from "./paligemma/snapshot.ts";
import { snapshot as perceptionLm } from "./perception-lm/snapshot.ts";
import { snapshot as phi4Multimodal } from "./phi4-multimodal/snapshot.ts";
import { snapshot as pixtral } from "./pixtral/snapshot.ts";
import { snapshot as qwenVl } from "./qwen-vl/snapshot.ts";
import { snapshot as smolvlm } from "./smolvlm/snapshot.ts";
import { snapshot as videoLlama } from "./video-llama/snapshot.ts";
import { snapshot as videoLlama3 } from "./video-llama-3/snapshot.ts";
import { snapshot as videoLlava } from "./video-llava/snapshot.ts";
import { snapshot as vila } from "./vila/snapshot.ts";

export const SNAPSHOTS = {
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
} as const satisfies Record<FamilyId, SnapshotSupport>;

type Snapshots = typeof SNAPSHOTS;
type ModelTypeOf<F extends FamilyId> = keyof Snapshots[F]["readers"] & string;
/** Every `model_type` of config.json that can be read. */
export type ModelType = {
	[F in FamilyId]: string extends ModelTypeOf<F> ? never : ModelTypeOf<F>;
}[FamilyId];
