/**
 * Square towers with one input size (CLIP, SigLIP and relatives), read from a config.json. Absent keys take the class
 * defaults of transformers 5.18, src/transformers/models/<type>/configuration_<type>.py.
 */

import { either, list } from "@onevision/base/schema";
import type { Tower } from "../facts/towers.ts";
import { type Section, section, show, unsupported } from "./section.ts";
import {
	layerIndex,
	layers,
	match,
	mlpWidth,
	PLAIN,
	type ReadTower,
	type Shape,
	width,
} from "./tower-shape.ts";
import { patchSide, squareSide, viewSide, word } from "./values.ts";

/** Class defaults of a square tower. */
interface SquareDefaults {
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	readonly mlp: number;
	readonly patch: number;
	readonly image: number;
}

type SquareType =
	| "clip_vision_model"
	| "siglip_vision_model"
	| "idefics2_vision"
	| "idefics3_vision"
	| "phi4_multimodal_vision"
	| "kosmos_2_vision_model"
	| "instructblip_vision_model";

const SIGLIP_LIKE = { classTokens: 0, preNorm: false, finalNorm: true, patchBias: true } as const;

/** Towers with one input size, keyed by the `model_type` of `vision_config`. */
const SQUARE_TOWERS = {
	clip_vision_model: {
		defaults: { layers: 12, hidden: 768, heads: 12, mlp: 3072, patch: 32, image: 224 },
		fixed: { classTokens: 1, preNorm: true, finalNorm: true, patchBias: false },
	},
	siglip_vision_model: {
		defaults: { layers: 12, hidden: 768, heads: 12, mlp: 3072, patch: 16, image: 224 },
		fixed: SIGLIP_LIKE,
	},
	idefics2_vision: {
		defaults: { layers: 12, hidden: 768, heads: 12, mlp: 3072, patch: 32, image: 224 },
		fixed: SIGLIP_LIKE,
	},
	idefics3_vision: {
		defaults: { layers: 12, hidden: 1152, heads: 16, mlp: 3072, patch: 32, image: 224 },
		fixed: SIGLIP_LIKE,
	},
	phi4_multimodal_vision: {
		defaults: { layers: 27, hidden: 1152, heads: 16, mlp: 4304, patch: 14, image: 448 },
		fixed: SIGLIP_LIKE,
	},
	kosmos_2_vision_model: {
		defaults: { layers: 24, hidden: 1024, heads: 16, mlp: 4096, patch: 14, image: 224 },
		fixed: { classTokens: 1, preNorm: true, finalNorm: true, patchBias: false },
	},
	instructblip_vision_model: {
		defaults: { layers: 39, hidden: 1408, heads: 16, mlp: 6144, patch: 14, image: 224 },
		fixed: { classTokens: 1, preNorm: false, finalNorm: true, patchBias: true },
	},
} as const satisfies Record<
	SquareType,
	{
		readonly defaults: SquareDefaults;
		readonly fixed: Pick<Tower, "classTokens" | "preNorm" | "finalNorm" | "patchBias">;
	}
>;

/** What a config class builds when `vision_config` is absent. */
export const ABSENT_CLIP_336 = {
	model_type: "clip_vision_model",
	intermediate_size: 4096,
	hidden_size: 1024,
	patch_size: 14,
	image_size: 336,
	num_hidden_layers: 24,
	num_attention_heads: 16,
} as const;
export const ABSENT_SIGLIP_384 = {
	model_type: "siglip_vision_model",
	hidden_size: 1152,
	intermediate_size: 4304,
	patch_size: 14,
	image_size: 384,
	num_hidden_layers: 26,
	num_attention_heads: 16,
} as const;

/** What reading a square tower depends on. */
export interface SquareTowerRule {
	/** `vision_config` to use when the file has none. */
	readonly absent: Readonly<Record<string, string | number>>;
	/** The `model_type` assumed when `vision_config` names none. */
	readonly type: SquareType;
	/** `vision_feature_layer` to use when config.json has none. Absent: the family takes the last layer's output. */
	readonly featureLayer?: number | readonly number[];
	/** The key of the object that holds the tower. Default `vision_config`. */
	readonly key?: string;
	/** Aliases of `model_type` values. */
	readonly spelled?: Readonly<Record<string, SquareType>>;
}

export interface ReadSquareTower extends ReadTower {
	readonly hidden: number;
	/** Number of layers whose features are concatenated. */
	readonly featureLayers: number;
	readonly notes: string[];
}

/** A CLIP or SigLIP tower. Throws `unsupported` for another kind, `invalid-input` for values out of range. */
export function squareTower(config: Section, rule: SquareTowerRule): ReadSquareTower {
	const place = rule.key ?? "vision_config";
	const vision = config.child(place) ?? section(`config.json ${place}`, rule.absent);
	const given = vision.read("model_type", word) ?? rule.type;
	const type = rule.spelled !== undefined && Object.hasOwn(rule.spelled, given) ? rule.spelled[given] : given;
	const known = Object.keys(SQUARE_TOWERS) as SquareType[];
	const found = known.find((name) => name === type);
	if (found === undefined) {
		throw unsupported(
			`${vision.path} model_type: towers of type ${show(given)} are not read here; known: ${known.join(", ")}`,
		);
	}
	const { defaults, fixed } = SQUARE_TOWERS[found];
	const patch = squareSide(vision, "patch_size", patchSide) ?? defaults.patch;
	const imageSize = squareSide(vision, "image_size", viewSide) ?? defaults.image;
	const depth = vision.read("num_hidden_layers", layers) ?? defaults.layers;
	const hidden = vision.read("hidden_size", width) ?? defaults.hidden;
	const taken = rule.featureLayer === undefined ? [depth] : featureLayersOf(config, depth, rule.featureLayer);
	const shape: Shape = {
		...PLAIN,
		...fixed,
		layers: depth,
		featureLayer: Math.max(1, ...taken),
		hidden,
		heads: vision.read("num_attention_heads", width) ?? defaults.heads,
		mlp: vision.read("intermediate_size", mlpWidth) ?? defaults.mlp,
		patchSize: patch,
		imageSize,
		positionParameters: (Math.floor(imageSize / patch) ** 2 + fixed.classTokens) * hidden,
	};
	const tower = match(shape, `${found}, ${depth} layers of ${hidden}, patch ${patch}, ${imageSize} px`);
	return {
		tower,
		patch,
		imageSize,
		classTokens: fixed.classTokens,
		hidden,
		featureLayers: taken.length,
		notes: [],
	};
}

/**
 * The `hidden_states[index]` of every layer used, where 0 is the patch embedding. Features of several layers are
 * concatenated.
 */
function featureLayersOf(config: Section, depth: number, fallback: number | readonly number[]): number[] {
	const key = config.has("vision_feature_layers") ? "vision_feature_layers" : "vision_feature_layer";
	const given =
		config.read(key, either(layerIndex, list("Layers", layerIndex, { min: 1, max: 64 }))) ?? fallback;
	const indices = typeof given === "number" ? [given] : given;
	const taken = indices.map((index) => (index < 0 ? depth + 1 + index : index));
	if (taken.some((layer) => layer < 0 || layer > depth)) {
		throw unsupported(`${config.path} ${key}: ${indices.join(", ")} is not among ${depth} layers`);
	}
	return taken;
}
