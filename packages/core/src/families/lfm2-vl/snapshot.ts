/**
 * Reads snapshots of LFM2-VL. Source: transformers 5.18 models/{lfm2_vl,vision_config}, their processors and
 * configurations.
 */

import { integer, number } from "@onevision/base/schema";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, mergeSide, patchSide, tileCount, viewSide } from "../../snapshot/values.ts";
import { NO_CROP } from "../../snapshot/view.ts";
import type { Lfm2VlCheckpoint } from "./checkpoints.ts";
import type { Lfm2VlConstants, Lfm2VlSettings } from "./layout.ts";

type Lfm2VlReading = SnapshotReading<"lfm2-vl", Lfm2VlConstants, Lfm2VlSettings>;

const width = integer("A width, elements", { min: 1, max: 65_536 });

function readLfm2(snapshot: OpenSnapshot): Lfm2VlReading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "siglip2_vision_model" });
	const text = languageModel(config, { type: "lfm2" });
	expectClass(image, "image_processor_type", ["Lfm2VlImageProcessor"]);
	const patch = image.read("encoder_patch_size", patchSide) ?? 16;
	const merge = image.read("downsample_factor", mergeSide) ?? 2;
	const modelMerge = config.read("downsample_factor", mergeSide) ?? 2;
	if (patch !== tower.patch || merge !== modelMerge) {
		throw contradiction(
			`${image.path}: encoder_patch_size ${patch} and downsample_factor ${merge}, config.json: ${tower.patch} and ${modelMerge}; the prompt and the model would disagree, make them equal`,
		);
	}
	const joined = tower.hidden * merge ** 2;
	const inner = config.read("projector_hidden_size", width) ?? 2560;
	const bias = (config.read("projector_bias", flag) ?? true) ? inner + text.hidden : 0;
	const norm = (config.read("projector_use_layernorm", flag) ?? true) ? 2 * joined : 0;
	const splits = image.read("do_image_splitting", flag) ?? true;
	const settings: Partial<Lfm2VlSettings> = splits ? {} : { do_image_splitting: false };
	const limit = integer("Tokens", { min: 1, max: 2 ** 20 });
	return {
		family: "lfm2-vl",
		constants: {
			tile: image.read("tile_size", viewSide) ?? 512,
			patch,
			merge,
			minTiles: image.read("min_tiles", tileCount) ?? 2,
			maxTiles: image.read("max_tiles", tileCount) ?? 10,
			minTokens: image.read("min_image_tokens", limit) ?? 64,
			maxTokens: image.read("max_image_tokens", limit) ?? 256,
			tolerance: image.read("max_pixels_tolerance", number("A factor", { min: 0.01, max: 1000 })) ?? 2,
			thumbnail: image.read("use_thumbnail", flag) ?? true,
		},
		settings,
		tower: tower.tower,
		projector: { kind: "q-former", parameters: norm + joined * inner + inner * text.hidden + bias },
		text,
		notes: [...text.notes],
	};
}

export const snapshot = {
	readers: {
		lfm2_vl: {
			family: "lfm2-vl",
			processors: ["Lfm2VlProcessor"],
			// Images are always resized, ignoring do_resize, to sizes that follow from tiles and token limits.
			ignored: {
				image: [
					...NO_CROP,
					"do_resize",
					"size",
					"default_to_square",
					"return_row_col_info",
					"max_num_patches",
				],
			},
			source: "Lfm2VlProcessor and Lfm2VlImageProcessor",
			read: readLfm2,
		},
	},
	configOf: ({ constants: { patch, merge } }: Lfm2VlCheckpoint) => ({
		model_type: "lfm2_vl",
		vision_config: { patch_size: patch },
		downsample_factor: merge,
	}),
} as const satisfies SnapshotSupport;
