/**
 * Reads snapshots of Phi-4-multimodal. Source: transformers 5.18 models/phi4_multimodal, its processors and
 * configurations.
 */

import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { patchSide, tileCount } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import type { Phi4MultimodalConstants, Phi4MultimodalSettings } from "./layout.ts";

type Phi4MultimodalReading = SnapshotReading<
	"phi4-multimodal",
	Phi4MultimodalConstants,
	Phi4MultimodalSettings
>;

/** Features per side of the overview. The processor hard-codes its 256 tokens and 16 row ends. */
const PHI_4_SIDE = 16;

function readPhi4(snapshot: OpenSnapshot): Phi4MultimodalReading {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "phi4_multimodal_vision" });
	const text = languageModel(config, { type: "phi4_multimodal", flat: true });
	expectClass(image, "image_processor_type", ["Phi4MultimodalImageProcessor"]);
	const tile = squareSize(image, 448);
	const notes = [...tower.notes, ...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const patch = image.read("patch_size", patchSide) ?? 14;
	const side = Math.ceil(Math.floor(tile / patch) / 2);
	if (patch !== tower.patch || side !== PHI_4_SIDE) {
		throw contradiction(
			`${image.path}: size ${tile} and patch_size ${patch} make an overview of ${side}x${side} features, the tower's patches are ${tower.patch} px; transformers writes 16x16 into every prompt`,
		);
	}
	return {
		family: "phi4-multimodal",
		constants: { tile, patch, merge: 2, maxTiles: image.read("dynamic_hd", tileCount) ?? 36 },
		tower: tower.tower,
		// Two layers to the width of the language model, plus row-end and separator embeddings.
		projector: {
			kind: "q-former",
			parameters: tower.hidden * text.hidden + text.hidden ** 2 + 2 * text.hidden + 2 * tower.hidden,
		},
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		phi4_multimodal: {
			family: "phi4-multimodal",
			processors: ["Phi4MultimodalProcessor"],
			ignored: { image: NO_CROP, processor: ["audio_processor"] },
			source: "Phi4MultimodalProcessor and Phi4MultimodalImageProcessor",
			read: readPhi4,
		},
	},
} as const satisfies SnapshotSupport;
