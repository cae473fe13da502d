/** Snapshots that are refused, each with a message that says where and why. */

import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { changed, type Files, read, without } from "../testing/snapshots.ts";
import { MODEL_TYPES } from "./index.ts";

function refusal(files: Files): string {
	try {
		read(files);
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "read without complaint";
}

const REFUSED: readonly (readonly [string, Files, string])[] = [
	[
		"an unknown key of a processor",
		changed("Qwen2-VL-7B-Instruct", "preprocessor_config.json", { max_pixel: 5 }),
		'unknown-key: preprocessor_config.json: "max_pixel" is no key that qwen2_vl is known to read, and it might change the count; did you mean max_pixels, or remove it if it does nothing',
	],
	[
		"an unknown key of processor_config.json",
		changed("llava-1.5-7b-hf", "processor_config.json", { token_merge: 2 }),
		'unknown-key: processor_config.json: "token_merge" is no key that llava is known to read, and it might change the count; remove it if it does nothing',
	],
	[
		"another patch size than the tower's",
		changed("llava-1.5-7b-hf", "processor_config.json", { patch_size: 16 }),
		"invalid-input: processor_config.json patch_size 16, config.json vision_config patch_size 14: the prompt and the model would disagree; make them equal",
	],
	[
		"every feature of a tower with a class token",
		changed("llava-1.5-7b-hf", "processor_config.json", { vision_feature_select_strategy: "full" }),
		'invalid-input: processor_config.json: num_additional_image_tokens and vision_feature_select_strategy make 1 more per view than it has patches; a tower with a class token takes 1 and "default", one without 0 and "full"',
	],
	[
		"views that keep the image's shape",
		changed("llava-1.5-7b-hf", "preprocessor_config.json", { do_center_crop: false }),
		"unsupported: preprocessor_config.json: views keep the shape of the image (no crop, size by shortest edge); OneVision counts square views of one size",
	],
	[
		"other canvases for the model than for the prompt",
		changed("llava-v1.6-mistral-7b-hf", "preprocessor_config.json", { image_grid_pinpoints: [[336, 672]] }),
		"invalid-input: preprocessor_config.json and config.json have different image_grid_pinpoints: the prompt and the model would disagree; make them equal",
	],
	[
		"a cap that is no number",
		changed("llava-onevision-qwen2-7b-ov-hf", "processor_config.json", { vision_aspect_ratio: "anyres" }),
		'invalid-input: vision_aspect_ratio: "anyres" in processor_config.json, "anyres_max_9" in config.json; make them equal',
	],
	[
		"a merge size the tower does not have",
		changed("Qwen3-VL-8B-Instruct", "preprocessor_config.json", { merge_size: 4 }),
		"invalid-input: preprocessor_config.json merge_size 4, config.json vision_config spatial_merge_size 2: the prompt and the model would disagree; make them equal",
	],
	[
		"frames by rate where a family counts by number",
		changed("LLaVA-NeXT-Video-7B-hf", "video_preprocessor_config.json", { do_sample_frames: true, fps: 2 }),
		"unsupported: video_preprocessor_config.json fps 2: this family is counted by num_frames; remove fps and give num_frames per clip",
	],
	[
		"num_frames beside a class's own fps",
		changed("Qwen3-VL-8B-Instruct", "video_preprocessor_config.json", { num_frames: 8 }),
		"invalid-input: video_preprocessor_config.json: num_frames 8 with fps 2; transformers refuses every video with both, and this class has an fps of its own",
	],
	[
		"a model type that is not read",
		changed("llava-1.5-7b-hf", "config.json", { model_type: "qwen3vl_moe" }),
		`unsupported: config.json model_type "qwen3vl_moe": not read yet; the nearest is qwen3_vl_moe; known: ${MODEL_TYPES.join(", ")}`,
	],
	[
		"a configuration of the original repository",
		{
			"config.json": { model_type: "llava", mm_vision_tower: "openai/clip-vit-large-patch14-336" },
			"preprocessor_config.json": {},
		},
		"unsupported: config.json is of the original LLaVA repository (mm_vision_tower), whose keys are not read; if it was tuned from a model of the table, count that one with --model",
	],
	[
		"a configuration of the original repository, by its newer type",
		{
			"config.json": {
				model_type: "llava_llama",
				_name_or_path: "/checkpoints/llava-v1.5-7b",
				mm_vision_tower: "openai/clip-vit-large-patch14-336",
			},
		},
		"unsupported: config.json is of the original LLaVA repository (mm_vision_tower), whose keys are not read; count it with --model llava-1.5-7b, or use the converted checkpoint llava-hf/llava-1.5-7b-hf",
	],
	[
		"no image processor",
		without("llava-1.5-7b-hf", "preprocessor_config.json"),
		"unsupported: no image processor: preprocessor_config.json is missing, and processor_config.json has no image_processor",
	],
	[
		"another processor",
		changed("llava-1.5-7b-hf", "preprocessor_config.json", { image_processor_type: "ViTImageProcessor" }),
		'unsupported: preprocessor_config.json image_processor_type: "ViTImageProcessor" is not one of CLIPImageProcessor, LlavaImageProcessor, SiglipImageProcessor',
	],
	[
		"a list where an object belongs",
		{ "config.json": [] as unknown as Record<string, unknown> },
		"invalid-input: config.json: expected a JSON object, got a list",
	],
	[
		"a size that is no number",
		changed("llava-1.5-7b-hf", "preprocessor_config.json", { crop_size: { height: "336", width: 336 } }),
		'invalid-input: preprocessor_config.json crop_size.height: expected a whole number from 1 to 1099511627776, got "336"',
	],
	[
		"tokens per tile that are not the model's",
		changed("command-a-vision-07-2025", "preprocessor_config.json", { patch_size: 14 }),
		"invalid-input: preprocessor_config.json patch_size 14: the prompt gets 196 tokens per tile, the model gives 32x32 patches at downsample_factor 2; transformers takes the square of patch_size",
	],
	[
		"tiles of the prompt that are not the tower's",
		changed("aya-vision-8b", "processor_config.json", { img_size: 448 }),
		"invalid-input: processor_config.json: img_size, patch_size and downsample_factor give tiles of 16x16 tokens, the model ones of 26x26 patches at downsample_factor 2",
	],
	[
		"a tower of another kind",
		changed("Llama-4-Scout-17B-16E-Instruct", "config.json", {
			vision_config: { model_type: "siglip_vision_model" },
		}),
		'unsupported: config.json vision_config model_type: towers of type "siglip_vision_model" are not read here; known: llama4_vision_model',
	],
	[
		"a Gemma 4 for text only",
		changed("gemma-4-31B-it", "config.json", { vision_config: undefined }),
		"unsupported: config.json vision_config: missing; this Gemma 4 takes text only",
	],
	[
		"a downsampling the tower does not have",
		changed("DeepSeek-OCR-2", "processor_config.json", { patch_size: 16, downsample_ratio: 2 }),
		"invalid-input: processor_config.json patch_size 16 and downsample_ratio 2: the tower has patches of 16 px and halves its grid twice; the prompt and the model would disagree",
	],
	[
		"an unknown key of a video processor",
		changed("GLM-4.6V", "video_preprocessor_config.json", {
			video_processor_type: "Glm46VVideoProcessor",
			max_frame: 5,
		}),
		'unknown-key: video_preprocessor_config.json: "max_frame" is no key that glm4v_moe is known to read, and it might change the count; remove it if it does nothing',
	],
	[
		"frames and images of other sides",
		changed("Kimi-K2.5", "video_preprocessor_config.json", { size: { max_height: 256, max_width: 256 } }),
		"unsupported: video_preprocessor_config.json size: 256 for frames and 512 for images; OneVision counts this family with one",
	],
	[
		"cuts without a thumbnail",
		changed("InternVL2-2B", "config.json", { use_thumbnail: undefined }),
		"unsupported: config.json use_thumbnail: false; cut images are counted with the whole image as last tile",
	],
	[
		"an unknown key inside Kimi's own format",
		changed("Kimi-K2.5-original", "preprocessor_config.json", { media_proc_cfg: { in_patch_limits: 5 } }),
		'unknown-key: preprocessor_config.json media_proc_cfg: "in_patch_limits" is no key that kimi_k25 is known to read, and it might change the count; did you mean in_patch_limit, or remove it if it does nothing',
	],
	[
		"sampling that transformers fails on",
		changed("VideoLLaMA3-7B-HF", "video_preprocessor_config.json", { do_sample_frames: true }),
		"invalid-input: video_preprocessor_config.json: do_sample_frames without fps or num_frames; transformers fails on every video",
	],
	[
		"an image without its extra tokens",
		changed("HunyuanOCR", "processor_config.json", { cat_extra_token: false }),
		"unsupported: processor_config.json cat_extra_token: false; a begin and an end embedding are counted with every image",
	],
	[
		"an architecture of timm that is not known",
		changed("gemma-3n-E4B-it", "config.json", { vision_config: { architecture: "resnet50" } }),
		'unsupported: config.json vision_config architecture: "resnet50" is not read here; known: mobilenetv5_300m_enc, fastvit_mci3',
	],
	[
		"crops that are not Molmo's",
		changed("Molmo-7B-D-0924", "preprocessor_config.json", { base_image_input_size: [378, 378] }),
		"unsupported: preprocessor_config.json: crops of 378x378 px in patches of 14 px; Molmo's tower takes 336x336 in patches of 14",
	],
	[
		"a cropped image",
		changed("Kimi-VL-A3B-Instruct", "preprocessor_config.json", { pad_input: false }),
		"unsupported: preprocessor_config.json pad_input: false crops images to whole tokens; only padded ones are counted",
	],
	[
		"a list of canvases that is no list of grids",
		changed("deepseek-vl2-tiny", "config.json", {
			candidate_resolutions: [
				[384, 384],
				[384, 768],
			],
		}),
		"invalid-input: candidate_resolutions: processor_config.json and config.json must have the same list; the prompt and the model would disagree",
	],
	[
		"a version of MiniCPM-V that is not known",
		changed("MiniCPM-V-2_6", "config.json", { version: 2 }),
		"unsupported: config.json version 2: known: 2.5, 2.6, 4, 4.5",
	],
	[
		"frames of several tiles",
		changed("NVILA-8B", "config.json", { video_max_tiles: 4 }),
		"unsupported: config.json video_max_tiles: frames of several tiles are not counted",
	],
	[
		"scales that are no multiples",
		changed("NVILA-8B", "config.json", { s2_scales: "448,900" }),
		`unsupported: config.json s2_scales "448,900": expected sides in px that grow, multiples of the first, which is the tower's 448`,
	],
	[
		"an encoder of frames that is not known",
		changed("NVILA-8B-Video", "config.json", {
			video_encoder: { _target_: "llava.model.encoders.OtherEncoder" },
		}),
		'unsupported: config.json video_encoder "llava.model.encoders.OtherEncoder": only BasicVideoEncoder, and TSPVideoEncoder with pool_sizes [[n, 1, 1]], are counted',
	],
	[
		"parts in folders of their own",
		changed("Llama-3-VILA1.5-8B", "config.json", { llm_cfg: undefined }),
		"unsupported: config.json: vision_tower_cfg or llm_cfg is missing; VILA keeps its parts in folders of their own, give the config.json that names them",
	],
	[
		"a Mantis that keeps the class token",
		changed("Mantis-8B-siglip-llama3", "config.json", { vision_feature_select_strategy: "default" }),
		'invalid-input: config.json vision_feature_select_strategy "default": this tower has 0 class tokens, so the model would make another number of features than there are patches',
	],
	[
		"another number of query tokens",
		changed("blip2-opt-2.7b", "processor_config.json", { num_query_tokens: 16 }),
		"invalid-input: processor_config.json num_query_tokens 16, config.json 32: the prompt and the model would disagree; make them equal",
	],
	[
		"the converted class under the old name",
		changed("kosmos-2-patch14-224", "processor_config.json", { processor_class: "Kosmos2_5Processor" }),
		'unsupported: processor_config.json processor_class: "Kosmos2_5Processor" is not one of Kosmos2Processor',
	],
	[
		"images that are not made square",
		changed("Janus-Pro-7B", "preprocessor_config.json", { do_pad: false }),
		"unsupported: preprocessor_config.json do_pad: false; views keep the shape of the image, OneVision counts squares",
	],
];

for (const [what, files, message] of REFUSED) {
	test(`refused: ${what}`, () => {
		expect(refusal(files)).toBe(message);
	});
}
