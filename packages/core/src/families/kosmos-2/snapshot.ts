/** Reads snapshots of Kosmos-2. Source: transformers 5.18 models/kosmos_2, its processors and configurations. */

import type { QueryConstants } from "../../layouts/q-former.ts";
import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { tokenCount } from "../../snapshot/values.ts";
import { CLIP_VIEW, squareView } from "../../snapshot/view.ts";
import type { Kosmos2Settings } from "./layout.ts";

type Kosmos2Reading = SnapshotReading<"kosmos-2", QueryConstants, Kosmos2Settings>;

/** `num_image_tokens` of Kosmos2ProcessorKwargs. It is passed in every call and is not a key of any file. */
const KOSMOS_TOKENS = 64;

function readKosmos2(snapshot: OpenSnapshot): Kosmos2Reading {
	const { config, processor, image } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "kosmos_2_vision_model" });
	const text = languageModel(config, { type: "kosmos_2_text_model" });
	expectClass(image, "image_processor_type", ["CLIPImageProcessor"]);
	const view = squareView(image, CLIP_VIEW);
	const notes = [...tower.notes, ...text.notes];
	checkView({ ...view, cut: view.side }, tower, notes);
	// Region words, which are text. A null makes transformers fail.
	processor.read("num_patch_index_tokens", tokenCount);
	const latents = config.read("latent_query_num", tokenCount) ?? KOSMOS_TOKENS;
	if (latents !== KOSMOS_TOKENS) {
		throw contradiction(
			`config.json latent_query_num ${latents}: Kosmos2Processor writes ${KOSMOS_TOKENS} tokens into every prompt; the model would disagree`,
		);
	}
	return {
		family: "kosmos-2",
		constants: { tile: view.side, patch: tower.patch, queries: KOSMOS_TOKENS },
		tower: tower.tower,
		// A layer to the language model's width, the latents, and attention from the latents to the features.
		projector: {
			kind: "q-former",
			parameters:
				tower.hidden * text.hidden +
				text.hidden +
				latents * text.hidden +
				4 * (text.hidden ** 2 + text.hidden),
		},
		text,
		notes,
	};
}

export const snapshot = {
	readers: {
		"kosmos-2": {
			family: "kosmos-2",
			processors: ["Kosmos2Processor"],
			ignored: {},
			source: "Kosmos2Processor and CLIPImageProcessor",
			read: readKosmos2,
		},
	},
} as const satisfies SnapshotSupport;
