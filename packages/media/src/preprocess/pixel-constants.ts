/** The pixel constants of a checkpoint's processors, from its row in the table or from its files. */

import { OnevisionError } from "@onevision/base";
import type { Checkpoint, PixelSettings } from "@onevision/core";
import type { PixelFamily } from "../families/family.ts";
import type { Filter } from "../resample/filters.ts";
import type { Normalization } from "./normalization.ts";

/** How one processor resizes and normalizes. */
export interface PixelConstants {
	readonly filter: Filter;
	readonly normalization: Normalization;
}

/** Pillow's filter numbers (`PIL.Image.Resampling`). */
const FILTER_NUMBERS: readonly Filter[] = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

/** `rescale_factor` of every processor. */
const RESCALE = 1 / 255;

/**
 * Throws `unsupported` for a checkpoint without pixel settings, and for one whose processors disable resizing or pad
 * before it.
 */
export function pixelConstants(
	checkpoint: Checkpoint,
	family: PixelFamily<unknown>,
	kind: "image" | "video",
): PixelConstants {
	const { title, constants, pixels } = checkpoint;
	if (pixels === undefined) {
		throw unsupported(
			`${title} says nothing of its pixel values; give the checkpoint its mean and deviation (pixels)`,
		);
	}
	const settings = kind === "image" ? pixels.image : (pixels.video ?? pixels.image);
	assertSteps(`${kind === "image" ? "" : "video_"}preprocessor_config.json`, settings, family);
	if (kind === "image" && family.view !== undefined) {
		assertPlainView(settings, family.view.side(constants), family.view.padsFirst);
	}
	return {
		filter: FILTER_NUMBERS[settings.resample ?? -1] ?? family.filter,
		normalization: normalizationOf(title, settings, family),
	};
}

function unsupported(message: string): OnevisionError {
	return new OnevisionError("unsupported", message);
}

/**
 * Rejects settings that leave the count unchanged but not the pixels: padding first, or cropping to a size other than
 * the resized one.
 */
function assertPlainView({ doPad, size }: PixelSettings, side: number, padsFirst: boolean): void {
	const resizedTo = size?.shortest_edge ?? size?.height ?? side;
	const pads = doPad === true && padsFirst;
	if (!pads && resizedTo === side) return;
	const what = pads
		? "do_pad: padding to a square first"
		: `size: resizing to ${resizedTo} and cutting to ${side}`;
	throw unsupported(`preprocessor_config.json ${what} is not done for this family`);
}

/**
 * Rejects disabled steps that would give other tensors than those made here: of varying size, of bytes, of another
 * type.
 */
function assertSteps(file: string, settings: PixelSettings, family: PixelFamily<unknown>): void {
	const { doResize, doRescale, doNormalize = true, doPad } = settings;
	const wrong =
		doResize === false
			? "do_resize"
			: doRescale === false && !doNormalize
				? "do_rescale"
				: doPad === false && family.padsBatch === true
					? "do_pad"
					: family.inBfloat16 === true && (doRescale === false || !doNormalize)
						? "do_rescale or do_normalize"
						: undefined;
	if (wrong === undefined) return;
	throw unsupported(
		`${file} ${wrong} is off: the tensors of this family are not made without it; set it to true`,
	);
}

function normalizationOf(
	title: string,
	{ doRescale, rescaleFactor, doNormalize, mean, std }: PixelSettings,
	{ inBfloat16 = false }: PixelFamily<unknown>,
): Normalization {
	const rescale = doRescale === false ? 1 : (rescaleFactor ?? RESCALE);
	if (doNormalize === false) return { rescale, inBfloat16 };
	return { rescale, standardize: { mean: triple(title, mean), std: triple(title, std) }, inBfloat16 };
}

function triple(title: string, values: readonly number[] | undefined): readonly [number, number, number] {
	const [red, green, blue] = values ?? [];
	if (red !== undefined && green !== undefined && blue !== undefined) return [red, green, blue];
	throw unsupported(`${title} normalizes, but its pixels name no mean and deviation for three channels`);
}
