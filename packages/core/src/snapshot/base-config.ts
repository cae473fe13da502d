/**
 * The parts of config.json that processor files are read against, reconstructed for checkpoints in the table. Adapters
 * need this, because their folders have processor files but no config.json. Widths are omitted; the table row has them.
 */

import type { Size } from "@onevision/base";
import { TOWERS, type Tower } from "../facts/towers.ts";
import type { AnyCheckpointRow } from "../families/checkpoint.ts";

type Config = Readonly<Record<string, unknown>>;
type AnyCheckpoint = Pick<AnyCheckpointRow, "parts">;

const towerOf = ({ parts: { tower } }: AnyCheckpoint): Tower =>
	typeof tower === "string" ? TOWERS[tower] : tower;

export const square = (modelType: string, checkpoint: AnyCheckpoint, more: Config = {}): Config => {
	const { patchSize, imageSize, classTokens } = towerOf(checkpoint);
	const type = classTokens === 1 ? "clip_vision_model" : "siglip_vision_model";
	return {
		model_type: modelType,
		vision_config: { model_type: type, patch_size: patchSize, image_size: imageSize },
		...more,
	};
};

/** LLaVA's config: every feature of a tower without a class token, all but the class token of others. */
export const llava = (modelType: string, checkpoint: AnyCheckpoint, more: Config = {}): Config =>
	square(modelType, checkpoint, {
		...(towerOf(checkpoint).classTokens === 1
			? {}
			: { vision_feature_layer: -1, vision_feature_select_strategy: "full" }),
		...more,
	});

export const merged = (modelType: string, { patch, merge }: { patch: number; merge: number }): Config => ({
	model_type: modelType,
	vision_config: { patch_size: patch, spatial_merge_size: merge },
});

export const pinpoints = (canvases: readonly Size[]): Config => ({
	image_grid_pinpoints: canvases.map(({ height, width }) => [height, width]),
});

export const onevisionGrids = ({ tile, maxGridSide }: { tile: number; maxGridSide: number }): Size[] =>
	Array.from({ length: maxGridSide ** 2 }, (_, index) => ({
		height: tile * (Math.floor(index / maxGridSide) + 1),
		width: tile * ((index % maxGridSide) + 1),
	}));
