/** Reads snapshots of Llama 4. Source: transformers 5.18 models/llama4, its processors and configurations. */

import { number } from "@onevision/base/schema";
import { normalizedBy } from "../../facts/normalizations.ts";
import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { width } from "../../snapshot/tower-shape.ts";
import { flag, patchSide, tileCount } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import type { Llama4Constants, Llama4Settings } from "./layout.ts";

type Llama4Reading = SnapshotReading<"llama4", Llama4Constants, Llama4Settings>;

function readLlama4(snapshot: OpenSnapshot): Llama4Reading {
	const { config, processor, image } = snapshot;
	const tower = kindTower(config, { type: "llama4_vision_model" });
	const text = languageModel(config, { type: "llama4_text" });
	expectClass(image, "image_processor_type", ["Llama4ImageProcessor"]);
	const tile = squareSize(image, 336);
	if (image.read("do_rescale", flag) === false) {
		throw unsupported(`${image.path} do_rescale: false; transformers fails on it`);
	}
	const notes = [...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const ratioOf = number("Share of a side that is kept", { min: 1 / 8, max: 1 });
	const vision = config.child("vision_config");
	const ratio = vision?.read("pixel_shuffle_ratio", ratioOf) ?? 0.5;
	const merge = Math.round(1 / ratio);
	const patch = processor.read("patch_size", patchSide) ?? 14;
	const written = processor.read("pixel_shuffle_ratio", ratioOf) ?? 0.5;
	if (patch !== tower.patch || written !== ratio || merge * ratio !== 1) {
		throw contradiction(
			`processor_config.json: patch_size ${patch} and pixel_shuffle_ratio ${written}, config.json vision_config: ${tower.patch} and ${ratio}; they must be equal, the ratio one over a whole number`,
		);
	}
	if (Math.floor(tile / patch) % merge !== 0) {
		throw contradiction(
			`${image.path} size ${tile}: ${Math.floor(tile / patch)} patches a side are no multiple of ${merge}`,
		);
	}
	const largest = image.read("resize_to_max_canvas", flag) ?? false;
	const out = vision?.read("projector_output_dim", width) ?? 4096;
	return {
		family: "llama4",
		pixels: { image: normalizedBy("half") },
		constants: { tile, patch, merge, maxTiles: image.read("max_patches", tileCount) ?? 16 },
		settings: largest ? { resize_to_max_canvas: true } : {},
		tower: tower.tower,
		projector: { kind: "q-former", parameters: out * text.hidden },
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		llama4: {
			family: "llama4",
			processors: ["Llama4Processor"],
			ignored: {
				image: NO_CROP,
				processor: [
					"fake_image_token",
					"start_of_image_token",
					"end_of_image_token",
					"patch_token",
					"tile_x_separator_token",
					"tile_y_separator_token",
					"start_of_img_token",
					"end_of_img_token",
					"img_patch_token",
					"tile_token",
					"tile_global_token",
				],
			},
			source: "Llama4Processor and Llama4ImageProcessor",
			read: readLlama4,
		},
	},
} as const satisfies SnapshotSupport;
