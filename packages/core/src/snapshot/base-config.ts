/**
 * What config.json of a checkpoint of the table says, as far as a processor's files are read against it: for adapters,
 * whose folders have the processor's files and no config.json. Widths are left out; the row has them.
 */

import type { Size } from "@onevision/base";
import type { Checkpoint, CheckpointOf } from "../checkpoints/checkpoint.ts";
import { TOWERS, type Tower } from "../facts/towers.ts";
import type { FamilyId } from "../families/index.ts";

type Config = Readonly<Record<string, unknown>>;

const towerOf = ({ parts: { tower } }: Checkpoint): Tower =>
	typeof tower === "string" ? TOWERS[tower] : tower;

const square = (modelType: string, checkpoint: Checkpoint, more: Config = {}): Config => {
	const { patchSize, imageSize, classTokens } = towerOf(checkpoint);
	const type = classTokens === 1 ? "clip_vision_model" : "siglip_vision_model";
	return {
		model_type: modelType,
		vision_config: { model_type: type, patch_size: patchSize, image_size: imageSize },
		...more,
	};
};

/** LLaVA's: every feature of a tower without class token, all but the class token of others. */
const llava = (modelType: string, checkpoint: Checkpoint, more: Config = {}): Config =>
	square(modelType, checkpoint, {
		...(towerOf(checkpoint).classTokens === 1
			? {}
			: { vision_feature_layer: -1, vision_feature_select_strategy: "full" }),
		...more,
	});

const merged = (modelType: string, { patch, merge }: { patch: number; merge: number }): Config => ({
	model_type: modelType,
	vision_config: { patch_size: patch, spatial_merge_size: merge },
});

const pinpoints = (canvases: readonly Size[]): Config => ({
	image_grid_pinpoints: canvases.map(({ height, width }) => [height, width]),
});

const onevisionGrids = ({ tile, maxGridSide }: { tile: number; maxGridSide: number }): Size[] =>
	Array.from({ length: maxGridSide ** 2 }, (_, index) => ({
		height: tile * (Math.floor(index / maxGridSide) + 1),
		width: tile * ((index % maxGridSide) + 1),
	}));

/** Families whose adapters come with files that transformers reads; the others' files are for code of their own. */
const CONFIGS: { readonly [F in FamilyId]?: (checkpoint: CheckpointOf<F>) => Config } = {
	llava: (checkpoint) => llava("llava", checkpoint),
	"llava-next": (checkpoint) => llava("llava_next", checkpoint, pinpoints(checkpoint.constants.canvases)),
	"llava-next-video": (checkpoint) =>
		llava("llava_next_video", checkpoint, pinpoints(checkpoint.constants.canvases)),
	"llava-onevision": (checkpoint) =>
		llava("llava_onevision", checkpoint, {
			...pinpoints(onevisionGrids(checkpoint.constants)),
			vision_aspect_ratio: `anyres_max_${checkpoint.constants.anyresMax}`,
		}),
	"video-llava": (checkpoint) => llava("video_llava", checkpoint),
	"qwen-vl": ({ constants }) =>
		merged(constants.videoLimits === "per-clip" ? "qwen3_vl" : "qwen2_5_vl", constants),
	idefics2: ({ constants }) => ({
		model_type: "idefics2",
		vision_config: { patch_size: constants.patch },
		perceiver_config: { resampler_n_latents: constants.latents },
	}),
	idefics3: ({ constants }) => ({
		model_type: "idefics3",
		vision_config: { patch_size: constants.patch, image_size: constants.tile },
		scale_factor: constants.merge,
	}),
	smolvlm: ({ constants }) => ({
		model_type: "smolvlm",
		vision_config: { patch_size: constants.patch, image_size: constants.tile },
		scale_factor: constants.merge,
	}),
	pixtral: ({ constants: { patch, merge, longestEdge } }) => ({
		model_type: merge === 1 ? "llava" : "mistral3",
		vision_config: { model_type: "pixtral", patch_size: patch, image_size: longestEdge },
		...(merge === 1 ? {} : { spatial_merge_size: merge }),
	}),
	gemma3: (checkpoint) =>
		square("gemma3", checkpoint, { mm_tokens_per_image: checkpoint.constants.pooledSide ** 2 }),
	gemma3n: ({ constants }) => ({
		model_type: "gemma3n",
		vision_soft_tokens_per_image: constants.pooledSide ** 2,
	}),
	gemma4: ({ constants }) => ({
		model_type: "gemma4",
		vision_config: { patch_size: constants.patch, pooling_kernel_size: constants.merge },
	}),
	paligemma: (checkpoint) => square("paligemma", checkpoint),
	glm4v: ({ constants }) => merged("glm4v", constants),
	glm46v: ({ constants }) => merged("glm46v", constants),
	internvl: ({ constants: { patch, tile, merge } }) => ({
		model_type: "internvl",
		vision_config: { patch_size: patch, image_size: tile },
		downsample_ratio: 1 / merge,
	}),
	mllama: ({ constants: { patch, tile } }) => ({
		model_type: "mllama",
		vision_config: { patch_size: patch, image_size: tile },
	}),
	"lfm2-vl": ({ constants: { patch, merge } }) => ({
		model_type: "lfm2_vl",
		vision_config: { patch_size: patch },
		downsample_factor: merge,
	}),
	"minicpm-v": ({ constants }) => ({
		model_type: "minicpmv4_6",
		vision_config: { patch_size: constants.patch },
	}),
};

/** `undefined` where processor files of the checkpoint's family are not read without its own config.json. */
export function configOfCheckpoint(checkpoint: Checkpoint): Config | undefined {
	const config = CONFIGS[checkpoint.family] as ((checkpoint: Checkpoint) => Config) | undefined;
	return config?.(checkpoint);
}
