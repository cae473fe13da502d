/**
 * Snapshots of repositories that count with code of their own: Molmo, DeepSeek-VL2, LLaVA-OneVision-1.5 and 2. Keys and defaults are those of the Python files in the repository that each reader names.
 */

import { integer, list, number } from "@onevision/base/schema";
import { molmoProjector } from "../checkpoints/tiled.ts";
import { gridsUpTo } from "../layouts/aspect-grid.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { checkGrid, NO_SUCH_STEP, type PixelDefaults, pixelLimits } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, section, show, unsupported } from "./section.ts";
import { kindTower } from "./tower-kinds.ts";
import { flag, frameCount, mergeSide, patchSide, tileCount, viewSide, word } from "./values.ts";

const margins = list("Patches", integer("Patches", { min: 0, max: 64 }), { min: 2, max: 2 });
const sides = list("Sides, px", viewSide, { min: 2, max: 2 });

/** The tower is CLIP L/14 at 336 px in every release; no file says so. */
const MOLMO_TOWER = { tower: "clip-vit-l14-336", tile: 336, patch: 14 } as const;

/** config_molmo.py and image_preprocessing_molmo.py of huggingface.co/allenai/Molmo-7B-D-0924. */
function readMolmo(snapshot: OpenSnapshot): ReadingOf<"molmo"> {
	const { config, image } = snapshot;
	const text = languageModel(config, { type: "molmo", flat: true });
	expectClass(image, "image_processor_type", ["MolmoImageProcessor"]);
	const [height, width] = image.read("base_image_input_size", sides) ?? [336, 336];
	const patch = image.read("image_patch_size", patchSide) ?? 14;
	if (height !== MOLMO_TOWER.tile || width !== MOLMO_TOWER.tile || patch !== MOLMO_TOWER.patch) {
		throw unsupported(
			`${image.path}: crops of ${height}x${width} px in patches of ${patch} px; Molmo's tower takes 336x336 in patches of 14`,
		);
	}
	const [before = 4, after = 4] = image.read("overlap_margins", margins) ?? [4, 4];
	const pooled = [
		image.read("image_token_length_w", tileCount) ?? 12,
		image.read("image_token_length_h", tileCount) ?? 12,
	];
	const side = MOLMO_TOWER.tile / patch;
	if (pooled.some((length) => length !== side / 2) || before + after >= side) {
		throw unsupported(
			`${image.path}: image_token_length ${pooled.join("x")} and overlap_margins ${before} and ${after}; counted are 12x12 tokens of 24x24 patches, margins below 24 together`,
		);
	}
	const notes = [...text.notes];
	if (config.read("attention_layer_norm", flag) === true) {
		notes.push(
			"attention_layer_norm: tokens are exact; parameters leave out norms of queries and keys over all heads",
		);
	}
	return {
		family: "molmo",
		constants: {
			tile: MOLMO_TOWER.tile,
			patch,
			merge: 2,
			margins: before + after,
			maxTiles: image.read("max_crops", tileCount) ?? 12,
		},
		tower: MOLMO_TOWER.tower,
		projector: molmoProjector(text.hidden, text.mlp),
		text,
		notes,
	};
}

const edges = list("Width and height, px", viewSide, { min: 2, max: 2 });
const candidates = list("Canvases", edges, { min: 1, max: 1000 });

/** deepseek_vl2/models/{processing_deepseek_vl_v2,modeling_deepseek_vl_v2}.py of deepseek-ai/DeepSeek-VL2. */
function readDeepseekVl2(snapshot: OpenSnapshot): ReadingOf<"deepseek-vl2"> {
	const { config, processor } = snapshot;
	const [architecture = "DeepseekVLV2ForCausalLM"] =
		config.read("architectures", list("Classes", word, { min: 1, max: 8 })) ?? [];
	if (architecture !== "DeepseekVLV2ForCausalLM") {
		throw unsupported(
			`config.json architectures ${show(architecture)}: only DeepSeek-VL2 is read in this format${architecture === "DeepseekOCR2ForCausalLM" ? "; use the converted checkpoint deepseek-community/DeepSeek-OCR-2" : ""}`,
		);
	}
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const patch = processor.read("patch_size", patchSide) ?? 14;
	const towerPatch = vision.read("patch_size", patchSide) ?? 16;
	const merge = processor.read("downsample_ratio", mergeSide) ?? 2;
	const projector = config.child("projector_config");
	const modelMerge = projector?.read("downsample_ratio", mergeSide) ?? 2;
	const layout = [config.read("tile_tag", word) ?? "2D", config.read("global_view_pos", word) ?? "head"];
	if (patch !== towerPatch || merge !== modelMerge || merge !== 2 || layout.join() !== "2D,head") {
		throw contradiction(
			`processor_config.json: patch_size ${patch} and downsample_ratio ${merge}, config.json: ${towerPatch} and ${modelMerge}, ${layout.join(" and ")}; they must agree, and tile_tag 2D with the whole picture at the head and downsample_ratio 2 are counted`,
		);
	}
	const text = languageModel(config, { type: "deepseek_v2", key: "language_config" });
	const { tile, maxTiles } = readCandidates(config, processor);
	expectSo400m(vision, tile);
	const joined = merge ** 2 * 1152;
	return {
		family: "deepseek-vl2",
		constants: { tile, patch, merge, maxTiles, maxCutImages: 2 },
		tower: "siglip-so400m-patch14-384-full",
		// Two layers over 2x2 patches, a row end and a separator.
		projector: {
			kind: "q-former",
			parameters: joined * text.hidden + text.hidden ** 2 + 4 * text.hidden,
		},
		text,
		notes: [...text.notes],
	};
}

/** Widths of SigLIP SO400M, in the spelling of timm. */
function expectSo400m(vision: Section, tile: number): void {
	const given = {
		layers: vision.read("layers", tileCount) ?? 27,
		width: vision.read("width", integer("A width, elements", { min: 1, max: 65_536 })) ?? 1152,
		image_size: vision.read("image_size", viewSide) ?? 384,
		patch_size: vision.read("patch_size", patchSide) ?? 16,
	};
	vision.read("mlp_ratio", number("MLP ratio", { min: 0.1, max: 16 }));
	if (given.layers === 27 && given.width === 1152 && given.image_size === tile && given.patch_size === 14)
		return;
	throw unsupported(
		`config.json vision_config: ${JSON.stringify(given)}; DeepSeek-VL2's tower is SigLIP SO400M, 27 layers of 1152, patches of 14 px, ${tile} px like its tiles`,
	);
}

/** All grids of at most so many tiles, as the counted rule has it. */
function readCandidates(
	config: Section,
	processor: Section,
): { readonly tile: number; readonly maxTiles: number } {
	const own = processor.read("candidate_resolutions", candidates);
	const model = config.read("candidate_resolutions", candidates) ?? own;
	if (own === undefined || model === undefined || JSON.stringify(own) !== JSON.stringify(model)) {
		throw contradiction(
			"candidate_resolutions: processor_config.json and config.json must have the same list; the prompt and the model would disagree",
		);
	}
	const tile = Math.min(...own.flat());
	const tiles = own.map(([width = 0, height = 0]) => (width / tile) * (height / tile));
	const maxTiles = Math.max(...tiles);
	const all =
		maxTiles <= 100 ? gridsUpTo(1, maxTiles).map(({ rows, cols }) => `${cols * tile}x${rows * tile}`) : [];
	const listed = new Set(own.map(([width, height]) => `${width}x${height}`));
	if (listed.size === all.length && all.every((canvas) => listed.has(canvas))) return { tile, maxTiles };
	throw unsupported(
		`processor_config.json candidate_resolutions: only lists of every grid of up to N tiles are counted; this one of ${own.length} is not that for tiles of ${tile} px`,
	);
}

const ONEVISION_15: PixelDefaults = {
	patch: 14,
	temporalPatch: 2,
	min: 56 * 56,
	max: 28 * 28 * 1280,
	readsPixels: true,
};

/** configuration_llavaonevision1_5.py of huggingface.co/lmms-lab/LLaVA-OneVision-1.5-8B-Instruct; Qwen2VLImageProcessor. */
function readOnevision15(snapshot: OpenSnapshot): ReadingOf<"llava-onevision-1.5"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "rice_vit" });
	const text = languageModel(config, { type: "qwen3", spelled: { LLaVAOneVision1_5_text: "qwen3" } });
	const merge = config.child("vision_config")?.read("spatial_merge_size", mergeSide) ?? 2;
	expectClass(image, "image_processor_type", ["Qwen2VLImageProcessor"]);
	checkGrid(image, ONEVISION_15, { patch: tower.patch, merge });
	const { min, max } = pixelLimits(image, ONEVISION_15);
	return {
		family: "llava-onevision-1.5",
		constants: { patch: tower.patch, merge, minPixels: min, maxPixels: max },
		tower: tower.tower,
		projector: { kind: "patch-merger", merge },
		text,
		notes: [...text.notes],
	};
}

/** `CodecConfig` of the released checkpoint, as its users pass it; no file names it. */
const CODEC = {
	targetCanvas: 32,
	groupSize: 32,
	imagesPerGroup: 4,
	minGroupFrames: 8,
	maxGroupFrames: 64,
} as const;
const ONEVISION_2_FRAMES = 384;

/** configuration_llava_onevision2.py of LLaVA-OneVision-2's checkpoints; Qwen2VLImageProcessor. */
function readOnevision2(snapshot: OpenSnapshot): ReadingOf<"llava-onevision-2"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "onevision_encoder", spelled: ["llava_onevision2"] });
	const text = languageModel(config, { type: "qwen3" });
	const merge = config.child("vision_config")?.read("spatial_merge_size", mergeSide) ?? 2;
	expectClass(image, "image_processor_type", ["Qwen2VLImageProcessor"]);
	checkGrid(image, ONEVISION_15, { patch: tower.patch, merge });
	const { min, max } = pixelLimits(image, ONEVISION_15);
	return {
		family: "llava-onevision-2",
		constants: {
			patch: tower.patch,
			merge,
			minPixels: min,
			maxPixels: max,
			maxFrames: image.read("max_frames", frameCount) ?? ONEVISION_2_FRAMES,
			codec: CODEC,
		},
		tower: tower.tower,
		projector: { kind: "patch-merger", merge },
		text,
		notes: [
			...text.notes,
			`frames are chosen as the released processor does, up to ${ONEVISION_2_FRAMES}: the video processor's file is not read`,
		],
	};
}

export const ORIGINAL_READERS = {
	molmo: {
		family: "molmo",
		processors: ["MolmoProcessor"],
		ignored: { image: ["image_padding_mask"] },
		source: "huggingface.co/allenai/Molmo-7B-D-0924 image_preprocessing_molmo.py",
		original: true,
		read: readMolmo,
	},
	deepseek_vl_v2: {
		family: "deepseek-vl2",
		processors: ["DeepseekVLV2Processor"],
		ignored: {
			processor: [
				"add_special_token",
				"ignore_id",
				"image_mean",
				"image_std",
				"mask_prompt",
				"normalize",
				"pad_token",
				"sft_format",
			],
		},
		source:
			"huggingface.co/deepseek-ai/deepseek-vl2 and deepseek-ai/DeepSeek-VL2 processing_deepseek_vl_v2.py",
		original: true,
		read: readDeepseekVl2,
	},
	llavaonevision1_5: {
		family: "llava-onevision-1.5",
		processors: ["Qwen2_5_VLProcessor", "Qwen2VLProcessor", "LLaVAOneVision1_5_Processor"],
		ignored: { image: [...NO_SUCH_STEP, "size"] },
		source: "huggingface.co/lmms-lab/LLaVA-OneVision-1.5-8B-Instruct configuration_llavaonevision1_5.py",
		original: true,
		read: readOnevision15,
	},
	llava_onevision2: {
		family: "llava-onevision-2",
		processors: ["LlavaOnevision2Processor", "Qwen2_5_VLProcessor"],
		ignored: { image: NO_SUCH_STEP },
		source: "huggingface.co/lmms-lab-encoder/LLaVA-OneVision-2-8B-Instruct configuration_llava_onevision2.py",
		original: true,
		read: readOnevision2,
	},
} as const satisfies Record<string, Reader>;
