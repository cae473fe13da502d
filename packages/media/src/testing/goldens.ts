/** Rows of pixel goldens (oracle/pixels.py), and the tensors our processors make for them. */

import { createHash } from "node:crypto";
import { checkpointFromSnapshot, type SnapshotFiles } from "@onevision/core";
import type { Tensors } from "../preprocess/pieces.ts";
import {
	createProcessor,
	type ProcessedBatch,
	type Processor,
	type ProcessorOptions,
} from "../preprocess/processor.ts";
import type { RgbImage } from "../rgb-image.ts";
import { type Pattern, testImage } from "./images.ts";

type ImageSpec = readonly [width: number, height: number, seed: number, pattern: Pattern];
type Digests = Readonly<Record<string, readonly [dtype: string, shape: readonly number[], sha256: string]>>;

export interface PixelRow {
	/** A known checkpoint, or the user's own files. */
	readonly checkpoint?: string;
	readonly files?: SnapshotFiles;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly backend?: "pillow" | "torchvision";
	readonly images?: readonly (readonly ImageSpec[])[];
	readonly video?: readonly ImageSpec[];
	readonly tensors: Digests;
}

const draw = ([width, height, seed, pattern]: ImageSpec): RgbImage =>
	testImage({ width, height }, seed, pattern);

/**
 * The row's tensors in the golden's form. Made twice, the second time in the memory of the first, which no longer
 * holds zeros.
 */
export function madeOf(row: PixelRow, options: Pick<ProcessorOptions, "scalar"> = {}): Digests {
	const { backend } = row;
	const { model, settings } = modelOf(row);
	const processor = createProcessor(model, {
		settings: { ...settings, ...row.settings },
		...(backend === undefined ? {} : { backend }),
		...options,
	});
	const make = makerOf(row, processor);
	const first = make();
	for (const { data } of Object.values(first.tensors)) new Uint8Array(data.buffer).fill(0xa5);
	return digestsOf(make(first).tensors);
}

function makerOf(row: PixelRow, processor: Processor): (reuse?: ProcessedBatch) => ProcessedBatch {
	if (row.images !== undefined) {
		const samples = row.images.map((sample) => sample.map(draw));
		return (reuse) => processor.images(samples, reuse);
	}
	const frames = (row.video ?? []).map(draw);
	const [first] = frames;
	if (first === undefined) throw new Error("a row without media");
	const item = {
		kind: "video",
		width: first.width,
		height: first.height,
		frames: frames.length,
		fps: 24,
	} as const;
	return (reuse) => processor.videos([{ item, frames }], reuse);
}

function modelOf({ checkpoint = "", files }: PixelRow) {
	if (files === undefined) return { model: checkpoint, settings: {} };
	const { checkpoint: model, settings } = checkpointFromSnapshot(files);
	return { model, settings };
}

/** Shape, type and digest of every tensor. */
export function digestsOf(tensors: Tensors): Digests {
	return Object.fromEntries(
		Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
			const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
			return [name, [dtype, shape, createHash("sha256").update(bytes).digest("hex").slice(0, 16)]];
		}),
	);
}
