/** All supported formats, and how to find the format of a path. */

import { resolve } from "node:path";
import { nearest, OnevisionError } from "@onevision/base";
import type { Refusal } from "../left-out.ts";
import type { Found } from "../record.ts";
import { energon } from "./energon.ts";
import { folder } from "./folder.ts";
import { imagefolder } from "./imagefolder.ts";
import { llamaFactory } from "./llama-factory.ts";
import { llava } from "./llava.ts";
import { llavaMixture } from "./llava-mixture.ts";
import { lookAt } from "./look.ts";
import { msSwift, openai, trl } from "./messages.ts";
import { onevision2 } from "./onevision-2.ts";
import { parquet } from "./parquet.ts";
import {
	type Place,
	type ReadContext,
	type Reader,
	SLICE_SIZES,
	type Slice,
	type SliceSizes,
	type Unit,
	WHOLE,
} from "./reader.ts";
import { webdataset } from "./webdataset.ts";

/** In detection order: more specific formats first. */
export const READERS = {
	"llama-factory": llamaFactory,
	"llava-mixture": llavaMixture,
	"onevision-2": onevision2,
	llava,
	trl,
	openai,
	"ms-swift": msSwift,
	energon,
	imagefolder,
	parquet,
	webdataset,
	folder,
} as const satisfies Record<string, Reader>;

export type FormatId = keyof typeof READERS;
export const FORMATS = Object.keys(READERS) as readonly FormatId[];

/** An opened data set: its format and its units. So far only file heads and listings have been read. */
export interface DataSet {
	readonly path: string;
	readonly format: FormatId;
	readonly units: readonly Unit[];
}

export interface OpenOptions {
	/** The format. Default: detected from the content. */
	readonly format?: string;
	/** Folder that relative media paths start from and cannot leave. Default: that of the file that names them. */
	readonly root?: string;
}

/**
 * Opens a data set at a path.
 *
 * @throws OnevisionError `unreadable-file` when the path does not exist or is of no supported format; `unknown-name`
 * for an unknown format; the errors of the format's reader
 */
export async function openDataSet(
	path: string,
	context: ReadContext,
	options: OpenOptions = {},
): Promise<DataSet> {
	const place = await lookAt(path);
	const format = options.format === undefined ? await recognize(place) : formatNamed(options.format);
	const units = await READERS[format].open(place, context);
	const { root } = options;
	if (root === undefined) return { path, format, units };
	return { path, format, units: units.map((unit) => ({ ...unit, root: resolve(root) })) };
}

function formatNamed(name: string): FormatId {
	const found = FORMATS.find((id) => id === name);
	if (found !== undefined) return found;
	const hint = nearest(name, FORMATS);
	throw new OnevisionError(
		"unknown-name",
		`format ${name.slice(0, 80)}: expected ${FORMATS.join(", ")}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}

async function recognize(place: Place): Promise<FormatId> {
	for (const id of FORMATS) if (await READERS[id].recognizes(place)) return id;
	throw new OnevisionError(
		"unreadable-file",
		`${place.path}: of no format that is read (${FORMATS.join(", ")}); if it is one of them, name it with --format`,
	);
}

/** Samples of a unit or a slice of it. If a file cannot be read any further, ends with one refusal instead of an error. */
export async function* samplesOf(unit: Unit, slice: Slice = WHOLE): AsyncGenerator<Found> {
	for await (const batch of sampleBatches(unit, slice)) yield* batch;
}

/** As `samplesOf`, some samples at a time. */
export async function* sampleBatches(unit: Unit, slice: Slice): AsyncGenerator<readonly Found[]> {
	try {
		yield* unit.read(slice);
	} catch (error) {
		const refusal = refusalOf(error);
		if (refusal === undefined) throw error;
		yield [{ refusal, position: { file: unit.file } }];
	}
}

/** A unit cut into slices. Where the boundaries cannot be read, the rest is one slice, whose reading says why. */
export async function* slicesOf(unit: Unit, sizes: SliceSizes = SLICE_SIZES): AsyncGenerator<Slice> {
	let { from, share } = WHOLE;
	try {
		for await (const slice of unit.slices(sizes)) {
			yield slice;
			from = slice.to;
			share -= slice.share;
		}
	} catch (error) {
		if (refusalOf(error) === undefined) throw error;
		yield { ...WHOLE, from, share };
	}
}

function refusalOf(error: unknown): Refusal | undefined {
	if (error instanceof OnevisionError) return { reason: "unreadable-file", message: error.message };
	if (!(error instanceof Error && "code" in error && "syscall" in error)) return undefined;
	return { reason: "unreadable-file", message: `cannot be read (${String(error.code)})` };
}
