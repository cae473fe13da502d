/**
 * Reads snapshots of Command A Vision. Source: transformers 5.18 models/cohere2_vision, its processors and
 * configurations.
 */

import { checkView } from "../../snapshot/checks.ts";
import { gatedProjector } from "../../snapshot/cohere.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { mlpWidth } from "../../snapshot/tower-shape.ts";
import { flag, mergeSide, patchSide, tileCount } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import type { Cohere2VisionConstants, Cohere2VisionSettings } from "./layout.ts";

type Cohere2VisionReading = SnapshotReading<"cohere2-vision", Cohere2VisionConstants, Cohere2VisionSettings>;

const ABSENT_COHERE_2 = {
	hidden_size: 1152,
	intermediate_size: 3072,
	image_size: 512,
	num_hidden_layers: 27,
	num_attention_heads: 12,
} as const;

function readCohere2(snapshot: OpenSnapshot): Cohere2VisionReading {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: ABSENT_COHERE_2, type: "siglip_vision_model" });
	const text = languageModel(config, { type: "cohere2" });
	expectClass(image, "image_processor_type", ["Cohere2VisionImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const tile = squareSize(image, 512);
	checkView({ side: tile, cut: tile }, tower, notes);
	const merge = config.read("downsample_factor", mergeSide) ?? 2;
	// The processor computes the tokens per side of a tile from its image processor's patch size.
	const written = image.read("patch_size", patchSide) ?? 16;
	const side = Math.floor(tile / tower.patch);
	if (side % merge !== 0 || written !== side / merge) {
		throw contradiction(
			`${image.path} patch_size ${written}: the prompt gets ${written ** 2} tokens per tile, the model gives ${side}x${side} patches at downsample_factor ${merge}; transformers takes the square of patch_size`,
		);
	}
	const crops = image.read("crop_to_patches", flag) ?? true;
	return {
		family: "cohere2-vision",
		constants: {
			tile,
			patch: tower.patch,
			merge,
			maxTiles: image.read("max_patches", tileCount) ?? 12,
		},
		settings: crops ? {} : { crop_to_patches: false },
		tower: tower.tower,
		projector: gatedProjector(
			tower.hidden * merge ** 2,
			config.read("alignment_intermediate_size", mlpWidth) ?? 36_864,
			text.hidden,
			false,
		),
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		cohere2_vision: {
			family: "cohere2-vision",
			processors: ["Cohere2VisionProcessor"],
			ignored: { image: [...NO_CROP, "min_patches"] },
			source: "Cohere2VisionProcessor and Cohere2VisionImageProcessor",
			read: readCohere2,
		},
	},
} as const satisfies SnapshotSupport;
