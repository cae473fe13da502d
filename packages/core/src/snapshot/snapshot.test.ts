/**
 * Snapshots of released checkpoints. The fixtures follow the files of the huggingface.co repositories they are named
 * after: processor files from copies of them, config.json from the widths in facts/ and from memory. Widths that a file
 * leaves to its class in transformers 5.18.0 are omitted here too.
 */

import { expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { modelOf } from "../cost/model.ts";
import { type Counter, createCounterFrom } from "../count.ts";
import type { CheckpointId } from "../families/index.ts";
import { FAMILY_IDS, familyById } from "../families/index.ts";
import type { MediaItem } from "../sample.ts";
import { changed, fixture, read } from "../testing/snapshots.ts";
import { MODEL_TYPES, READERS } from "./index.ts";

/** A fixture, and the table's checkpoint whose counts it must match. */
const SAME: readonly (readonly [string, CheckpointId])[] = [
	["llava-1.5-7b-hf", "llava-1.5-7b"],
	["llava-v1.6-mistral-7b-hf", "llava-v1.6-mistral-7b"],
	["LLaVA-NeXT-Video-7B-hf", "llava-next-video-7b"],
	["llava-onevision-qwen2-7b-ov-hf", "llava-onevision-qwen2-7b-ov"],
	["llava-onevision-qwen2-7b-ov-v5", "llava-onevision-qwen2-7b-ov"],
	["Video-LLaVA-7B-hf", "video-llava-7b"],
	["idefics2-8b", "idefics2-8b"],
	["Qwen2-VL-7B-Instruct", "qwen2-vl-7b"],
	["Qwen2.5-VL-7B-Instruct", "qwen2.5-vl-7b"],
	["Qwen3-VL-8B-Instruct", "qwen3-vl-8b"],
	["InternVL3-8B-hf", "internvl3-8b"],
	["gemma-3-4b-it", "gemma-3-4b"],
	["paligemma-3b-pt-224", "paligemma-3b-224"],
	["pixtral-12b", "pixtral-12b"],
	["Mistral-Small-3.1-24B", "mistral-small-3.1-24b"],
	["Idefics3-8B-Llama3", "idefics3-8b"],
	["SmolVLM2-500M-Video-Instruct", "smolvlm2-500m"],
	["Llama-3.2-11B-Vision-Instruct", "llama-3.2-11b-vision"],
	["Llama-4-Scout-17B-16E-Instruct", "llama-4-scout-17b-16e"],
	["aya-vision-8b", "aya-vision-8b"],
	["command-a-vision-07-2025", "command-a-vision"],
	["Phi-4-multimodal-instruct", "phi-4-multimodal-instruct"],
	["Ovis2-8B-hf", "ovis2-8b"],
	["LFM2-VL-1.6B", "lfm2-vl-1.6b"],
	["Perception-LM-8B", "perception-lm-8b"],
	["deepseek-vl-7b-chat", "deepseek-vl-7b"],
	["deepseek-vl-1.3b-chat", "deepseek-vl-1.3b"],
	["Janus-Pro-7B", "janus-pro-7b"],
	["DeepSeek-OCR-2", "deepseek-ocr-2"],
	["MiniCPM-V-4.6", "minicpm-v-4.6"],
	["GLM-4.1V-9B-Thinking", "glm-4.1v-9b"],
	["GLM-4.6V", "glm-4.6v"],
	["ERNIE-4.5-VL-28B-A3B-PT", "ernie-4.5-vl-28b-a3b"],
	["Kimi-K2.5", "kimi-k2.5"],
	["Kimi-K2.5-original", "kimi-k2.5"],
	["VideoLLaMA3-7B-HF", "video-llama3-7b"],
	["HunyuanOCR", "hunyuan-ocr"],
	["fuyu-8b", "fuyu-8b"],
	["kosmos-2-patch14-224", "kosmos-2-patch14-224"],
	["instructblip-vicuna-7b", "instructblip-vicuna-7b"],
	["blip2-opt-2.7b", "blip2-opt-2.7b"],
	["gemma-3n-E4B-it", "gemma-3n-e4b"],
	["gemma-4-31B-it", "gemma-4-31b"],
	["Qwen3.5-27B", "qwen3.5-27b"],
	["Qwen3.5-35B-A3B", "qwen3.5-35b-a3b"],
	["Kimi-VL-A3B-Instruct", "kimi-vl-a3b-instruct"],
	["Molmo-7B-D-0924", "molmo-7b-d"],
	["MiniCPM-V-2_6", "minicpm-v-2.6"],
	["InternVL2-2B", "internvl2-2b"],
	["InternVL3_5-8B", "internvl3.5-8b"],
	["deepseek-vl2-tiny", "deepseek-vl2-tiny"],
	["deepseek-vl2-small", "deepseek-vl2-small"],
	["LLaVA-OneVision-1.5-8B-Instruct", "llava-onevision-1.5-8b"],
	["LLaVA-OneVision-2-8B-Instruct", "llava-onevision-2-8b"],
	["NVILA-8B", "nvila-8b"],
	["NVILA-8B-Video", "nvila-8b-video"],
	["Llama-3-VILA1.5-8B", "vila1.5-8b"],
	["Mantis-8B-siglip-llama3", "mantis-8b-siglip"],
];

/** Where the files differ from the table, which knows more about a release than its widths. */
const OTHERWISE: readonly string[] = [
	// Rows with equal shapes: SigLIP 2 and SigLIP, Qwen2.5 and Qwen2.
	"aya-vision-8b",
	"Ovis2-8B-hf",
	// The table counts the whole tower; the file says that its last layer is unused.
	"NVILA-8B",
	"NVILA-8B-Video",
	"Llama-3-VILA1.5-8B",
	// The last layer and the norm after it are used.
	"kosmos-2-patch14-224",
	// More rows in the vocabulary.
	"Mantis-8B-siglip-llama3",
	"InternVL2-2B",
];

const IMAGES: readonly MediaItem[] = [
	[336, 336],
	[1920, 1080],
	[1107, 820],
	[300, 1200],
	[4032, 3024],
].map(([width = 1, height = 1]) => ({ kind: "image", width, height }));
const CLIP: MediaItem = { kind: "video", width: 1280, height: 720, frames: 120, fps: 30 };

/**
 * Counts without the excess over the context, because a folder may specify a different context length than the table.
 */
function sums(counter: Counter, media: readonly MediaItem[]) {
	const { overContext: _, ...counted } = counter.count({ media });
	return counted;
}

for (const [name, id] of SAME) {
	test(`${name} counts as ${id}`, () => {
		const { checkpoint, settings } = read(fixture(name));
		const table = checkpointById(id);
		expect(checkpoint.family).toBe(table.family);
		// Without a video file, the image limits also apply to video. This is the only difference from the table.
		const inherits = name.startsWith("Qwen2");
		if (!inherits) expect(checkpoint.constants).toEqual(table.constants);
		const ours = createCounterFrom(checkpoint, settings);
		const theirs = createCounterFrom(
			table,
			inherits ? { video_min_pixels: 3136, video_max_pixels: 12_845_056 } : {},
		);
		const { scenarios } = familyById(table.family);
		const media = scenarios.includes("video") ? [...IMAGES, CLIP] : IMAGES;
		for (const item of media) {
			expect(sums(ours, [item])).toEqual(sums(theirs, [item]));
		}
		if (scenarios.includes("multi-image")) {
			expect(sums(ours, IMAGES)).toEqual(sums(theirs, IMAGES));
		}
	});
}

test("towers and language models with known widths become table rows", () => {
	const parts = Object.fromEntries(SAME.map(([name]) => [name, read(fixture(name)).checkpoint.parts]));
	expect(parts["llava-onevision-qwen2-7b-ov-hf"]).toEqual(
		checkpointById("llava-onevision-qwen2-7b-ov").parts,
	);
	expect(parts["Qwen2-VL-7B-Instruct"]).toEqual(checkpointById("qwen2-vl-7b").parts);
	expect(parts["Qwen3-VL-8B-Instruct"]).toEqual(checkpointById("qwen3-vl-8b").parts);
	expect(parts["Qwen2.5-VL-7B-Instruct"]?.tower).toBe("qwen2.5-vl-vit");
	const since = SAME.findIndex(([name]) => name === "gemma-3-4b-it");
	for (const [name, id] of SAME.slice(since).filter(([name]) => !OTHERWISE.includes(name))) {
		expect(parts[name], name).toEqual(checkpointById(id).parts);
	}
	for (const name of OTHERWISE) {
		const table = SAME.find(([other]) => other === name)?.[1] ?? "llava-1.5-7b";
		expect(parts[name], name).not.toEqual(checkpointById(table).parts);
	}
	expect(parts["InternVL3-8B-hf"]?.tower).toBe("internvit-300m-448");
	expect(parts["llava-1.5-7b-hf"]?.tower).toBe("clip-vit-l14-336");
	expect(parts["idefics2-8b"]?.tower).toBe("siglip-so400m-patch14-980");
	expect(parts["idefics2-8b"]?.projector).toEqual(checkpointById("idefics2-8b").parts.projector);
});

test("a language model with other widths is counted from the file", () => {
	// llava-hf/llava-1.5-7b-hf has 32,064 rows, Vicuna 32,000: 64 more rows of 4,096 in both tables.
	const { checkpoint } = read(fixture("llava-1.5-7b-hf"));
	const model = modelOf(checkpoint.parts);
	const vicuna = modelOf(checkpointById("llava-1.5-7b").parts);
	expect(model.languageModel.vocabulary).toBe(32_064);
	expect(model.parameters.total - vicuna.parameters.total).toBe(2 * 64 * 4096);
	expect(checkpoint.contextTokens).toBe(4096);
});

test("an absent vision_config is the class default", () => {
	const { checkpoint } = read(changed("llava-1.5-7b-hf", "config.json", { vision_config: undefined }));
	expect(checkpoint.constants).toEqual({ tile: 336, patch: 14 });
	expect(checkpoint.parts.tower).toBe("clip-vit-l14-336");
});

test("settings from the files are returned with the checkpoint", () => {
	const frames = changed("llava-onevision-qwen2-7b-ov-hf", "video_preprocessor_config.json", {
		do_sample_frames: true,
		num_frames: 16,
	});
	expect(read(frames).settings).toEqual({ num_frames: 16 });
	const qwen = changed("Qwen3-VL-8B-Instruct", "video_preprocessor_config.json", {
		fps: 1,
		max_frames: 128,
		cap_pixels_per_frame: true,
	});
	const { checkpoint, settings } = read(qwen);
	expect(settings).toEqual({ max_frames: 128, cap_pixels_per_frame: true });
	expect(checkpoint.constants).toMatchObject({ fps: 1 });
	// Without do_sample_frames, the number of frames has no effect.
	const off = changed("llava-onevision-qwen2-7b-ov-hf", "video_preprocessor_config.json", { num_frames: 16 });
	expect(read(off).settings).toEqual({});
});

test("sizes in every notation", () => {
	const tileOf = (keys: Record<string, unknown>, file = "preprocessor_config.json") =>
		read(changed("llava-1.5-7b-hf", file, keys)).checkpoint.constants;
	expect(tileOf({ size: 336, crop_size: 336 })).toEqual({ tile: 336, patch: 14 });
	expect(tileOf({ size: { height: 336, width: 336 } })).toEqual({ tile: 336, patch: 14, fit: "stretch" });
	expect(tileOf({ size: { height: 400, width: 300 } })).toMatchObject({ tile: 336, patch: 14 });
	expect(tileOf({ do_center_crop: false, size: { height: 448, width: 448 } })).toMatchObject({ tile: 448 });
	expect(() => tileOf({ size: null })).toThrow(/size: null takes the class's own value away/);
	expect(() => tileOf({ crop_size: null })).toThrow(/do_center_crop: true without a crop_size/);
	const qwen = (keys: Record<string, unknown>) =>
		read(changed("Qwen2-VL-7B-Instruct", "preprocessor_config.json", keys)).checkpoint.constants;
	expect(qwen({ size: { shortest_edge: 784, longest_edge: 78_400 } })).toMatchObject({
		maxPixels: 12_845_056,
	});
	expect(
		qwen({
			size: { shortest_edge: 784, longest_edge: 78_400 },
			min_pixels: undefined,
			max_pixels: undefined,
		}),
	).toMatchObject({ minPixels: 784, maxPixels: 78_400, videoMinPixels: 784, videoMaxPixels: 78_400 });
	expect(qwen({ size: { min_pixels: 1, max_pixels: 2 } })).toMatchObject({ minPixels: 3136 });
});

test("a separate video processor is used instead of the image processor", () => {
	const files = {
		...fixture("Qwen2-VL-7B-Instruct"),
		"video_preprocessor_config.json": { video_processor_type: "Qwen2VLVideoProcessor" },
	};
	const { checkpoint, notes } = read(files);
	expect(checkpoint.constants).toEqual(checkpointById("qwen2-vl-7b").constants);
	expect(notes).toEqual([]);
	expect(read(fixture("Qwen2-VL-7B-Instruct")).notes.join()).toContain("preprocessor_config.json");
});

test("every reader names its family, its processor classes and its source", () => {
	for (const type of MODEL_TYPES) {
		const reader = READERS[type];
		expect(FAMILY_IDS).toContain(reader.family);
		expect(reader.processors.length).toBeGreaterThan(0);
		expect(reader.source).not.toBe("");
	}
});

const SMOLVLM2 = "SmolVLM2-500M-Video-Instruct";
const sampling = { fps: 1, max_frames: 64 };
const oneView = { video_size: { longest_edge: 512 } };

/** The `size` that SmolVLMVideoProcessor of transformers 5.18.0 has after loading. */
test.each([
	["size beside video_sampling", { video_sampling: { ...sampling, ...oneView } }, 2048],
	["size beside video_sampling without video_size", { video_sampling: sampling }, 2048],
	["video_size alone", { size: undefined, video_sampling: { ...sampling, ...oneView } }, 512],
	["neither", { size: undefined, video_sampling: undefined, fps: 1, num_frames: 64 }, 4 * 364],
] as const)("SmolVLM2 frames are resized by %s", (_, keys, videoEdge) => {
	const files = fixture(SMOLVLM2);
	const { "preprocessor_config.json": image } = files;
	const { "preprocessor_config.json": video } = changed(SMOLVLM2, "preprocessor_config.json", keys);
	const { checkpoint } = read({
		...files,
		"preprocessor_config.json": image ?? {},
		"video_preprocessor_config.json": video ?? {},
	});
	expect(checkpoint.constants).toMatchObject({ videoEdge, maxFrames: 64, fps: 1 });
});

test("SmolVLM2 files that transformers does not load are refused", () => {
	const files = changed(SMOLVLM2, "preprocessor_config.json", { video_sampling: { fps: 1 } });
	expect(() => read(files)).toThrow("max_frames, fps and video_size must all be there");
});

test("MiniCPM-V 2 cuts images like its successors, without numbering them", () => {
	const { checkpoint, settings } = read(fixture("MiniCPM-V-2"));
	expect(checkpoint.constants).toMatchObject({ slice: 448, maxSlices: 9, queries: 64, imageId: false });
	expect(checkpoint.parts.tower).toBe("siglip-so400m-patch14-384");
	const counter = createCounterFrom(checkpoint, settings);
	// Five views of 64 tokens: get_slice_image_placeholder of its image_processing_minicpmv.py.
	expect(counter.count({ media: [{ kind: "image", width: 1080, height: 675 }] }).visualTokens).toBe(320);
	const { "preprocessor_config.json": _, ...older } = fixture("MiniCPM-V-2");
	expect(read(older).checkpoint.constants).toEqual(checkpoint.constants);
});

test("LLaVA-OneVision accepts any list of canvases", () => {
	const image_grid_pinpoints = [
		[384, 384],
		[384, 768],
		[768, 384],
	];
	const name = "llava-onevision-qwen2-7b-ov-hf";
	const files = {
		...fixture(name),
		"config.json": { ...fixture(name)["config.json"], image_grid_pinpoints },
		"preprocessor_config.json": { ...fixture(name)["preprocessor_config.json"], image_grid_pinpoints },
	};
	const { checkpoint, settings } = read(files);
	const counter = createCounterFrom(checkpoint, settings);
	const tokens = [
		[640, 480],
		[1080, 675],
		[333, 1000],
		[97, 61],
	].map(
		([width = 1, height = 1]) => counter.count({ media: [{ kind: "image", width, height }] }).visualTokens,
	);
	// LlavaOnevisionProcessor of transformers 5.18 with these files.
	expect(tokens).toEqual([1728, 1944, 1701, 1205]);
});
