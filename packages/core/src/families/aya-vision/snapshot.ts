/** Reads snapshots of Aya Vision. Source: transformers 5.18 models/aya_vision, its processors and configurations. */

import type { CropSettings } from "../../layouts/tile-grid.ts";
import { checkView } from "../../snapshot/checks.ts";
import { gatedProjector } from "../../snapshot/cohere.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { mlpWidth } from "../../snapshot/tower-shape.ts";
import { mergeSide, patchSide, tileCount, viewSide } from "../../snapshot/values.ts";
import { squareView, type ViewDefaults } from "../../snapshot/view.ts";
import type { AyaVisionConstants } from "./layout.ts";

type AyaVisionReading = SnapshotReading<"aya-vision", AyaVisionConstants, CropSettings>;

/** Class defaults of GotOcr2ImageProcessor. */
const AYA_VIEW: ViewDefaults = { size: { height: 384, width: 384 }, crops: false };

/** What AyaVisionConfig and Cohere2VisionConfig build when `vision_config` is absent. */
const ABSENT_AYA = {
	hidden_size: 1152,
	intermediate_size: 4304,
	patch_size: 14,
	image_size: 384,
	num_hidden_layers: 26,
	num_attention_heads: 14,
} as const;

function readAya(snapshot: OpenSnapshot): AyaVisionReading {
	const { config, processor, image } = snapshot;
	const tower = squareTower(config, { absent: ABSENT_AYA, type: "siglip_vision_model", featureLayer: -1 });
	const text = languageModel(config, { type: "cohere2" });
	expectClass(image, "image_processor_type", ["GotOcr2ImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, AYA_VIEW, { numberIsSquare: true });
	checkView(view, tower, notes);
	const merge = config.read("downsample_factor", mergeSide) ?? 2;
	const written = promptSide(processor);
	const side = Math.floor(view.side / tower.patch);
	if (side % merge !== 0 || written !== side / merge) {
		throw contradiction(
			`processor_config.json: img_size, patch_size and downsample_factor give tiles of ${written}x${written} tokens, the model ones of ${side}x${side} patches at downsample_factor ${merge}`,
		);
	}
	const joined = tower.hidden * merge ** 2;
	return {
		family: "aya-vision",
		constants: {
			tile: view.side,
			patch: tower.patch,
			merge,
			minTiles: image.read("min_patches", tileCount) ?? 1,
			maxTiles: image.read("max_patches", tileCount) ?? 12,
		},
		tower: tower.tower,
		projector: gatedProjector(
			joined,
			config.read("alignment_intermediate_size", mlpWidth) ?? text.hidden,
			text.hidden,
			true,
		),
		text,
		notes,
	};
}

/** Tokens per side of a tile in the prompt. */
function promptSide(processor: Section): number {
	const patch =
		(processor.read("patch_size", patchSide) ?? 28) * (processor.read("downsample_factor", mergeSide) ?? 1);
	return Math.floor((processor.read("img_size", viewSide) ?? 364) / patch);
}

export const snapshot = {
	readers: {
		aya_vision: {
			family: "aya-vision",
			processors: ["AyaVisionProcessor"],
			// AyaVisionProcessor sets crop_to_patches to true in every call.
			ignored: {
				image: ["crop_to_patches"],
				processor: [
					"start_of_img_token",
					"end_of_img_token",
					"img_patch_token",
					"img_line_break_token",
					"tile_token",
					"tile_global_token",
				],
			},
			source: "AyaVisionProcessor and GotOcr2ImageProcessor",
			read: readAya,
		},
	},
} as const satisfies SnapshotSupport;
