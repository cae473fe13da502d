/**
 * What the snapshots of the LLaVA line share: tower, language model, the patch size on which both files agree, and
 * LLaVA-NeXT's tiles. Source: transformers 5.18 models/{llava,llava_next,llava_next_video,video_llava}.
 */

import type { Size } from "@onevision/base";
import type { ProjectorChoice } from "../families/checkpoint.ts";
import { checkTiles, checkView, readPinpoints, refuseOriginal } from "./checks.ts";
import { languageModel, type ReadLanguageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { contradiction } from "./section.ts";
import { ABSENT_CLIP_336, type ReadSquareTower, squareTower } from "./square-towers.ts";
import { flag, patchSide, tokenCount, word } from "./values.ts";
import { CLIP_LIKE_VIEW, squareView } from "./view.ts";

/** Two layers. Features of several tower layers are concatenated first. */
export const mlp = (layers: number): ProjectorChoice =>
	layers === 1 ? { kind: "mlp2x-gelu" } : { kind: "mlp2x-gelu", layers };

/** Class default of `image_grid_pinpoints`, (height, width) in px. */
const NEXT_PINPOINTS = [
	[336, 672],
	[672, 336],
	[672, 672],
	[1008, 336],
	[336, 1008],
] as const;

export interface Llava {
	readonly tower: ReadSquareTower;
	readonly text: ReadLanguageModel;
	/** Side of a patch, px. */
	readonly patch: number;
	readonly notes: readonly string[];
}

/** Values used when the files specify none. */
interface LlavaDefaults {
	readonly patch?: number;
	readonly additional: number;
	readonly featureLayer?: number | readonly number[];
}

/** Tower, language model and the patch size on which both files agree. */
export function readLlava(
	snapshot: OpenSnapshot,
	{ patch, additional, featureLayer = -2 }: LlavaDefaults,
): Llava {
	const { config, processor } = snapshot;
	refuseOriginal(snapshot);
	const tower = squareTower(config, { absent: ABSENT_CLIP_336, type: "clip_vision_model", featureLayer });
	const text = languageModel(config, { type: "llama" });
	const notes = [...tower.notes, ...text.notes];
	if (config.read("multimodal_projector_bias", flag) === false) {
		notes.push("multimodal_projector_bias is false: tokens are exact, the projector is counted with biases");
	}
	const modelTakes = config.read("vision_feature_select_strategy", word) ?? "default";
	// Processors saved without a patch size have a null here.
	const written = processor.isNull("patch_size") ? undefined : processor.read("patch_size", patchSide);
	const given = written ?? patch;
	if (given === undefined) {
		for (const key of ["vision_feature_select_strategy", "num_additional_image_tokens"]) processor.has(key);
		notes.push(
			"processor_config.json names no patch_size: transformers 5.18 cannot expand a prompt with it; counted are the model's features",
		);
	} else {
		if (given !== tower.patch) {
			throw contradiction(
				`processor_config.json patch_size ${given}, config.json vision_config patch_size ${tower.patch}: the prompt and the model would disagree; make them equal`,
			);
		}
		const takes =
			processor.read("vision_feature_select_strategy", word) ?? (patch === undefined ? "" : "default");
		const extra =
			(processor.read("num_additional_image_tokens", tokenCount) ?? additional) -
			(takes === "default" ? 1 : 0);
		if (extra !== 0) {
			throw contradiction(
				`processor_config.json: num_additional_image_tokens and vision_feature_select_strategy make ${Math.abs(extra)} ${extra > 0 ? "more" : "fewer"} per view than it has patches; a tower with a class token takes 1 and "default", one without 0 and "full"`,
			);
		}
	}
	const spare = tower.classTokens - (modelTakes === "default" ? 1 : 0);
	if (spare !== 0) {
		throw contradiction(
			`config.json vision_feature_select_strategy ${JSON.stringify(modelTakes.slice(0, 40))}: this tower has ${tower.classTokens} class tokens, so the model would make ${spare > 0 ? "one feature more" : "one feature fewer"} than there are patches`,
		);
	}
	return { tower, text, patch: tower.patch, notes };
}

interface Next {
	readonly tile: number;
	readonly canvases: readonly Size[];
	readonly notes: string[];
}

export function readNext({ config, image }: OpenSnapshot, llava: Llava): Next {
	expectClass(image, "image_processor_type", ["LlavaNextImageProcessor"]);
	const view = squareView(image, CLIP_VIEW_FOR_TILES);
	const notes = [...llava.notes];
	checkView(view, llava.tower, notes);
	checkTiles(view, image);
	return { tile: view.side, canvases: readPinpoints(config, image, NEXT_PINPOINTS, view.side), notes };
}

/** In LLaVA-NeXT every view is already square when it is resized by its shortest edge. */
const CLIP_VIEW_FOR_TILES = { ...CLIP_LIKE_VIEW, squareBefore: true };

/** Written by older versions of transformers; no version reads them. */
export const OLD_KEYS = ["aspect_ratio_setting"];
