/** Reads snapshots of Molmo in the format of their own code. Each reader names its source files. */

import { integer, list } from "@onevision/base/schema";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { flag, patchSide, tileCount, viewSide } from "../../snapshot/values.ts";
import type { MolmoConstants, MolmoSettings } from "./layout.ts";
import { molmoProjector } from "./projector.ts";

type MolmoReading = SnapshotReading<"molmo", MolmoConstants, MolmoSettings>;

const margins = list("Patches", integer("Patches", { min: 0, max: 64 }), { min: 2, max: 2 });

const sides = list("Sides, px", viewSide, { min: 2, max: 2 });

/** The tower is CLIP L/14 at 336 px in every release, although no file says so. */
const MOLMO_TOWER = { tower: "clip-vit-l14-336", tile: 336, patch: 14 } as const;

/** config_molmo.py and image_preprocessing_molmo.py of huggingface.co/allenai/Molmo-7B-D-0924. */
function readMolmo(snapshot: OpenSnapshot): MolmoReading {
	const { config, image } = snapshot;
	const text = languageModel(config, { type: "molmo", flat: true });
	expectClass(image, "image_processor_type", ["MolmoImageProcessor"]);
	const [height, width] = image.read("base_image_input_size", sides) ?? [336, 336];
	const patch = image.read("image_patch_size", patchSide) ?? 14;
	if (height !== MOLMO_TOWER.tile || width !== MOLMO_TOWER.tile || patch !== MOLMO_TOWER.patch) {
		throw unsupported(
			`${image.path}: crops of ${height}x${width} px in patches of ${patch} px; Molmo's tower takes 336x336 in patches of 14`,
		);
	}
	const [before = 4, after = 4] = image.read("overlap_margins", margins) ?? [4, 4];
	const pooled = [
		image.read("image_token_length_w", tileCount) ?? 12,
		image.read("image_token_length_h", tileCount) ?? 12,
	];
	const side = MOLMO_TOWER.tile / patch;
	if (pooled.some((length) => length !== side / 2) || before + after >= side) {
		throw unsupported(
			`${image.path}: image_token_length ${pooled.join("x")} and overlap_margins ${before} and ${after}; counted are 12x12 tokens of 24x24 patches, margins below 24 together`,
		);
	}
	const notes = [...text.notes];
	if (config.read("attention_layer_norm", flag) === true) {
		notes.push(
			"attention_layer_norm: tokens are exact; parameters leave out norms of queries and keys over all heads",
		);
	}
	return {
		family: "molmo",
		constants: {
			tile: MOLMO_TOWER.tile,
			patch,
			merge: 2,
			margins: before + after,
			maxTiles: image.read("max_crops", tileCount) ?? 12,
		},
		tower: MOLMO_TOWER.tower,
		projector: molmoProjector(text.hidden, text.mlp),
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		molmo: {
			family: "molmo",
			processors: ["MolmoProcessor"],
			ignored: { image: ["image_padding_mask"] },
			source: "huggingface.co/allenai/Molmo-7B-D-0924 image_preprocessing_molmo.py",
			remoteCode: true,
			read: readMolmo,
		},
	},
} as const satisfies SnapshotSupport;
