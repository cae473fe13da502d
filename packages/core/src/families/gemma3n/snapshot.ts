/** Reads snapshots of Gemma 3n. Source: transformers 5.18 models/gemma3n, its processors and configurations. */

import { readPooledSide } from "../../snapshot/gemma.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { section } from "../../snapshot/section.ts";
import { timmTower } from "../../snapshot/tower-kinds.ts";
import { tokenCount } from "../../snapshot/values.ts";
import { SIGLIP_VIEW, squareView } from "../../snapshot/view.ts";
import type { Gemma3Constants } from "../gemma3/layout.ts";
import type { Gemma3nCheckpoint } from "./checkpoints.ts";
import type { Gemma3nSettings } from "./layout.ts";

type Gemma3nReading = SnapshotReading<"gemma3n", Gemma3Constants, Gemma3nSettings>;

/** Keys that do not affect SiglipImageProcessor's tokens. The prompt is written for `image_seq_length`. */
const GEMMA_3N_PROCESSOR = ["audio_seq_length", "boi_token", "eoi_token", "full_image_sequence"];

function readGemma3n(snapshot: OpenSnapshot): Gemma3nReading {
	const { config, processor, image } = snapshot;
	// An audio key, but a null makes images fail too.
	processor.read("audio_seq_length", tokenCount);
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const tower = timmTower(vision, "mobilenetv5_300m_enc");
	const text = languageModel(config, { type: "gemma3n_text" });
	expectClass(image, "image_processor_type", ["SiglipImageProcessor"]);
	const view = squareView(image, SIGLIP_VIEW);
	const pooledSide = readPooledSide(
		snapshot,
		"vision_soft_tokens_per_image",
		Math.floor(view.side / tower.patch),
	);
	return {
		family: "gemma3n",
		constants: { tile: view.side, patch: tower.patch, pooledSide },
		tower: tower.tower,
		projector: { kind: "linear" },
		text,
		notes: [...text.notes],
	};
}

export const snapshot = {
	readers: {
		gemma3n: {
			family: "gemma3n",
			processors: ["Gemma3nProcessor"],
			ignored: { processor: GEMMA_3N_PROCESSOR },
			source: "Gemma3nProcessor and SiglipImageProcessor",
			read: readGemma3n,
		},
	},
	configOf: ({ constants }: Gemma3nCheckpoint) => ({
		model_type: "gemma3n",
		vision_soft_tokens_per_image: constants.pooledSide ** 2,
	}),
} as const satisfies SnapshotSupport;
