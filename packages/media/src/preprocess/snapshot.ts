/** The pixel constants of a checkpoint of one's own, from the processor files of its Hugging Face snapshot. */

import {
	type Checkpoint,
	OnevisionError,
	type PixelSettings,
	pixelSettingsFromSnapshot,
	type SnapshotFiles,
} from "@onevision/core";
import type { Filter } from "../resample/filters.ts";
import { type PixelFamily, pixelFamily } from "./families.ts";
import type { PixelConstants, ProcessorOptions } from "./processor.ts";
import type { Normalization } from "./tones.ts";

/** Pillow's numbers (`PIL.Image.Resampling`). */
const FILTER_NUMBERS: readonly Filter[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

/**
 * What `createProcessor` needs beside the checkpoint that `checkpointFromSnapshot` gives. Throws `unsupported` for
 * families whose pixels are not made and for files that turn resizing off or pad before it.
 */
export function pixelsOfSnapshot(
	files: SnapshotFiles,
	checkpoint: Checkpoint,
): NonNullable<ProcessorOptions["pixels"]> {
	const family = pixelFamily(checkpoint.family);
	if (family === undefined) {
		throw new OnevisionError("unsupported", `${checkpoint.title} is counted, but its pixels are not made`);
	}
	const settings = pixelSettingsFromSnapshot(files, "image");
	assertSteps("preprocessor_config.json", settings, family);
	const constants = (own: PixelSettings, normalization: Normalization): PixelConstants => ({
		filter: own.resample === undefined ? family.filter : (FILTER_NUMBERS[own.resample] ?? family.filter),
		normalization: normalizationOf(own, normalization),
	});
	if (family.view !== undefined) {
		assertPlainView(settings, family.view.side(checkpoint.constants), family.view.padsFirst);
	}
	const image = constants(settings, family.classNormalization);
	if (family.video === undefined) return { image };
	const videoSettings = pixelSettingsFromSnapshot(files, "video");
	assertSteps("video_preprocessor_config.json", videoSettings, family);
	const ofVideo = family.video.normalization ?? family.classNormalization;
	return { image, video: constants(videoSettings, ofVideo) };
}

/** `size` of CLIPImageProcessor, SiglipImageProcessor and the processors made after them. */
const CLASS_SIDE = 224;

/** What counts alike may still be padded first, or resized to one size and cut to another. */
function assertPlainView({ doPad, size }: PixelSettings, side: number, padsFirst: boolean): void {
	const resizedTo = size?.shortest_edge ?? size?.height ?? CLASS_SIDE;
	const pads = doPad === true && padsFirst;
	if (!pads && resizedTo === side) return;
	const what = pads
		? "do_pad: padding to a square first"
		: `size: resizing to ${resizedTo} and cutting to ${side}`;
	throw new OnevisionError("unsupported", `preprocessor_config.json ${what} is not done for this family`);
}

/** Steps turned off that would leave other tensors than are made here: of many sizes, of bytes, of another type. */
function assertSteps(file: string, settings: PixelSettings, family: PixelFamily<unknown>): void {
	const { doResize, doRescale, doNormalize, doPad } = settings;
	const { classNormalization } = family;
	const normalizes = doNormalize ?? classNormalization.standardize !== undefined;
	const wrong =
		doResize === false
			? "do_resize"
			: doRescale === false && !normalizes
				? "do_rescale"
				: doPad === false && family.padsBatch === true
					? "do_pad"
					: classNormalization.inBfloat16 === true && (doRescale === false || !normalizes)
						? "do_rescale or do_normalize"
						: undefined;
	if (wrong === undefined) return;
	throw new OnevisionError(
		"unsupported",
		`${file} ${wrong} is off: the tensors of this family are not made without it; set it to true`,
	);
}

function normalizationOf(own: PixelSettings, ofClass: Normalization): Normalization {
	const rescale = own.doRescale === false ? 1 : (own.rescaleFactor ?? ofClass.rescale);
	const normalizes = own.doNormalize ?? ofClass.standardize !== undefined;
	const mean = own.mean ?? ofClass.standardize?.mean;
	const std = own.std ?? ofClass.standardize?.std;
	return {
		rescale,
		...(normalizes ? { standardize: { mean: triple(mean, 0), std: triple(std, 1) } } : {}),
		...(ofClass.inBfloat16 === undefined ? {} : { inBfloat16: ofClass.inBfloat16 }),
	};
}

function triple(values: readonly number[] | undefined, otherwise: number): readonly [number, number, number] {
	const [red = otherwise, green = otherwise, blue = otherwise] = values ?? [];
	return [red, green, blue];
}
