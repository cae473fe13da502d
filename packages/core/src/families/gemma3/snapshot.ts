/** Reads snapshots of Gemma 3. Source: transformers 5.18 models/gemma3, its processors and configurations. */

import { normalizedBy } from "../../facts/normalizations.ts";
import { square } from "../../snapshot/base-config.ts";
import { checkView } from "../../snapshot/checks.ts";
import { readPooledSide } from "../../snapshot/gemma.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { SIGLIP_VIEW, squareView } from "../../snapshot/view.ts";
import type { Gemma3Checkpoint } from "./checkpoints.ts";
import type { Gemma3Constants, Gemma3Settings } from "./layout.ts";

type Gemma3Reading = SnapshotReading<"gemma3", Gemma3Constants, Gemma3Settings>;

const PAN_AND_SCAN = [
	"do_pan_and_scan",
	"pan_and_scan_min_crop_size",
	"pan_and_scan_max_num_crops",
	"pan_and_scan_min_ratio_to_activate",
];

function readGemma3(snapshot: OpenSnapshot): Gemma3Reading {
	const { config, image } = snapshot;
	const tower = squareTower(config, {
		absent: { model_type: "siglip_vision_model" },
		type: "siglip_vision_model",
	});
	const text = languageModel(config, { type: "gemma3_text" });
	expectClass(image, "image_processor_type", ["Gemma3ImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, SIGLIP_VIEW, { numberIsSquare: true });
	checkView(view, tower, notes);
	const pooledSide = readPooledSide(snapshot, "mm_tokens_per_image", Math.floor(view.side / tower.patch));
	return {
		family: "gemma3",
		pixels: { image: normalizedBy("half") },
		constants: { tile: view.side, patch: tower.patch, pooledSide },
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		gemma3: {
			family: "gemma3",
			processors: ["Gemma3Processor"],
			// Gemma3Processor passes its own pan-and-scan values in every call, so values in the file have no effect.
			ignored: {
				image: PAN_AND_SCAN,
				processor: ["boi_token", "eoi_token", "full_image_sequence", "image_token_id"],
			},
			source: "Gemma3Processor and Gemma3ImageProcessor",
			read: readGemma3,
		},
	},
	configOf: (checkpoint: Gemma3Checkpoint) =>
		square("gemma3", checkpoint, { mm_tokens_per_image: checkpoint.constants.pooledSide ** 2 }),
} as const satisfies SnapshotSupport;
