/**
 * How vLLM counts each family: under a parity of its own, as another implementation does, or not at all, where it has no
 * such model. vLLM runs the processors of transformers for most models, so what differs is mostly which frames its
 * loader hands them.
 */

import type { Parity } from "./family.ts";
import type { FamilyId } from "./index.ts";

export interface VllmRule {
	/** The parity that counts as vLLM does; absent where it has no such model. */
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
/** The models vLLM knows, and up to which release it knew others. */
const REGISTRY = model("registry", "055e47c");

const asTransformers = (what: string, source: string): VllmRule => ({ parity: "transformers", what, source });
const asOriginal = (what: string, source: string): VllmRule => ({ parity: "original", what, source });
const own = (what: string, source: string): VllmRule => ({ parity: "vllm", what, source });
const absent = (what = "no such model"): VllmRule => ({ what, source: REGISTRY });

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
		`${model("llava_onevision", "055e47c")}; ${LOADER}`,
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
		what: "checkpoints in Mistral's own format by mistral-common; converted for transformers, Pixtral as transformers, but Mistral 3 rounded up to patches and then down to tokens, as no parity counts",
		source: `${model("pixtral", "055e47c")}; ${model("mistral3", "055e47c")}`,
	},
	idefics3: asTransformers(
		"tiles from transformers' helper, equal to its processor where the longest edge is a multiple of the tile, as released",
		model("idefics3", "055e47c"),
	),
	smolvlm: asTransformers(
		"images as Idefics3; no clips",
		`${model("smolvlm", "52e9d6f")}; ${model("idefics3", "055e47c")}`,
	),
	llama4: asTransformers("tiles from transformers' own search", model("mllama4", "60d375c")),
	"phi4-multimodal": asTransformers("the mask summed in integers", model("phi4mm", "42fa4c0")),
	"aya-vision": asTransformers(
		"up to release 0.24.0, tiles from transformers' own search",
		`${model("aya_vision", "ca71ef2")}; ${REGISTRY}`,
	),
	"cohere2-vision": asTransformers("tiles from transformers' own search", model("cohere2_vision", "dd94868")),
	molmo: asOriginal("the same formula, also in float32", model("molmo", "f06ae65")),
	"lfm2-vl": asTransformers("with the thumbnail that released checkpoints have", model("lfm2_vl", "e7bcaef")),
	"kimi-vl": asOriginal("the same formula", model("kimi_vl", "dff4cad")),
	"kimi-k2.5": asTransformers(
		"images; clips are split by the checkpoint's own code, which was not read",
		`${model("kimi_k25", "055e47c")}; ${processor("kimi_k25_vision_fused", "a772b6d")}`,
	),
	"deepseek-vl2": asOriginal(
		"one tile per image when there are more than two",
		processor("deepseek_vl2", "e005580"),
	),
	ovis2: asTransformers("the same search for the grid", processor("ovis", "949c9a6")),
	glm4v: asTransformers("clips too", `${model("glm4_1v", "9ba7fb9")}; ${LOADER}`),
	glm46v: asTransformers(
		"clips too, though times are cut to whole seconds before they are written",
		`${model("glm4_1v", "9ba7fb9")}; ${LOADER}`,
	),
	"ernie-4.5-vl": asTransformers(
		"images; clips are sized by the checkpoint's own code, which was not read, from 32 frames",
		`${model("ernie45_vl", "00b9d65")}; ${LOADER}`,
	),
	"llava-onevision-1.5": absent(),
	"video-llava": absent(),
	"video-llama": absent(),
	vila: absent(),
	nvila: absent(),
	mantis: asOriginal(
		"up to release 0.24.0, the same text around every image",
		`${model("llava", "35d3c24")}; ${REGISTRY}`,
	),
	idefics2: absent("no such model; other models use its tower"),
	gemma3n: asTransformers("the processor's own sequence", model("gemma3n_mm", "055e47c")),
	paligemma: asTransformers("one image per prompt", model("paligemma", "055e47c")),
	"minicpm-v": own(
		"images as transformers; 32 frames, evenly, each cut like an image",
		`${model("minicpmv4_6", "055e47c")}; ${LOADER}`,
	),
	"video-llama-3": absent(),
	"hunyuan-vl": asTransformers(
		"by the processor of transformers; earlier by the same formula in a model of its own",
		`${REGISTRY}; ${model("hunyuan_vision", "1c1b86e")}`,
	),
	fuyu: asTransformers(
		"up to release 0.25.0, by the processor of transformers, later by the same formula",
		`${model("fuyu", "0d8caed")} and a copy; ${REGISTRY}`,
	),
	"kosmos-2": absent(),
	"blip-2": asTransformers("BLIP-2; it has no InstructBLIP", `${model("blip2", "055e47c")}; ${REGISTRY}`),
	"instructblip-video": absent(),
	"deepseek-ocr2": asTransformers(
		"the same search for the grid, always 2 to 6 tiles",
		`${model("deepseek_ocr2", "055e47c")}; ${processor("deepseek_ocr2", "3624f50")}`,
	),
	"deepseek-vl": absent(),
	mllama: asTransformers(
		"up to release 0.10.2, tiles from transformers' own search; keys of the last images in a row alone",
		`${model("mllama", "6f0b37b")}; ${REGISTRY}`,
	),
	"perception-lm": absent(),
} as const satisfies Record<FamilyId, VllmRule>;
