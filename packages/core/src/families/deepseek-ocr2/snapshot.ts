/**
 * Reads snapshots of DeepSeek-OCR-2. Source: transformers 5.18 models/deepseek_ocr2, its processors and configurations.
 */

import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { kindTower, samWindows } from "../../snapshot/tower-kinds.ts";
import { width } from "../../snapshot/tower-shape.ts";
import { mergeSide, patchSide, viewSide } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import type { DeepseekOcr2Constants, DeepseekOcr2Settings } from "./layout.ts";

type DeepseekOcr2Reading = SnapshotReading<"deepseek-ocr2", DeepseekOcr2Constants, DeepseekOcr2Settings>;

/** DeepseekOcr2ProcessorKwargs passes these in every call, so values in the file have no effect. */
const OCR_TILES = { minTiles: 2, maxTiles: 6 } as const;

function readOcr2(snapshot: OpenSnapshot): DeepseekOcr2Reading {
	const { config, processor, image } = snapshot;
	const vision = config.child("vision_config");
	const tower = kindTower(config, {
		type: "deepseek_ocr2_sam_vision_model",
		vision: vision?.child("sam_config"),
		override: samWindows,
	});
	const text = languageModel(config, { type: "deepseek_ocr2_text" });
	expectClass(image, "image_processor_type", ["DeepseekOcr2ImageProcessor"]);
	const overview = squareSize(image, 1024);
	const tile = image.read("tile_size", viewSide) ?? 768;
	const notes = [...text.notes];
	checkView({ side: overview, cut: overview }, tower, notes);
	const patch = processor.read("patch_size", patchSide) ?? 16;
	const merge = processor.read("downsample_ratio", mergeSide) ?? 4;
	// The tower's neck halves the grid twice.
	if (patch !== tower.patch || merge !== 4) {
		throw contradiction(
			`processor_config.json patch_size ${patch} and downsample_ratio ${merge}: the tower has patches of ${tower.patch} px and halves its grid twice; the prompt and the model would disagree`,
		);
	}
	const encoder = vision?.child("encoder_config")?.read("hidden_size", width) ?? 4096;
	return {
		family: "deepseek-ocr2",
		constants: { tile, overview, patch, merge, ...OCR_TILES },
		tower: tower.tower,
		// One layer from the encoder's channels, plus the separator.
		projector: { kind: "q-former", parameters: encoder * text.hidden + 2 * text.hidden },
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		deepseek_ocr2: {
			family: "deepseek-ocr2",
			processors: ["DeepseekOcr2Processor"],
			ignored: {
				image: [...NO_CROP, "background_color", "crop_to_patches", "min_patches", "max_patches"],
			},
			source: "DeepseekOcr2Processor and DeepseekOcr2ImageProcessor",
			read: readOcr2,
		},
	},
} as const satisfies SnapshotSupport;
