/** Reads snapshots of Mantis. Source: transformers 5.18 models/llava, its processors and configurations. */

import { checkView } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { word } from "../../snapshot/values.ts";
import { CLIP_VIEW, SIGLIP_VIEW, squareView } from "../../snapshot/view.ts";
import type { LlavaConstants } from "../llava/layout.ts";
import type { MantisSettings } from "./layout.ts";

export type MantisReading = SnapshotReading<"mantis", LlavaConstants, MantisSettings>;

/** `processor_class` of Mantis checkpoints. */
export const MANTIS_PROCESSOR = "MLlavaProcessor";

export function isMantis({ processor, image }: OpenSnapshot): boolean {
	return [processor, image].some((part) => part.read("processor_class", word) === MANTIS_PROCESSOR);
}

/** Every image is one view. The class token of a CLIP tower is dropped. */
export function readMantis(snapshot: OpenSnapshot): MantisReading {
	const { config, image } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "clip_vision_model", featureLayer: -2 });
	const text = languageModel(config, { type: "llama" });
	const type = expectClass(image, "image_processor_type", ["CLIPImageProcessor", "SiglipImageProcessor"]);
	const view = squareView(image, type === "SiglipImageProcessor" ? SIGLIP_VIEW : CLIP_VIEW);
	const notes = [...tower.notes, ...text.notes];
	checkView(view, tower, notes);
	const strategy = config.read("vision_feature_select_strategy", word) ?? "default";
	if ((strategy === "default") !== (tower.classTokens === 1)) {
		throw contradiction(
			`config.json vision_feature_select_strategy ${JSON.stringify(strategy.slice(0, 40))}: this tower has ${tower.classTokens} class tokens, so the model would make another number of features than there are patches`,
		);
	}
	return {
		family: "mantis",
		constants: { tile: view.side, patch: tower.patch },
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes,
	};
}

export const snapshot = {
	readers: {},
	reason: "its model_type is llava, read with LLaVA: the processor's class tells the two apart",
} as const satisfies SnapshotSupport;
