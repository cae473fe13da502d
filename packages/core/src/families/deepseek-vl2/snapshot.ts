/** Reads snapshots of DeepSeek-VL2 in the format of their own code. Each reader names its source files. */

import { integer, list, number } from "@onevision/base/schema";
import { gridsUpTo } from "../../layouts/aspect-grid.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import type { OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, section, show, unsupported } from "../../snapshot/section.ts";
import { mergeSide, patchSide, tileCount, viewSide, word } from "../../snapshot/values.ts";
import type { DeepseekVl2Constants, DeepseekVl2Settings } from "./layout.ts";

type DeepseekVl2Reading = SnapshotReading<"deepseek-vl2", DeepseekVl2Constants, DeepseekVl2Settings>;

const edges = list("Width and height, px", viewSide, { min: 2, max: 2 });

const candidates = list("Canvases", edges, { min: 1, max: 1000 });

/** deepseek_vl2/models/{processing_deepseek_vl_v2,modeling_deepseek_vl_v2}.py of deepseek-ai/DeepSeek-VL2. */
function readDeepseekVl2(snapshot: OpenSnapshot): DeepseekVl2Reading {
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
			`processor_config.json: patch_size ${patch} and downsample_ratio ${merge}, config.json: ${towerPatch} and ${modelMerge}, ${layout.join(" and ")}; they must agree, and tile_tag 2D with the whole image at the head and downsample_ratio 2 are counted`,
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
		// Two layers over 2x2 patches, plus row-end and separator embeddings.
		projector: {
			kind: "q-former",
			parameters: joined * text.hidden + text.hidden ** 2 + 4 * text.hidden,
		},
		text,
		notes: [...text.notes],
	};
}

/** Checks for the widths of SigLIP SO400M, in timm's key names. */
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

/** Maximum tiles, for candidates that are all grids of up to that many tiles, as the counting rule requires. */
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

export const snapshot = {
	readers: {
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
			remoteCode: true,
			read: readDeepseekVl2,
		},
	},
} as const satisfies SnapshotSupport;
