/** Reads snapshots of PaliGemma. Source: transformers 5.18 models/paligemma, its processors and configurations. */

import { square } from "../../snapshot/base-config.ts";
import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, unsupported } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { tokenCount } from "../../snapshot/values.ts";
import { SIGLIP_VIEW, squareView } from "../../snapshot/view.ts";
import type { LlavaConstants } from "../llava/layout.ts";
import type { PaligemmaCheckpoint } from "./checkpoints.ts";
import type { PaligemmaSettings } from "./layout.ts";

type PaligemmaReading = SnapshotReading<"paligemma", LlavaConstants, PaligemmaSettings>;

/** What PaliGemmaConfig and Gemma3Config build when `vision_config` is absent. */
const ABSENT_SO400M = {
	model_type: "siglip_vision_model",
	hidden_size: 1152,
	intermediate_size: 4096,
	patch_size: 14,
	image_size: 224,
	num_hidden_layers: 27,
	num_attention_heads: 16,
} as const;

function readPaligemma(snapshot: OpenSnapshot): PaligemmaReading {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: ABSENT_SO400M, type: "siglip_vision_model" });
	const text = languageModel(config, { type: "gemma" });
	expectClass(image, "image_processor_type", ["SiglipImageProcessor"]);
	const notes = [...tower.notes, ...text.notes];
	const view = squareView(image, SIGLIP_VIEW);
	checkView(view, tower, notes);
	const patches = Math.floor(view.side / tower.patch) ** 2;
	const tokens = image.read("image_seq_length", tokenCount);
	if (tokens === undefined) {
		throw unsupported(
			`${image.path} image_seq_length: missing; transformers fails on every image without it (here it would be ${patches})`,
		);
	}
	if (tokens !== patches) {
		throw contradiction(
			`${image.path} image_seq_length ${tokens}: a view has ${patches} patches; the prompt and the model would disagree`,
		);
	}
	return {
		family: "paligemma",
		constants: { tile: view.side, patch: tower.patch },
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		paligemma: {
			family: "paligemma",
			processors: ["PaliGemmaProcessor", "ColPaliProcessor"],
			ignored: { processor: ["image_seq_length"] },
			source: "PaliGemmaProcessor and SiglipImageProcessor",
			read: readPaligemma,
		},
	},
	configOf: (checkpoint: PaligemmaCheckpoint) => square("paligemma", checkpoint),
} as const satisfies SnapshotSupport;
