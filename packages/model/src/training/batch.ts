/**
 * Packs samples into the inputs of a training graph. A sample is what its questions share (media, text) and the questions,
 * each with its answer. Questions of one sample do not see each other and are numbered from the same position, so that
 * each is computed as if it were asked alone.
 */

import { assertInternal, float32, int64, OnevisionError, type Tensor } from "@onevision/base";
import type { ItemLayout } from "@onevision/core";
import { IGNORED, type Tensors } from "@onevision/graph";
import type { Architecture } from "../architecture/architecture.ts";
import type { TilesVision } from "../architecture/tiles.ts";
import type { Pooling } from "../families/family.ts";
import { inverseFrequencies, rotaryTables } from "../generate/rope.ts";
import { itemRows, NEWLINE_ROW } from "../packing/rows.ts";
import { BATCH, type BatchShape, type TableRows, tableRows } from "./graph.ts";

/** Media of a sample, seen by the tower. */
export interface SeenMedia {
	readonly layout: ItemLayout;
	readonly pooling: Pooling;
	/** Pixels of each view, [3, side, side]. */
	readonly views: readonly Float32Array[];
}

export interface AskedQuestion {
	/** Token ids, at least one: the last one predicts the answer. */
	readonly prompt: readonly number[];
	/** Token ids, with the one that ends it. */
	readonly answer: readonly number[];
}

export interface TrainingSample {
	/** In order: token ids, or media. */
	readonly shared: readonly (readonly number[] | SeenMedia)[];
	readonly questions: readonly AskedQuestion[];
}

/** Tokens of a sample in a sequence. The last token of an answer is only predicted. */
export function sampleTokens({ visualTokens, textTokens, questions }: SampleLength): number {
	return questions.reduce(
		(sum, { prompt, answer }) => sum + prompt.length + answer.length - 1,
		visualTokens + textTokens,
	);
}

interface SampleLength {
	readonly visualTokens: number;
	/** Of the text that questions share. */
	readonly textTokens: number;
	readonly questions: readonly AskedQuestion[];
}

/** A batch, and where its answers are. */
export interface PackedBatch {
	readonly inputs: Tensors;
	/** For each predicted row in order: sequence, sample in it, question of it, token of the answer. */
	readonly answers: readonly AnswerPlace[];
}

export interface AnswerPlace {
	readonly sequence: number;
	readonly sample: number;
	readonly question: number;
	readonly token: number;
}

/** Marks tokens of no sample. */
const PADDING = -1;

export interface PackBatchOptions {
	/** Factor of all positions (default 1): below 1 they are interpolated, for sequences longer than those trained on. */
	readonly positionScale?: number;
}

/**
 * Packs sequences of samples. Throws `over-limit` when they do not fit the shape. Answers that are left over are ignored,
 * views that are left over are blank.
 */
export function packBatch(
	architecture: Architecture<TilesVision>,
	shape: BatchShape,
	sequences: readonly (readonly TrainingSample[])[],
	options: PackBatchOptions = {},
): PackedBatch {
	const writer = new BatchWriter(architecture, shape, options);
	for (const [sequence, samples] of sequences.entries()) {
		let at = 0;
		for (const [sample, content] of samples.entries()) at = writer.write(sequence, at, sample, content);
	}
	return writer.batch();
}

class BatchWriter {
	readonly #shape: BatchShape;
	readonly #table: TableRows;
	readonly #frequencies: Float32Array;
	readonly #side: number;
	readonly #pixels: Float32Array;
	readonly #rows: BigInt64Array;
	readonly #positions: Float64Array;
	readonly #samples: BigInt64Array;
	readonly #questions: BigInt64Array;
	readonly #answers: BigInt64Array;
	readonly #targets: BigInt64Array;
	readonly #places: AnswerPlace[] = [];
	readonly #positionScale: number;
	#views = 0;

	constructor(
		architecture: Architecture<TilesVision>,
		shape: BatchShape,
		{ positionScale = 1 }: PackBatchOptions,
	) {
		const { sequences, length, views, answers } = shape;
		const { headDim, ropeTheta } = architecture.decoder;
		const tokens = sequences * length;
		this.#shape = shape;
		this.#positionScale = positionScale;
		this.#table = tableRows(architecture, shape);
		this.#frequencies = inverseFrequencies(headDim, ropeTheta);
		this.#side = architecture.tower.imageSize;
		this.#pixels = new Float32Array(views * 3 * this.#side ** 2);
		this.#rows = new BigInt64Array(tokens);
		this.#positions = new Float64Array(tokens);
		this.#samples = new BigInt64Array(tokens).fill(BigInt(PADDING));
		this.#questions = new BigInt64Array(tokens);
		this.#answers = new BigInt64Array(answers);
		this.#targets = new BigInt64Array(answers).fill(BigInt(IGNORED));
	}

	/** Writes a sample from place `at` of a sequence on; returns where the next may start. */
	write(sequence: number, at: number, sample: number, { shared, questions }: TrainingSample): number {
		const { length } = this.#shape;
		const start = sequence * length + at;
		const end = (sequence + 1) * length;
		let next = start;
		const put = (row: number, position: number, question: number) => {
			if (next >= end || sequence >= this.#shape.sequences) {
				throw new OnevisionError(
					"over-limit",
					`batch: sample ${sample} of sequence ${sequence} ends beyond its ${length} tokens`,
				);
			}
			this.#rows[next] = BigInt(row);
			this.#positions[next] = position * this.#positionScale;
			this.#samples[next] = BigInt(sample);
			this.#questions[next] = BigInt(question);
			next++;
		};
		for (const part of shared) {
			for (const row of "layout" in part ? this.#see(part) : part) put(row, next - start, 0);
		}
		const positions = next - start;
		for (const [index, { prompt, answer }] of questions.entries()) {
			const first = next;
			const inputs = [...prompt, ...answer.slice(0, -1)];
			for (const [offset, id] of inputs.entries()) put(id, positions + offset, index + 1);
			for (const [token, target] of answer.entries()) {
				const row = this.#places.length;
				if (row >= this.#shape.answers) {
					throw new OnevisionError("over-limit", `batch: more than ${this.#shape.answers} answer tokens`);
				}
				this.#answers[row] = BigInt(first + prompt.length - 1 + token);
				this.#targets[row] = BigInt(target);
				this.#places.push({ sequence, sample, question: index, token });
			}
		}
		return next - sequence * length;
	}

	batch(): PackedBatch {
		const { views, sequences, length, answers } = this.#shape;
		const { cos, sin } = rotaryTables([this.#positions], this.#frequencies);
		const angles = [sequences, length, this.#frequencies.length];
		const tokens = (data: BigInt64Array): Tensor => ({ dtype: "int64", shape: [sequences, length], data });
		return {
			inputs: {
				[BATCH.pixels]: float32([views, 3, this.#side, this.#side], this.#pixels),
				[BATCH.rows]: tokens(this.#rows),
				[BATCH.cos]: float32(angles, cos),
				[BATCH.sin]: float32(angles, sin),
				[BATCH.samples]: tokens(this.#samples),
				[BATCH.questions]: tokens(this.#questions),
				[BATCH.answers]: int64([answers], this.#answers),
				[BATCH.targets]: int64([answers], this.#targets),
			},
			answers: this.#places,
		};
	}

	/** Takes in the views of an item; the rows of the table that are its visual tokens. */
	#see({ layout, pooling, views }: SeenMedia): number[] {
		assertInternal(views.length === layout.views, `${views.length} views of ${layout.views}`);
		const first = this.#views;
		this.#views += views.length;
		if (this.#views > this.#shape.views) {
			throw new OnevisionError("over-limit", `batch: more than ${this.#shape.views} views`);
		}
		for (const [index, pixels] of views.entries()) {
			this.#pixels.set(pixels, (first + index) * 3 * this.#side ** 2);
		}
		const { newline, features, pooled, patches, pooledPatches } = this.#table;
		const isPooled = pooling.stride !== 1;
		if (
			isPooled &&
			(pooling.stride !== this.#shape.pooling.stride || pooling.mode !== this.#shape.pooling.mode)
		) {
			throw new OnevisionError(
				"unsupported",
				`batch: pooling ${pooling.mode} ${pooling.stride} in a batch of ${this.#shape.pooling.mode} ${this.#shape.pooling.stride}; a batch has one`,
			);
		}
		const start = isPooled ? pooled + first * pooledPatches : features + first * patches;
		return Array.from(itemRows(layout), (row) => (row === NEWLINE_ROW ? newline : start + row));
	}
}
