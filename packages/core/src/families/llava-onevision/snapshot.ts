/**
 * Reads snapshots of LLaVA-OneVision. Source: transformers 5.18 models/llava_onevision, its processors and
 * configurations.
 */

import type { Size } from "@onevision/base";
import { normalizedBy } from "../../facts/normalizations.ts";
import { llava, onevisionGrids, pinpoints } from "../../snapshot/base-config.ts";
import {
	checkTiles,
	checkVideoView,
	checkView,
	readFrames,
	readPinpoints,
	refuseOriginal,
} from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, show, unsupported } from "../../snapshot/section.ts";
import { ABSENT_SIGLIP_384, squareTower } from "../../snapshot/square-towers.ts";
import { flag, tokenCount, word } from "../../snapshot/values.ts";
import { ONEVISION_VIEW, squareView } from "../../snapshot/view.ts";
import type { LlavaOnevisionCheckpoint } from "./checkpoints.ts";
import type { LlavaOnevisionConstants, LlavaOnevisionSettings } from "./layout.ts";

type LlavaOnevisionReading = SnapshotReading<
	"llava-onevision",
	LlavaOnevisionConstants,
	LlavaOnevisionSettings
>;

/** `frames_upbound` of LLaVA-VL/LLaVA-NeXT scripts/train/finetune_ov.sh. No file of the checkpoint specifies it. */
const TRAINED_FRAMES = 32;

const DEFAULT_ASPECT_RATIO = "anyres_max_9";

/** Class default of `image_grid_pinpoints`: 1×1 to 6×6 tiles of 384 px, with rows as the outer loop. */
const PINPOINTS = Array.from({ length: 36 }, (_, index) => [
	384 * (Math.floor(index / 6) + 1),
	384 * ((index % 6) + 1),
]);

function readLlavaOnevision(snapshot: OpenSnapshot): LlavaOnevisionReading {
	const { config, processor, image } = snapshot;
	refuseOriginal(snapshot);
	const tower = squareTower(config, {
		absent: ABSENT_SIGLIP_384,
		type: "siglip_vision_model",
		featureLayer: -1,
	});
	const text = languageModel(config, { type: "qwen2" });
	const notes = [...tower.notes, ...text.notes];
	if (config.read("multimodal_projector_bias", flag) === false) {
		notes.push("multimodal_projector_bias is false: tokens are exact, the projector is counted with biases");
	}
	expectClass(image, "image_processor_type", ["LlavaOnevisionImageProcessor"]);
	const view = squareView(image, { ...ONEVISION_VIEW, squareBefore: true });
	checkView(view, tower, notes);
	checkTiles(view, image);
	const side = Math.floor(view.side / tower.patch);
	checkFeatures(snapshot, side, tower.classTokens, notes);
	const video = snapshot.video();
	expectClass(video, "video_processor_type", ["LlavaOnevisionVideoProcessor"]);
	checkVideoView(video, squareView(video, ONEVISION_VIEW), view.side);
	const frames = readFrames(video);
	const canvases = readPinpoints(config, image, PINPOINTS, view.side);
	return {
		family: "llava-onevision",
		pixels: { image: normalizedBy("clip"), video: normalizedBy("clip") },
		constants: {
			tile: view.side,
			patch: tower.patch,
			...gridsOf(canvases, view.side),
			anyresMax: readAnyresMax(config, processor),
			trainedFrames: TRAINED_FRAMES,
		},
		settings: frames,
		recommendedSettings: { num_frames: frames.num_frames ?? TRAINED_FRAMES },
		trainedFrames: TRAINED_FRAMES,
		tower: tower.tower,
		projector: {
			kind: "mlp2x-gelu",
			...(tower.featureLayers === 1 ? {} : { layers: tower.featureLayers }),
		},
		text,
		notes,
	};
}

/** Checks that `num_image_tokens` equals the patches of a view, and that neither file drops or adds a token. */
function checkFeatures(
	{ config, processor }: OpenSnapshot,
	side: number,
	classTokens: number,
	notes: string[],
): void {
	const tokens = processor.isNull("num_image_tokens")
		? undefined
		: processor.read("num_image_tokens", tokenCount);
	if (tokens === undefined) {
		notes.push(
			"processor_config.json names no num_image_tokens: transformers 5.18 cannot expand a prompt with it; counted are the patches of a view",
		);
	} else if (tokens !== side ** 2) {
		throw contradiction(
			`processor_config.json num_image_tokens ${tokens}: a view has ${side}x${side} patches, which is ${side ** 2}; the prompt and the model would disagree`,
		);
	}
	const takes = processor.read("vision_feature_select_strategy", word) ?? "full";
	const modelTakes = config.read("vision_feature_select_strategy", word) ?? "full";
	if (takes === "default" || classTokens - (modelTakes === "default" ? 1 : 0) !== 0) {
		throw contradiction(
			`vision_feature_select_strategy: the processor has ${show(takes)}, the model ${show(modelTakes)}, the tower ${classTokens} class tokens; only as many features as patches are counted`,
		);
	}
}

/** The k in `anyres_max_k`, on which both files must agree. */
function readAnyresMax(config: Section, processor: Section): number {
	const given = processor.read("vision_aspect_ratio", word) ?? DEFAULT_ASPECT_RATIO;
	const model = config.read("vision_aspect_ratio", word) ?? DEFAULT_ASPECT_RATIO;
	if (given !== model) {
		throw contradiction(
			`vision_aspect_ratio: ${show(given)} in processor_config.json, ${show(model)} in config.json; make them equal`,
		);
	}
	const max = Number(/^anyres_max_([0-9]{1,3})$/.exec(given)?.[1]);
	if (max >= 1 && max <= 100) return max;
	throw unsupported(
		`vision_aspect_ratio ${show(given)}: expected anyres_max_1 to anyres_max_100; transformers reads the number at its end`,
	);
}

/**
 * The n of a canvas list that runs from 1×1 to n×n tiles with rows as the outer loop. Any other list is kept unchanged.
 */
function gridsOf(
	canvases: readonly Size[],
	tile: number,
): Pick<LlavaOnevisionConstants, "maxGridSide" | "canvases"> {
	const side = Math.sqrt(canvases.length);
	const inOrder = canvases.every(
		({ height, width }, index) =>
			height === tile * (Math.floor(index / side) + 1) && width === tile * ((index % side) + 1),
	);
	if (Number.isInteger(side) && inOrder) return { maxGridSide: side };
	const longest = Math.max(...canvases.flatMap(({ height, width }) => [height, width]));
	return { maxGridSide: longest / tile, canvases };
}

export const snapshot = {
	readers: {
		llava_onevision: {
			family: "llava-onevision",
			processors: ["LlavaOnevisionProcessor"],
			ignored: { image: ["aspect_ratio_setting"], video: ["aspect_ratio_setting", "image_grid_pinpoints"] },
			source: "LlavaOnevisionProcessor, LlavaOnevisionImageProcessor and LlavaOnevisionVideoProcessor",
			read: readLlavaOnevision,
		},
	},
	configOf: (checkpoint: LlavaOnevisionCheckpoint) =>
		llava("llava_onevision", checkpoint, {
			...pinpoints(onevisionGrids(checkpoint.constants)),
			vision_aspect_ratio: `anyres_max_${checkpoint.constants.anyresMax}`,
		}),
} as const satisfies SnapshotSupport;
