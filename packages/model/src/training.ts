/** Models as they are trained: the modules of released checkpoints with gradients, over packed batches. Runs anywhere. */

export { type Architecture, readTilesArchitecture } from "./architecture/architecture.ts";
export type { TilesVision } from "./architecture/tiles.ts";
export type { ModelFamily, Pooling } from "./families/family.ts";
export {
	type AnswerPlace,
	type AskedQuestion,
	type PackedBatch,
	packBatch,
	type SeenMedia,
	sampleTokens,
	type TrainingSample,
} from "./training/batch.ts";
export {
	BATCH,
	type BatchShape,
	TRAINED_PARTS,
	type TrainedPart,
	type TrainingGraph,
	trainingGraph,
} from "./training/graph.ts";
