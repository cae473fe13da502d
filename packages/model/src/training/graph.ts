/**
 * The training form of a model: the modules that run released checkpoints, built of operators that have gradients, over a
 * batch of packed sequences. All features of the batch, its token embeddings and the newline are rows of one table, from which
 * every sequence gathers its own; so sequences may hold any mix of text, images and videos.
 *
 *     table = [token embeddings | newline | features | features pooled]
 */

import { OnevisionError } from "@onevision/base";
import { pooledSize } from "@onevision/core";
import {
	bilinearPooling,
	Graph,
	type Grid,
	MASKED,
	maskedCrossEntropy,
	ops,
	type SummedLoss,
	type Value,
} from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import type { TilesVision } from "../architecture/tiles.ts";
import type { Pooling } from "../families/family.ts";
import { tokenEmbeddings, trainingLogits } from "../modules/decoder.ts";
import { projector } from "../modules/projector.ts";
import { FLOAT32, Scope } from "../modules/scope.ts";
import { tower } from "../modules/tower.ts";

/** Parts that can be trained or frozen, from input to output. The newline belongs to the projector. */
export const TRAINED_PARTS = ["tower", "projector", "language-model"] as const;
export type TrainedPart = (typeof TRAINED_PARTS)[number];

/** Sizes of a batch; every batch of a plan has the same. */
export interface BatchShape {
	/** Views of all sequences. */
	readonly views: number;
	readonly sequences: number;
	/** Tokens of a sequence. */
	readonly length: number;
	/** Rows whose next token is predicted, in all sequences. */
	readonly answers: number;
	/** How video frames, or images, are pooled; views that are not pooled are in the table as well. */
	readonly pooling: Pooling;
}

/** Inputs of the graph. */
export const BATCH = {
	/** float32 [views, 3, side, side] */
	pixels: "pixels",
	/** int64 [sequences, length]: rows of the table. */
	rows: "rows",
	/** float32 [sequences, length, headDim / 2]: cosines and sines of the positions. */
	cos: "cos",
	sin: "sin",
	/** int64 [sequences, length]: which sample a token belongs to; tokens of different samples do not see each other. */
	samples: "samples",
	/** int64 [sequences, length]: 0 for what all questions of a sample share, else the question. */
	questions: "questions",
	/** int64 [answers]: tokens whose successors are predicted, counted through all sequences. */
	answers: "answers",
	/** int64 [answers]: the successors, or `IGNORED`. */
	targets: "targets",
} as const;

export interface TrainingGraph {
	readonly graph: Graph;
	readonly loss: SummedLoss;
	/** Of the answers' rows, [answers, vocabulary]. */
	readonly logits: Value;
	/** Parameters of each part. */
	readonly parts: Readonly<Record<TrainedPart, readonly Value[]>>;
	readonly table: TableRows;
}

/** Where in the table a batch's rows are. */
export interface TableRows {
	/** A token's embedding is at its id. */
	readonly newline: number;
	readonly features: number;
	readonly pooled: number;
	/** Features of one view, whole and pooled. */
	readonly patches: number;
	readonly pooledPatches: number;
}

/** Throws `unsupported` for pooling that is not trained here, and for towers with class tokens in the features. */
export function trainingGraph(architecture: Architecture<TilesVision>, shape: BatchShape): TrainingGraph {
	const { tower: towerShape, decoder, family, framePooling } = architecture;
	if (framePooling !== undefined) {
		throw new OnevisionError(
			"unsupported",
			"training: frames pooled before they are projected are only run here",
		);
	}
	const { views, sequences, length, answers } = shape;
	const graph = new Graph("training");
	const scope = new Scope(graph, "", FLOAT32);
	const side = towerShape.imageSize;
	const pixels = graph.input(BATCH.pixels, "float32", { views, channels: 3, rows: side, cols: side });
	const seen = tower(pixels, scope.at("vision_tower"), towerShape, "standard");
	const features = projector(seen, scope.at("multi_modal_projector"), architecture.projector, "standard");
	const table = tableRows(architecture, shape);
	const patchGrid = gridOf(architecture);
	const pooled = pool(features, patchGrid, shape.pooling);
	const { hidden } = decoder;
	const flat = (value: Value) => ops.Reshape(value, [-1, hidden]);
	const newline = family.hasNewline
		? scope.parameter("image_newline", [hidden])
		: graph.constant({ dtype: "float32", shape: [hidden], data: new Float32Array(hidden) });
	const embeddings = tokenEmbeddings(scope, decoder);
	const parts = [embeddings, ops.Reshape(newline, [1, hidden]), flat(features)];
	const all = ops.Concat(pooled === undefined ? parts : [...parts, flat(pooled)], 0);
	const input = (name: string, dims: readonly number[]) => graph.input(name, "int64", dims);
	const angles = (name: string) => graph.input(name, "float32", [sequences, length, decoder.headDim / 2]);
	const rows = {
		embeddings: ops.Gather(all, input(BATCH.rows, [sequences, length]), 0),
		tables: { cos: angles(BATCH.cos), sin: angles(BATCH.sin) },
		mask: packedMask(input(BATCH.samples, [sequences, length]), input(BATCH.questions, [sequences, length])),
		answers: input(BATCH.answers, [answers]),
	};
	const logits = trainingLogits(rows, scope, decoder);
	const loss = maskedCrossEntropy(logits, input(BATCH.targets, [answers]));
	const of = (...prefixes: readonly string[]) =>
		graph.parameters.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
	return {
		graph,
		loss,
		logits,
		table,
		parts: {
			tower: of("vision_tower."),
			projector: of("multi_modal_projector.", "image_newline"),
			"language-model": of("language_model.", "lm_head."),
		},
	};
}

function gridOf({
	tower: { imageSize, patchSize, classTokens, dropsClassTokens },
}: Architecture<TilesVision>): Grid {
	if (classTokens > 0 && !dropsClassTokens) {
		throw new OnevisionError("unsupported", "training: class tokens among the features are not packed");
	}
	const side = Math.floor(imageSize / patchSize);
	return { rows: side, cols: side };
}

/** Rows of the table for batches of this shape. */
export function tableRows(
	architecture: Architecture<TilesVision>,
	{ views, pooling }: BatchShape,
): TableRows {
	const grid = gridOf(architecture);
	const small = pooledSize(grid, pooling.stride, pooling.mode);
	const { vocabulary } = architecture.decoder;
	const patches = grid.rows * grid.cols;
	return {
		newline: vocabulary,
		features: vocabulary + 1,
		pooled: vocabulary + 1 + views * patches,
		patches,
		pooledPatches: small.rows * small.cols,
	};
}

/** `undefined` where nothing is pooled. */
function pool(features: Value, grid: Grid, { stride, mode }: Pooling): Value | undefined {
	if (stride === 1) return undefined;
	if (mode !== "bilinear") {
		throw new OnevisionError("unsupported", `training: pooling ${mode} is not trained here; use bilinear`);
	}
	return bilinearPooling(features, grid, pooledSize(grid, stride, mode));
}

/**
 * What attends to what: earlier tokens of the same sample that all of its questions share, or that are of the same
 * question. [sequences, 1, length, length]
 */
function packedMask(samples: Value, questions: Value): Value {
	const [sequences = 0, length = 0] = samples.shape;
	const { graph } = samples;
	const asQuery = (value: Value) => ops.Reshape(value, [sequences, 1, length, 1]);
	const asKey = (value: Value) => ops.Reshape(value, [sequences, 1, 1, length]);
	const places = graph.constant({
		dtype: "int64",
		shape: [1, length],
		data: BigInt64Array.from({ length }, (_, place) => BigInt(place)),
	});
	const place = (shape: readonly number[]) => ops.Reshape(places, shape);
	const earlier = ops.LessOrEqual(place([1, 1, 1, length]), place([1, 1, length, 1]));
	const sameSample = ops.Equal(asQuery(samples), asKey(samples));
	const sameQuestion = ops.Or(
		ops.Equal(asKey(questions), 0),
		ops.Equal(asQuery(questions), asKey(questions)),
	);
	const visible = ops.And(earlier, ops.And(sameSample, sameQuestion));
	return ops.Where(visible, graph.scalar(0, "float32"), graph.scalar(MASKED, "float32"));
}
