/**
 * What a snapshot's processor files say of pixel values: filter, rescaling, normalisation. No count depends on them;
 * `media` makes pixels by them. Source: transformers 5.18 processing_utils.py (`ImagesKwargs`).
 */

import { either, integer, list, number } from "../schema.ts";
import type { Section } from "./section.ts";
import { openSnapshot, type SnapshotFiles } from "./snapshot.ts";
import { flag, type SizeObject, sizeObject } from "./values.ts";

/** Values of one processor; what a file leaves out is absent, and its class decides. */
export interface PixelSettings {
	/** A filter by Pillow's number, 0 nearest to 5 hamming. */
	readonly resample?: number;
	readonly doResize?: boolean;
	readonly doRescale?: boolean;
	readonly rescaleFactor?: number;
	readonly doNormalize?: boolean;
	/** One per channel. */
	readonly mean?: readonly number[];
	readonly std?: readonly number[];
	/** What pictures are resized to, as the file has it. */
	readonly size?: SizeObject;
	/** Padding before resizing, which some processors do for squares. */
	readonly doPad?: boolean;
}

const BILINEAR = 2;
const channel = number("A channel's mean or deviation", { min: -1000, max: 1000 });
const channels = either(channel, list("One per channel", channel, { min: 3, max: 3 }));
const filter = integer("A filter of Pillow's, by number", { min: 0, max: 5 });
const factor = number("A factor", { min: 1e-9, max: 1000 });

/**
 * Pixel settings of the image processor or the video processor.
 * Throws `invalid-input` for values of the wrong type or range, `unsupported` where the files describe no such processor.
 */
export function pixelSettingsFromSnapshot(files: SnapshotFiles, kind: "image" | "video"): PixelSettings {
	const { image, video } = openSnapshot(files);
	return read(kind === "image" ? image : video());
}

function read(from: Section): PixelSettings {
	const perChannel = (key: string): readonly number[] | undefined => {
		const given = from.read(key, channels);
		return typeof given === "number" ? [given, given, given] : given;
	};
	// transformers keeps a null: a step that is null is not taken, and resizing by null is bilinear.
	const step = (key: string): boolean | undefined => (from.isNull(key) ? false : from.read(key, flag));
	const values = {
		resample: from.isNull("resample") ? BILINEAR : from.read("resample", filter),
		doResize: step("do_resize"),
		doRescale: step("do_rescale"),
		rescaleFactor: from.read("rescale_factor", factor),
		doNormalize: step("do_normalize"),
		mean: perChannel("image_mean"),
		std: perChannel("image_std"),
		doPad: step("do_pad"),
		size: sizeObject(from, "size", false),
	};
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
