/**
 * How vLLM counts each family: under a parity of its own, as another implementation does, or not compared. vLLM runs the
 * processors of transformers for most models, so what differs is mostly which frames its loader hands them.
 */

import type { Parity } from "./family.ts";
import type { FamilyId } from "./index.ts";

export interface VllmRule {
	/** The parity that counts as vLLM does; absent where it was not compared. */
	readonly parity?: Parity;
	/** What is the same, or what differs. */
	readonly what: string;
	/** Files of vllm-project/vllm, each with the commit it was read at. */
	readonly source: string;
}

const model = (file: string, commit: string) => `vllm/model_executor/models/${file}.py at ${commit}`;
const processor = (file: string, commit: string) =>
	`vllm/transformers_utils/processors/${file}.py at ${commit}`;
const LOADER = "vllm/multimodal/video.py at e5005d0";

const asTransformers = (what: string, source: string): VllmRule => ({ parity: "transformers", what, source });
const asOriginal = (what: string, source: string): VllmRule => ({ parity: "original", what, source });
const own = (what: string, source: string): VllmRule => ({ parity: "vllm", what, source });
const NOT_COMPARED: VllmRule = { what: "not compared", source: "none" };

/** Complete by construction: a family of the registry without a row is a compile error. */
export const VLLM_RULES = {
	llava: asTransformers("from the constants of the tower", model("llava", "35d3c24")),
	"llava-next": asTransformers(
		"sides are cut in integers, which gives the same rows and columns",
		model("llava_next", "92c504d"),
	),
	"llava-next-video": own(
		"32 frames, evenly; one clip and no image",
		`${model("llava_next_video", "187d8e5")}; ${LOADER}`,
	),
	"llava-onevision": own(
		"every image as if it were alone; the cap is always 9 tiles; 32 frames, evenly",
		`vllm/model_executor/models/llava_onevision.py, read in a copy; ${LOADER}`,
	),
	"llava-onevision-2": own("frames by its own rule", model("llava_onevision2", "045d757")),
	"qwen-vl": own(
		"clips at 2 frames a second, also for Qwen2-VL and Qwen2.5-VL; no outer pair of markers around a clip of Qwen3-VL",
		`${model("qwen2_5_vl", "fb33ec8")}; ${model("qwen3_vl", "4f5768c")}; ${LOADER}`,
	),
	internvl: own(
		"images as the original; 32 frames, evenly, their names without line breaks between",
		`${processor("internvl", "c6f146b")}; ${LOADER}`,
	),
	gemma3: asTransformers("pan and scan too", model("gemma3_mm", "e5fa945")),
	gemma4: own(
		"thin pictures by another formula; 32 frames, evenly, and all of a shorter clip",
		`${model("gemma4_mm", "49e6e47")}; ${LOADER}`,
	),
	"minicpm-v-resampler": own(
		"frames are not cut; 32 of them, evenly, also for 4.5",
		`${model("minicpmv", "73fb7a4")}; ${LOADER}`,
	),
	pixtral: {
		parity: "mistral-common",
		what: "checkpoints in Mistral's own format by mistral-common; those converted for transformers were not compared",
		source: model("pixtral", "75236c2"),
	},
	idefics3: asTransformers(
		"tiles from transformers' helper, equal to its processor where the longest edge is a multiple of the tile, as released",
		"vllm/model_executor/models/idefics3.py, read in a copy",
	),
	smolvlm: NOT_COMPARED,
	llama4: asTransformers("tiles from transformers' own search", model("mllama4", "60d375c")),
	"phi4-multimodal": asTransformers("the mask summed in integers", model("phi4mm", "42fa4c0")),
	"aya-vision": asTransformers("tiles from transformers' own search", model("aya_vision", "ca71ef2")),
	"cohere2-vision": asTransformers("tiles from transformers' own search", model("cohere2_vision", "dd94868")),
	molmo: asOriginal("the same formula, also in float32", model("molmo", "f06ae65")),
	"lfm2-vl": asTransformers("with the thumbnail that released checkpoints have", model("lfm2_vl", "e7bcaef")),
	"kimi-vl": asOriginal("the same formula", model("kimi_vl", "dff4cad")),
	"kimi-k2.5": {
		what: "the checkpoint's own code counts; not compared",
		source: model("kimi_k25", "dd4ad00"),
	},
	"deepseek-vl2": asOriginal(
		"one tile per image when there are more than two",
		processor("deepseek_vl2", "e005580"),
	),
	ovis2: {
		what: "tokens per tile and separators as transformers; its search for the grid was not compared",
		source: processor("ovis", "949c9a6"),
	},
	glm4v: asTransformers("clips too", `${model("glm4_1v", "9ba7fb9")}; ${LOADER}`),
	glm46v: asTransformers(
		"clips too, though times are cut to whole seconds before they are written",
		`${model("glm4_1v", "9ba7fb9")}; ${LOADER}`,
	),
	"ernie-4.5-vl": {
		what: "images as transformers; the checkpoint's own code takes the frames of a clip, not compared",
		source: model("ernie45_vl", "844dcca"),
	},
	"llava-onevision-1.5": NOT_COMPARED,
	"video-llava": NOT_COMPARED,
	"video-llama": NOT_COMPARED,
	vila: NOT_COMPARED,
	nvila: NOT_COMPARED,
	mantis: NOT_COMPARED,
	idefics2: NOT_COMPARED,
	gemma3n: NOT_COMPARED,
	paligemma: NOT_COMPARED,
	"minicpm-v": NOT_COMPARED,
	"video-llama-3": NOT_COMPARED,
	"hunyuan-vl": NOT_COMPARED,
	fuyu: NOT_COMPARED,
	"kosmos-2": NOT_COMPARED,
	"blip-2": NOT_COMPARED,
	"instructblip-video": NOT_COMPARED,
	"deepseek-ocr2": NOT_COMPARED,
	"deepseek-vl": NOT_COMPARED,
	mllama: NOT_COMPARED,
	"perception-lm": NOT_COMPARED,
} as const satisfies Record<FamilyId, VllmRule>;
