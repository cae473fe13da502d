/**
 * Reads snapshots of Pixtral and Mistral 3. Source: transformers 5.18 models/{mistral3,vision_config}, their processors
 * and configurations.
 */

import { normalizedBy } from "../../facts/normalizations.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { pixtralTower } from "../../snapshot/native-towers.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, unsupported } from "../../snapshot/section.ts";
import { flag, mergeSide, patchSide, sizeObject } from "../../snapshot/values.ts";
import type { ProjectorChoice } from "../checkpoint.ts";
import type { PixtralCheckpoint } from "./checkpoints.ts";
import type { PixtralConstants, PixtralSettings } from "./layout.ts";

export type PixtralReading = SnapshotReading<"pixtral", PixtralConstants, PixtralSettings>;

/** Keys of PixtralProcessor and its image processor that do not affect the number of tokens. */
export const PIXTRAL_IGNORED = {
	processor: ["image_break_token", "image_end_token"],
	// The processor passes its own patch size. Batches are padded after counting.
	image: ["patch_size", "do_pad", "pad_size", "crop_size"],
};

/** Reads a Pixtral tower with `merge` × `merge` patches per token. `merge` comes from config.json. */
export function readPixtral(
	{ config, processor, image }: OpenSnapshot,
	merge: number,
	projector: (visionWidth: number, textWidth: number) => ProjectorChoice,
): PixtralReading {
	for (const part of [processor, image]) expectClass(part, "processor_class", ["PixtralProcessor"]);
	expectClass(image, "image_processor_type", ["PixtralImageProcessor"]);
	const tower = pixtralTower(config);
	const text = languageModel(config, { type: "mistral" });
	const patch = processor.read("patch_size", patchSide) ?? 16;
	const processorMerge = processor.read("spatial_merge_size", mergeSide) ?? 1;
	if (patch !== tower.patch || processorMerge !== merge) {
		throw contradiction(
			`processor_config.json: patch_size ${patch} and spatial_merge_size ${processorMerge}, config.json: ${tower.patch} and ${merge}; the prompt and the model would disagree, make them equal`,
		);
	}
	if (image.read("do_resize", flag) === false || image.read("do_center_crop", flag) === true) {
		throw unsupported(
			`${image.path}: images are counted at the size they are shrunk to; do_resize must be true and do_center_crop absent`,
		);
	}
	const size = sizeObject(image, "size", image.read("default_to_square", flag) ?? true);
	const box =
		size === undefined ? 1024 : (size.longest_edge ?? (size.height === size.width ? size.height : 0));
	if (box === undefined || box === 0) {
		throw unsupported(`${image.path} size: expected longest_edge, or equal height and width`);
	}
	const notes = [...text.notes];
	if (box > tower.longestEdge) {
		notes.push(
			`images may be ${box} px long, the tower's image_size is ${tower.longestEdge}: counted as the processor does; the model may refuse them`,
		);
	}
	return {
		family: "pixtral",
		pixels: { image: normalizedBy("clip") },
		constants: { patch, merge, longestEdge: box },
		tower: tower.tower,
		projector: projector(tower.hidden, text.hidden),
		text,
		notes,
	};
}

/** An RMS norm, a merger without bias and two layers without bias. */
const mistral3Projector = (merge: number) => (vision: number, text: number) =>
	({ kind: "q-former", parameters: vision + merge ** 2 * vision ** 2 + vision * text + text ** 2 }) as const;

function readMistral3(snapshot: OpenSnapshot): PixtralReading {
	const merge = snapshot.config.read("spatial_merge_size", mergeSide) ?? 2;
	return readPixtral(snapshot, merge, mistral3Projector(merge));
}

export const snapshot = {
	readers: {
		mistral3: {
			family: "pixtral",
			processors: ["PixtralProcessor"],
			ignored: PIXTRAL_IGNORED,
			source: "PixtralProcessor and PixtralImageProcessor",
			read: readMistral3,
		},
	},
	configOf: ({ constants: { patch, merge, longestEdge } }: PixtralCheckpoint) => ({
		model_type: merge === 1 ? "llava" : "mistral3",
		vision_config: { model_type: "pixtral", patch_size: patch, image_size: longestEdge },
		...(merge === 1 ? {} : { spatial_merge_size: merge }),
	}),
} as const satisfies SnapshotSupport;
