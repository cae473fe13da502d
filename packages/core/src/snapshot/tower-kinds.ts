/**
 * Towers that keep an image's aspect ratio, and square ones that are not plain CLIP or SigLIP. For each `model_type` of
 * `vision_config`: class defaults, names of the width keys, and module structure. Source: transformers 5.18
 * src/transformers/models/<type>/{configuration,modeling}_<type>.py. MoonViT and RICE-ViT are read from the
 * configuration_*.py of huggingface.co/moonshotai/Kimi-VL-A3B-Instruct and lmms-lab/LLaVA-OneVision-1.5-8B-Instruct.
 */

import { integer, number } from "@onevision/base/schema";
import { TOWERS, type Tower, type TowerId } from "../facts/towers.ts";
import { type Section, section, show, unsupported } from "./section.ts";
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
import { patchSide, squareSide, viewSide, word } from "./values.ts";

/** Widths that a part's parameter count can depend on. */
interface Widths {
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	readonly mlp: number;
	/** Patches per side of the input the tower was made for. */
	readonly side: number;
	readonly vision: Section;
}

interface TowerKind {
	readonly layers: number;
	readonly hidden: number;
	readonly heads: number;
	readonly mlp: number;
	readonly patch: number;
	/** Side of the input the tower was made for, px. Absent: any size. */
	readonly image?: number;
	/** Whether it accepts only squares of that side. */
	readonly square?: true;
	/** Names of width keys that differ from CLIP's. */
	readonly keys?: Readonly<Record<string, string>>;
	readonly modules: Partial<Shape> & Pick<Shape, "preNorm" | "finalNorm" | "patchBias">;
	/** Learned position embeddings, in elements. */
	readonly positions: (widths: Widths) => number;
	/** Parameters the widths do not describe. */
	readonly beyond?: (widths: Widths) => NonNullable<Tower["beyondWidths"]>;
}

const SO400M = { layers: 27, hidden: 1152, heads: 16, mlp: 4304 } as const;
const BASE = { layers: 12, hidden: 768, heads: 12, mlp: 3072, patch: 16 } as const;
const SIGLIP_LIKE = { preNorm: false, finalNorm: true, patchBias: true } as const;
const CLIP_LIKE = { classTokens: 1, preNorm: true, finalNorm: true, patchBias: false } as const;
const RMS_GATED = { gatedMlp: true, norm: "rms", patchBias: false, qkvBias: false } as const;
const QWEN_KEYS = { num_hidden_layers: "depth", num_attention_heads: "num_heads" } as const;

const perPatch = ({ side, hidden }: Widths): number => side ** 2 * hidden;
const perPatchAndClass = ({ side, hidden }: Widths): number => (side ** 2 + 1) * hidden;
const none = (): number => 0;
const noBiases = ({ layers: depth, mlp, hidden }: Widths): NonNullable<Tower["beyondWidths"]> => ({
	difference: -depth * (2 * mlp + 2 * hidden),
	why: "no biases on output projections and MLPs",
});
const entries = integer("Positions", { min: 1, max: 2 ** 20 });
const readOr = (vision: Section, key: string, fallback: number): number =>
	vision.read(key, entries) ?? fallback;

const GLM: TowerKind = {
	layers: 24,
	hidden: 1536,
	heads: 12,
	mlp: 4096,
	patch: 14,
	image: 336,
	// The MLPs are as wide as the language model; `intermediate_size` is the projector's.
	keys: { ...QWEN_KEYS, intermediate_size: "out_hidden_size" },
	modules: { ...RMS_GATED, temporalPatch: 2, preNorm: true, finalNorm: true, patchBias: true },
	positions: perPatch,
	beyond: noBiases,
};

/** Towers, keyed by the `model_type` of `vision_config`. When it is absent, the family's own type is used. */
const TOWER_KINDS = {
	gemma4_vision: {
		layers: 16,
		hidden: 768,
		heads: 12,
		mlp: 3072,
		patch: 16,
		modules: { ...RMS_GATED, preNorm: false, finalNorm: false },
		positions: ({ vision, hidden }) => 2 * readOr(vision, "position_embedding_size", 10_240) * hidden,
		beyond: ({ layers: depth, hidden, heads, mlp }) => ({
			difference: depth * 2 * (Math.floor(hidden / heads) - mlp),
			why: "no biases; norms after attention and MLP, and on heads",
		}),
	},
	glm4v_vision: GLM,
	glm4v_moe_vision: GLM,
	ernie4_5_vl_moe_vision: {
		layers: 32,
		hidden: 1280,
		heads: 16,
		mlp: 5120,
		patch: 14,
		keys: QWEN_KEYS,
		modules: { temporalPatch: 1, preNorm: false, finalNorm: true, patchBias: false },
		positions: none,
	},
	kimi_k25_vision: {
		...SO400M,
		patch: 14,
		modules: SIGLIP_LIKE,
		positions: ({ vision, hidden }) =>
			readOr(vision, "pos_emb_height", 64) * readOr(vision, "pos_emb_width", 64) * hidden,
	},
	moonvit: {
		...SO400M,
		patch: 14,
		modules: SIGLIP_LIKE,
		positions: ({ vision, hidden }) =>
			readOr(vision, "init_pos_emb_height", 64) * readOr(vision, "init_pos_emb_width", 64) * hidden,
	},
	video_llama_3_vision: { ...BASE, modules: SIGLIP_LIKE, positions: none },
	hunyuan_vl_vision: {
		...SO400M,
		patch: 16,
		image: 2048,
		keys: { image_size: "max_image_size" },
		modules: { ...SIGLIP_LIKE, finalNorm: false },
		positions: perPatchAndClass,
	},
	siglip2_vision_model: {
		...BASE,
		modules: SIGLIP_LIKE,
		positions: ({ vision, hidden }) => readOr(vision, "num_patches", 256) * hidden,
	},
	minicpmv4_6_vision: { ...BASE, image: 224, modules: SIGLIP_LIKE, positions: perPatch },
	ovis2: {
		layers: 24,
		hidden: 1024,
		heads: 8,
		mlp: 2816,
		patch: 14,
		image: 224,
		square: true,
		modules: { ...RMS_GATED, preNorm: true, finalNorm: true, patchBias: true },
		positions: perPatch,
		beyond: noBiases,
	},
	mllama_vision_model: {
		layers: 32,
		hidden: 1280,
		heads: 16,
		mlp: 5120,
		patch: 14,
		image: 448,
		square: true,
		keys: { num_attention_heads: "attention_heads" },
		modules: { ...CLIP_LIKE, qkvBias: false },
		positions: perPatchAndClass,
	},
	llama4_vision_model: {
		layers: 34,
		hidden: 768,
		heads: 16,
		mlp: 5632,
		patch: 14,
		image: 448,
		square: true,
		modules: CLIP_LIKE,
		positions: perPatchAndClass,
		beyond: ({ vision, mlp }) => {
			const inner = readOr(vision, "projector_input_dim", 4096);
			const outer = readOr(vision, "projector_output_dim", 4096);
			return {
				difference: mlp * inner + inner * outer,
				why: "the two-layer network after pixel shuffling",
			};
		},
	},
	janus_vision_model: {
		layers: 24,
		hidden: 1024,
		heads: 16,
		mlp: 4096,
		patch: 16,
		image: 384,
		square: true,
		modules: SIGLIP_LIKE,
		positions: perPatch,
	},
	deepseek_ocr2_sam_vision_model: {
		...BASE,
		image: 1024,
		square: true,
		keys: { intermediate_size: "mlp_dim" },
		modules: { preNorm: false, finalNorm: false, patchBias: true },
		positions: perPatch,
	},
	rice_vit: {
		layers: 24,
		hidden: 1024,
		heads: 16,
		mlp: 4096,
		patch: 14,
		keys: { ...QWEN_KEYS, hidden_size: "embed_dim" },
		modules: { classTokens: 1, preNorm: true, finalNorm: false, patchBias: false },
		// Two angles per pair of rotary dimensions of a head, only for the class token.
		positions: ({ hidden, heads }) => Math.floor(hidden / heads / 2),
	},
	onevision_encoder: {
		layers: 24,
		hidden: 1024,
		heads: 16,
		mlp: 4096,
		patch: 14,
		modules: { framesPerWindow: 4, preNorm: true, finalNorm: false, patchBias: false },
		positions: none,
	},
} as const satisfies Record<string, TowerKind>;

type TowerType = keyof typeof TOWER_KINDS;

export interface TowerRule {
	/** The type of `vision_config` when it names no `model_type`. */
	readonly type: TowerType;
	/** Other `model_type` values accepted for it. "" is accepted for Ovis2, whose class has none. */
	readonly spelled?: readonly string[];
	/** The object in config.json that holds the tower. Default `vision_config`. */
	readonly vision?: Section | undefined;
	/** Widths that a family reads in its own way. */
	readonly override?: (vision: Section) => Partial<Shape>;
}

/** Reads a tower from the table. Throws `unsupported` for another kind, `invalid-input` for values out of range. */
export function kindTower(
	config: Section,
	rule: TowerRule,
): ReadTower & { readonly hidden: number; readonly mlp: number } {
	const vision = rule.vision ?? config.child("vision_config") ?? section("config.json vision_config", {});
	const given = vision.has("model_type") ? vision.read("model_type", anyWord) : rule.type;
	if (given !== rule.type && !(rule.spelled ?? []).some((name) => name === given)) {
		throw unsupported(
			`${vision.path} model_type: towers of type ${show(given ?? "")} are not read here; known: ${rule.type}`,
		);
	}
	const kind: TowerKind = TOWER_KINDS[rule.type];
	const at = (key: string): string => kind.keys?.[key] ?? key;
	const patch = squareSide(vision, "patch_size", patchSide) ?? kind.patch;
	const image = squareSide(vision, at("image_size"), viewSide) ?? kind.image;
	const depth = vision.read(at("num_hidden_layers"), layers) ?? kind.layers;
	const hidden = vision.read(at("hidden_size"), width) ?? kind.hidden;
	const heads = vision.read(at("num_attention_heads"), width) ?? kind.heads;
	const mlp = vision.read(at("intermediate_size"), mlpWidth) ?? kind.mlp;
	const widths = { layers: depth, hidden, heads, mlp, side: Math.floor((image ?? 0) / patch), vision };
	const shape: Shape = {
		...PLAIN,
		layers: depth,
		featureLayer: depth,
		hidden,
		heads,
		mlp,
		patchSize: patch,
		...(kind.square === true && image !== undefined ? { imageSize: image } : {}),
		classTokens: 0,
		...kind.modules,
		positionParameters: kind.positions(widths),
		...rule.override?.(vision),
	};
	const name = `${rule.type}, ${shape.layers} layers of ${hidden}, patch ${patch}`;
	return {
		tower: match(shape, name, kind.beyond?.(widths)),
		patch,
		...(kind.square === true && image !== undefined ? { imageSize: image } : {}),
		classTokens: shape.classTokens,
		hidden,
		mlp: shape.mlp,
	};
}

const anyWord = {
	...word,
	parse: (value: unknown, path: string) => (value === "" ? "" : word.parse(value, path)),
};

/** Janus: the MLP is `mlp_ratio` times the width. */
export function janusWidths(vision: Section): Partial<Shape> {
	const hidden = vision.read("hidden_size", width) ?? 1024;
	const ratio = vision.read("mlp_ratio", number("MLP ratio", { min: 0.1, max: 16 })) ?? 4;
	return { mlp: Math.trunc(hidden * ratio) };
}

/** Llama 3.2 Vision: two stacks of blocks, one after the other. */
export function mllamaLayers(vision: Section): Partial<Shape> {
	const depth =
		(vision.read("num_hidden_layers", layers) ?? 32) + (vision.read("num_global_layers", layers) ?? 8);
	return { layers: depth, featureLayer: depth };
}

/** DeepSeek-OCR-2: windowed attention in all but a few layers. */
export function samWindows(vision: Section): Partial<Shape> {
	const window = vision.read("window_size", integer("Patches", { min: 1, max: 1024 })) ?? 14;
	const full = vision.read("global_attn_indexes", layerList) ?? [2, 5, 8, 11];
	return { attention: { window, fullLayers: full.length } };
}

/** Convolutional towers and others from timm, keyed by architecture name. */
const TIMM_TOWERS: Readonly<Record<string, TowerId>> = {
	mobilenetv5_300m_enc: "mobilenet-v5-300m",
	fastvit_mci3: "fastvithd",
};

/** The table row of a timm architecture. Throws `unsupported` when it is not known. */
export function timmTower(vision: Section, fallback: string): ReadTower & { readonly hidden: number } {
	const architecture = vision.read("architecture", word) ?? fallback;
	const id = Object.hasOwn(TIMM_TOWERS, architecture) ? TIMM_TOWERS[architecture] : undefined;
	if (id === undefined) {
		throw unsupported(
			`${vision.path} architecture: ${show(architecture)} is not read here; known: ${Object.keys(TIMM_TOWERS).join(", ")}`,
		);
	}
	const { patchSize, hidden } = TOWERS[id];
	return { tower: id, patch: patchSize, classTokens: 0, hidden };
}
