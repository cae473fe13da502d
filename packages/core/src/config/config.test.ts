/**
 * Snapshots of released checkpoints. The fixtures are written after the files of the huggingface.co repositories they
 * are named like: processor files from copies of them, config.json from the widths in facts/ and from memory. Widths
 * that a file leaves to its class in transformers 5.18.0 are left to it here too.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type CheckpointId, checkpointById } from "../checkpoints/index.ts";
import { modelOf } from "../cost/model.ts";
import { createCounterFrom } from "../count.ts";
import { OnevisionError } from "../errors.ts";
import { familyById } from "../families/index.ts";
import type { MediaItem } from "../sample.ts";
import { checkpointFromSnapshot, MODEL_TYPES, READERS, type SnapshotFiles } from "./index.ts";

type Files = Record<string, Record<string, unknown>>;

const fixture = (name: string): Files =>
	JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), "utf8")) as Files;

const read = (files: Files) => checkpointFromSnapshot(files as unknown as SnapshotFiles);

/** The files with some keys of one of them replaced; undefined takes a key away. */
function changed(name: string, file: string, keys: Record<string, unknown>): Files {
	const files = fixture(name);
	const merged = { ...files[file], ...keys };
	const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
	return { ...files, [file]: kept };
}

function without(name: string, file: string): Files {
	const { [file]: _, ...rest } = fixture(name);
	return rest;
}

function refusal(files: Files): string {
	try {
		read(files);
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "read without complaint";
}

/** Fixture, and the checkpoint of the table that it must count like. */
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
];

const IMAGES: readonly MediaItem[] = [
	[336, 336],
	[1920, 1080],
	[1107, 820],
	[300, 1200],
	[4032, 3024],
].map(([width = 1, height = 1]) => ({ kind: "image", width, height }));
const CLIP: MediaItem = { kind: "video", width: 1280, height: 720, frames: 120, fps: 30 };

for (const [name, id] of SAME) {
	test(`${name} counts as ${id}`, () => {
		const { checkpoint, settings } = read(fixture(name));
		const table = checkpointById(id);
		expect(checkpoint.family).toBe(table.family);
		// Without a video file the image limits hold for video too: the only difference to the table.
		const inherits = name.startsWith("Qwen2");
		if (!inherits) expect(checkpoint.constants).toEqual(table.constants);
		const ours = createCounterFrom(checkpoint, settings);
		const theirs = createCounterFrom(
			table,
			inherits ? { video_min_pixels: 3136, video_max_pixels: 12_845_056 } : {},
		);
		const media = familyById(table.family).scenarios.includes("video") ? [...IMAGES, CLIP] : IMAGES;
		for (const item of media) {
			expect(ours.count({ media: [item] })).toEqual(theirs.count({ media: [item] }));
		}
		expect(ours.count({ media: IMAGES })).toEqual(theirs.count({ media: IMAGES }));
	});
}

test("towers and language models with known widths are rows of the tables", () => {
	const parts = Object.fromEntries(SAME.map(([name]) => [name, read(fixture(name)).checkpoint.parts]));
	expect(parts["llava-onevision-qwen2-7b-ov-hf"]).toEqual(
		checkpointById("llava-onevision-qwen2-7b-ov").parts,
	);
	expect(parts["Qwen2-VL-7B-Instruct"]).toEqual(checkpointById("qwen2-vl-7b").parts);
	expect(parts["Qwen3-VL-8B-Instruct"]).toEqual(checkpointById("qwen3-vl-8b").parts);
	expect(parts["Qwen2.5-VL-7B-Instruct"]?.tower).toBe("qwen2.5-vl-vit");
	for (const [name, id] of SAME.slice(-4)) expect(parts[name]).toEqual(checkpointById(id).parts);
	expect(parts["InternVL3-8B-hf"]?.tower).toBe("internvit-300m-448");
	expect(parts["llava-1.5-7b-hf"]?.tower).toBe("clip-vit-l14-336");
	expect(parts["idefics2-8b"]?.tower).toBe("siglip-so400m-patch14-980");
	expect(parts["idefics2-8b"]?.projector).toEqual(checkpointById("idefics2-8b").parts.projector);
});

test("a language model with other widths is counted from the file", () => {
	// llava-hf/llava-1.5-7b-hf has 32,064 rows, Vicuna 32,000: 64 more of 4,096 in both tables.
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

test("settings of the files come back beside the checkpoint", () => {
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
	// Without do_sample_frames the number of frames does nothing.
	const off = changed("llava-onevision-qwen2-7b-ov-hf", "video_preprocessor_config.json", { num_frames: 16 });
	expect(read(off).settings).toEqual({});
});

test("sizes in every spelling", () => {
	const tileOf = (keys: Record<string, unknown>, file = "preprocessor_config.json") =>
		read(changed("llava-1.5-7b-hf", file, keys)).checkpoint.constants;
	expect(tileOf({ size: 336, crop_size: 336 })).toEqual({ tile: 336, patch: 14 });
	expect(tileOf({ size: { height: 400, width: 300 } })).toEqual({ tile: 336, patch: 14 });
	expect(tileOf({ do_center_crop: false, size: { height: 448, width: 448 } })).toMatchObject({ tile: 448 });
	expect(tileOf({ size: null, crop_size: null })).toMatchObject({ tile: 224 });
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

test("a video processor of its own is not the image's", () => {
	const files = {
		...fixture("Qwen2-VL-7B-Instruct"),
		"video_preprocessor_config.json": { video_processor_type: "Qwen2VLVideoProcessor" },
	};
	const { checkpoint, notes } = read(files);
	expect(checkpoint.constants).toEqual(checkpointById("qwen2-vl-7b").constants);
	expect(notes).toEqual([]);
	expect(read(fixture("Qwen2-VL-7B-Instruct")).notes.join()).toContain("preprocessor_config.json");
});

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
		"views that keep the picture's shape",
		changed("llava-1.5-7b-hf", "preprocessor_config.json", { do_center_crop: false }),
		"unsupported: preprocessor_config.json: views keep the shape of the picture (no crop, size by shortest edge); OneVision counts square views of one size",
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
		"unsupported: config.json is of the original LLaVA repository (mm_vision_tower); use the converted checkpoint of llava-hf, or name the model with --model",
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
];

for (const [what, files, message] of REFUSED) {
	test(`refused: ${what}`, () => {
		expect(refusal(files)).toBe(message);
	});
}

test("every reader names its family, its processor classes and its source", () => {
	for (const type of MODEL_TYPES) {
		const reader = READERS[type];
		expect(familyById(reader.family).title).not.toBe("");
		expect(reader.processors.length).toBeGreaterThan(0);
		expect(reader.source).not.toBe("");
	}
});
