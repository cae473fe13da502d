/**
 * Towers of Qwen-VL, Pixtral and InternVL, read from a config.json. Absent keys take the class defaults of transformers
 * 5.18, src/transformers/models/<type>/configuration_<type>.py.
 */

import { integer } from "@onevision/base/schema";
import type { Tower } from "../facts/towers.ts";
import { temporalFrames } from "./pixel-limits.ts";
import { type Section, section } from "./section.ts";
import {
	layerList,
	layers,
	match,
	mlpWidth,
	PLAIN,
	type ReadTower,
	type Shape,
	width,
} from "./tower-shape.ts";
import { flag, mergeSide, patchSide, squareSide, viewSide, word } from "./values.ts";

type QwenBlocks = Pick<Tower, "mlp" | "patchBias" | "positionParameters"> &
	Partial<Pick<Tower, "gatedMlp" | "norm" | "attention" | "deepstack">>;

/** What a generation of Qwen-VL does in its own way. */
interface QwenGeneration {
	/** Class defaults of width, depth and patch side. */
	readonly hidden: number;
	readonly layers: number;
	readonly patch: number;
	/** Key of the width in its config.json. */
	readonly hiddenKey: "embed_dim" | "hidden_size";
	readonly readBlocks: (vision: Section, hidden: number, patch: number) => QwenBlocks;
}

const ROTARY = { patchBias: false, positionParameters: 0 } as const;

const QWEN_GENERATIONS = {
	qwen2_vl: {
		hidden: 1280,
		layers: 32,
		patch: 14,
		hiddenKey: "embed_dim",
		readBlocks: (vision, hidden) => ({
			...ROTARY,
			mlp: Math.round(hidden * (vision.read("mlp_ratio", integer("MLP ratio", { min: 1, max: 16 })) ?? 4)),
		}),
	},
	qwen2_5_vl: {
		hidden: 3584,
		layers: 32,
		patch: 14,
		hiddenKey: "hidden_size",
		readBlocks: (vision, _hidden, patch) => {
			const windowPixels = vision.read("window_size", viewSide) ?? 112;
			return {
				...ROTARY,
				mlp: vision.read("intermediate_size", mlpWidth) ?? 3420,
				gatedMlp: true,
				norm: "rms",
				attention: {
					window: Math.max(1, Math.floor(windowPixels / patch)),
					fullLayers: (vision.read("fullatt_block_indexes", layerList) ?? [7, 15, 23, 31]).length,
				},
			};
		},
	},
	qwen3_vl: {
		hidden: 1152,
		layers: 27,
		patch: 16,
		hiddenKey: "hidden_size",
		readBlocks: (vision, hidden) => ({
			...learnedBlocks(vision, hidden),
			deepstack: vision.read("deepstack_visual_indexes", layerList) ?? [8, 16, 24],
		}),
	},
	qwen3_5: { hidden: 1152, layers: 27, patch: 16, hiddenKey: "hidden_size", readBlocks: learnedBlocks },
} as const satisfies Readonly<Record<string, QwenGeneration>>;

/** Blocks with learned positions, as since Qwen3-VL. */
function learnedBlocks(vision: Section, hidden: number): QwenBlocks {
	const positions = vision.read("num_position_embeddings", integer("Positions", { min: 1, max: 2 ** 20 }));
	return {
		mlp: vision.read("intermediate_size", mlpWidth) ?? 4304,
		patchBias: true,
		positionParameters: (positions ?? 2304) * hidden,
	};
}

export interface ReadQwenTower extends ReadTower {
	readonly merge: number;
	readonly temporalPatch: number;
}

/** The native-resolution tower of a Qwen-VL generation. Throws `invalid-input` for values out of range. */
export function qwenTower(config: Section, generation: keyof typeof QWEN_GENERATIONS): ReadQwenTower {
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const defaults: QwenGeneration = QWEN_GENERATIONS[generation];
	const patch = squareSide(vision, "patch_size", patchSide) ?? defaults.patch;
	const merge = vision.read("spatial_merge_size", mergeSide) ?? 2;
	const temporalPatch = squareSide(vision, "temporal_patch_size", temporalFrames) ?? 2;
	const depth = vision.read("depth", layers) ?? defaults.layers;
	const hidden = vision.read(defaults.hiddenKey, width) ?? defaults.hidden;
	const shape: Shape = {
		...PLAIN,
		...defaults.readBlocks(vision, hidden, patch),
		layers: depth,
		featureLayer: depth,
		hidden,
		heads: vision.read("num_heads", width) ?? 16,
		patchSize: patch,
		temporalPatch,
		classTokens: 0,
		preNorm: false,
		finalNorm: false,
	};
	const tower = match(shape, `${generation} tower, ${depth} layers of ${hidden}, patch ${patch}`);
	return { tower, patch, merge, temporalPatch, classTokens: 0 };
}

/** Pixtral's tower: any resolution, rotary positions, gated MLP and RMS norms, including one before the first block. */
export function pixtralTower(
	config: Section,
): ReadTower & { readonly longestEdge: number; readonly hidden: number } {
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const patch = squareSide(vision, "patch_size", patchSide) ?? 16;
	const longestEdge = squareSide(vision, "image_size", viewSide) ?? 1024;
	const depth = vision.read("num_hidden_layers", layers) ?? 24;
	const hidden = vision.read("hidden_size", width) ?? 1024;
	const shape: Shape = {
		...PLAIN,
		layers: depth,
		featureLayer: depth,
		hidden,
		heads: vision.read("num_attention_heads", width) ?? 16,
		mlp: vision.read("intermediate_size", mlpWidth) ?? 4096,
		gatedMlp: true,
		patchSize: patch,
		classTokens: 0,
		norm: "rms",
		preNorm: true,
		finalNorm: false,
		patchBias: false,
		qkvBias: false,
		positionParameters: 0,
	};
	const mlp = shape.mlp;
	const tower = match(shape, `pixtral tower, ${depth} layers of ${hidden}, patch ${patch}`, {
		difference: -depth * (2 * mlp + 2 * hidden),
		why: "no biases on output projections and MLPs",
	});
	return { tower, patch, longestEdge, hidden, classTokens: 0 };
}

/** Names of InternVL's tower keys in transformers and in the original repositories. */
const INTERNVL_KEYS = {
	converted: { qkvBias: "attention_bias", qkNorm: "use_qk_norm" },
	original: { qkvBias: "qkv_bias", qkNorm: "qk_normalization" },
} as const;

/** InternVL's tower. */
export function internvlTower(config: Section, format: keyof typeof INTERNVL_KEYS = "converted"): ReadTower {
	const keys = INTERNVL_KEYS[format];
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const patch = squareSide(vision, "patch_size", patchSide) ?? 14;
	const imageSize = squareSide(vision, "image_size", viewSide) ?? 448;
	const depth = vision.read("num_hidden_layers", layers) ?? 24;
	const hidden = vision.read("hidden_size", width) ?? 1024;
	const shape: Shape = {
		...PLAIN,
		layers: depth,
		featureLayer: depth,
		hidden,
		heads: vision.read("num_attention_heads", width) ?? 16,
		mlp: vision.read("intermediate_size", mlpWidth) ?? 4096,
		patchSize: patch,
		imageSize,
		classTokens: 1,
		norm: vision.read("norm_type", word) === "rms_norm" ? "rms" : "layer",
		preNorm: false,
		finalNorm: false,
		patchBias: true,
		qkvBias: vision.read(keys.qkvBias, flag) ?? false,
		qkNorm: vision.read(keys.qkNorm, flag) ?? false,
		layerScale: true,
		positionParameters: (Math.floor(imageSize / patch) ** 2 + 1) * hidden,
	};
	const tower = match(shape, `internvl tower, ${depth} layers of ${hidden}, patch ${patch}, ${imageSize} px`);
	return { tower, patch, imageSize, classTokens: 1 };
}
