/**
 * The vision tower a config.json describes. One with the widths of a row of facts/towers.ts is that row, any other is
 * built from the file. Absent keys have the class defaults of transformers 5.18, src/transformers/models/<type>/
 * configuration_<type>.py.
 */

import { countTowerParameters } from "../facts/parameters.ts";
import { TOWERS, type Tower, type TowerId } from "../facts/towers.ts";
import { either, integer, list, type Schema } from "../schema.ts";
import { type Section, section, show, unsupported } from "./section.ts";
import { flag, mergeSide, patchSide, squareSide, viewSide, word } from "./values.ts";

/** A tower: an id of the table, or its own widths. */
export type AnyTower = TowerId | Tower;

/** What a family's reader needs to know of the tower beside its widths. */
export interface ReadTower {
	readonly tower: AnyTower;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Side of the input it was made for, px; absent: native resolution. */
	readonly imageSize?: number;
	readonly classTokens: number;
}

const layers = integer("Layers", { min: 1, max: 512 });
const width = integer("A width, elements", { min: 1, max: 65_536 });
const mlpWidth = integer("A width, elements", { min: 1, max: 2 ** 20 });
const layerIndex = integer("A layer", { min: -512, max: 512 });
const layerList: Schema<readonly number[]> = list("Layers", integer("A layer", { min: 0, max: 511 }), {
	min: 0,
	max: 64,
});

type Shape = Omit<Tower, "name" | "parameters" | "source" | "beyondWidths">;

const PLAIN = {
	gatedMlp: false,
	attention: "full",
	norm: "layer",
	qkvBias: true,
	qkNorm: false,
	layerScale: false,
} as const;

/** Class defaults of a square tower. */
interface SquareDefaults {
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	readonly mlp: number;
	readonly patch: number;
	readonly image: number;
}

type SquareType = "clip_vision_model" | "siglip_vision_model" | "idefics2_vision" | "idefics3_vision";

const SIGLIP_LIKE = { classTokens: 0, preNorm: false, finalNorm: true, patchBias: true } as const;

/** Towers of one input size, by the `model_type` of `vision_config`. */
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
} as const satisfies Record<
	SquareType,
	{
		readonly defaults: SquareDefaults;
		readonly fixed: Pick<Tower, "classTokens" | "preNorm" | "finalNorm" | "patchBias">;
	}
>;

/** What a config class makes of an absent `vision_config`. */
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
	/** `vision_config` when the file has none. */
	readonly absent: Readonly<Record<string, string | number>>;
	/** Its `model_type` when it has none. */
	readonly type: SquareType;
	/** `vision_feature_layer` when config.json has none; absent: the family takes the last layer's output. */
	readonly featureLayer?: number;
	/** Spellings of `model_type` that mean another one. */
	readonly spelled?: Readonly<Record<string, SquareType>>;
}

/** A CLIP or SigLIP tower. Throws `unsupported` for another kind, `invalid-input` for values out of range. */
export function squareTower(
	config: Section,
	rule: SquareTowerRule,
): ReadTower & { readonly notes: string[] } {
	const vision = config.child("vision_config") ?? section("config.json vision_config", rule.absent);
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
	const notes: string[] = [];
	const shape: Shape = {
		...PLAIN,
		...fixed,
		layers: depth,
		featureLayer:
			rule.featureLayer === undefined ? depth : featureLayer(config, depth, rule.featureLayer, notes),
		hidden,
		heads: vision.read("num_attention_heads", width) ?? defaults.heads,
		mlp: vision.read("intermediate_size", mlpWidth) ?? defaults.mlp,
		patchSize: patch,
		imageSize,
		positionParameters: (Math.floor(imageSize / patch) ** 2 + fixed.classTokens) * hidden,
	};
	const tower = match(shape, `${found}, ${depth} layers of ${hidden}, patch ${patch}, ${imageSize} px`);
	return { tower, patch, imageSize, classTokens: fixed.classTokens, notes };
}

/** Blocks up to the one whose output is taken: `hidden_states[index]`, where 0 is the patch embedding. */
function featureLayer(config: Section, depth: number, fallback: number, notes: string[]): number {
	const key = config.has("vision_feature_layers") ? "vision_feature_layers" : "vision_feature_layer";
	const given =
		config.read(key, either(layerIndex, list("Layers", layerIndex, { min: 1, max: 64 }))) ?? fallback;
	const indices = typeof given === "number" ? [given] : given;
	const taken = indices.map((index) => (index < 0 ? depth + 1 + index : index));
	if (taken.some((layer) => layer < 0 || layer > depth)) {
		throw unsupported(`${config.path} ${key}: ${indices.join(", ")} is not among ${depth} layers`);
	}
	if (taken.length > 1) {
		notes.push(
			`${key} names ${taken.length} layers: tokens are exact; the projector, which reads them side by side, is counted for one`,
		);
	}
	return Math.max(1, ...taken);
}

const QWEN_TYPES = {
	qwen2_vl: { hidden: 1280, layers: 32, patch: 14 },
	qwen2_5_vl: { hidden: 3584, layers: 32, patch: 14 },
	qwen3_vl: { hidden: 1152, layers: 27, patch: 16 },
} as const;

export interface ReadQwenTower extends ReadTower {
	readonly merge: number;
	readonly temporalPatch: number;
}

/** The native-resolution tower of a Qwen-VL generation. Throws `invalid-input` for values out of range. */
export function qwenTower(config: Section, generation: keyof typeof QWEN_TYPES): ReadQwenTower {
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const defaults = QWEN_TYPES[generation];
	const patch = squareSide(vision, "patch_size", patchSide) ?? defaults.patch;
	const merge = vision.read("spatial_merge_size", mergeSide) ?? 2;
	const temporalPatch = squareSide(vision, "temporal_patch_size", temporalFrames) ?? 2;
	const depth = vision.read("depth", layers) ?? defaults.layers;
	const hidden =
		vision.read(generation === "qwen2_vl" ? "embed_dim" : "hidden_size", width) ?? defaults.hidden;
	const shape: Shape = {
		...PLAIN,
		...qwenBlocks(vision, generation, hidden, patch),
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

export const temporalFrames = integer("Frames per temporal patch", { min: 1, max: 16 });

type QwenBlocks = Pick<Tower, "mlp" | "patchBias" | "positionParameters"> &
	Partial<Pick<Tower, "gatedMlp" | "norm" | "attention" | "deepstack">>;

function qwenBlocks(
	vision: Section,
	generation: keyof typeof QWEN_TYPES,
	hidden: number,
	patch: number,
): QwenBlocks {
	const rotary = { patchBias: false, positionParameters: 0 } as const;
	switch (generation) {
		case "qwen2_vl":
			return {
				...rotary,
				mlp: Math.round(hidden * (vision.read("mlp_ratio", integer("MLP ratio", { min: 1, max: 16 })) ?? 4)),
			};
		case "qwen2_5_vl": {
			const windowPixels = vision.read("window_size", viewSide) ?? 112;
			return {
				...rotary,
				mlp: vision.read("intermediate_size", mlpWidth) ?? 3420,
				gatedMlp: true,
				norm: "rms",
				attention: {
					window: Math.max(1, Math.floor(windowPixels / patch)),
					fullLayers: (vision.read("fullatt_block_indexes", layerList) ?? [7, 15, 23, 31]).length,
				},
			};
		}
		case "qwen3_vl": {
			const positions = vision.read(
				"num_position_embeddings",
				integer("Positions", { min: 1, max: 2 ** 20 }),
			);
			return {
				mlp: vision.read("intermediate_size", mlpWidth) ?? 4304,
				patchBias: true,
				positionParameters: (positions ?? 2304) * hidden,
				deepstack: vision.read("deepstack_visual_indexes", layerList) ?? [8, 16, 24],
			};
		}
	}
}

/** Pixtral's tower: any resolution, rotary positions, gated MLP, RMS norms, one before the first block. */
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

/** InternVL's tower. */
export function internvlTower(config: Section): ReadTower {
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
		qkvBias: vision.read("attention_bias", flag) ?? false,
		qkNorm: vision.read("use_qk_norm", flag) ?? false,
		layerScale: true,
		positionParameters: (Math.floor(imageSize / patch) ** 2 + 1) * hidden,
	};
	const tower = match(shape, `internvl tower, ${depth} layers of ${hidden}, patch ${patch}, ${imageSize} px`);
	return { tower, patch, imageSize, classTokens: 1 };
}

/** Keys that make a tower what it is; name, source and the computed count are not among them. */
const SHAPE_KEYS = [
	"layers",
	"featureLayer",
	"hidden",
	"heads",
	"mlp",
	"gatedMlp",
	"patchSize",
	"imageSize",
	"temporalPatch",
	"classTokens",
	"attention",
	"framesPerWindow",
	"deepstack",
	"norm",
	"preNorm",
	"finalNorm",
	"patchBias",
	"qkvBias",
	"qkNorm",
	"layerScale",
	"positionParameters",
] as const satisfies readonly (keyof Shape)[];

/** The row of the table with these widths, else a tower of its own. */
function match(shape: Shape, name: string, beyondWidths?: Tower["beyondWidths"]): AnyTower {
	const same = (row: Tower): boolean =>
		SHAPE_KEYS.every((key) => JSON.stringify(row[key]) === JSON.stringify(shape[key]));
	const id = (Object.keys(TOWERS) as TowerId[]).find((candidate) => same(TOWERS[candidate]));
	if (id !== undefined) return id;
	const custom: Tower = {
		...shape,
		name,
		...(beyondWidths === undefined ? {} : { beyondWidths }),
		parameters: 0,
		source: "widths of config.json vision_config",
	};
	return { ...custom, parameters: countTowerParameters(custom).total };
}
