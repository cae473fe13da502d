/**
 * Pixel settings from a snapshot's processor files, with class defaults for absent keys. Source: transformers 5.18
 * processing_utils.py (`ImagesKwargs`), and the class attributes of the processors named.
 */

import { either, integer, list, number } from "@onevision/base/schema";
import { type CheckpointPixels, normalizedBy, type PixelSettings } from "../facts/normalizations.ts";
import type { OpenSnapshot } from "./open-snapshot.ts";
import type { Section } from "./section.ts";
import { flag, sizeObject } from "./values.ts";

/** Class attributes of a snapshot's processors. */
export type ClassPixels = Omit<CheckpointPixels, "source">;

const SHORT_SIDE = { shortest_edge: 224 } as const;

/** CLIPImageProcessor, LlavaImageProcessor, LlavaNextImageProcessor. */
export const CLIP_CLASS: PixelSettings = { ...normalizedBy("clip"), size: SHORT_SIDE };
/** SiglipImageProcessor. */
export const SIGLIP_CLASS: PixelSettings = { ...normalizedBy("half"), size: { height: 224 } };

const BILINEAR = 2;
const channel = number("A channel's mean or deviation", { min: -1000, max: 1000 });
const channels = either(channel, list("One per channel", channel, { min: 3, max: 3 }));
const filter = integer("A filter of Pillow's, by number", { min: 0, max: 5 });
const factor = number("A factor", { min: 1e-9, max: 1000 });

/**
 * Pixel settings of a snapshot whose classes have these attributes. If a file is absent, the class attributes are used.
 *
 * @throws OnevisionError `invalid-input` for values of the wrong type or range
 */
export function readPixels(snapshot: OpenSnapshot, ofClass: ClassPixels, source: string): CheckpointPixels {
	const { image, video } = snapshot.opened();
	return {
		image: read(image, ofClass.image),
		...(ofClass.video === undefined ? {} : { video: read(video, ofClass.video) }),
		source,
	};
}

function read(from: Section | undefined, ofClass: PixelSettings): PixelSettings {
	if (from === undefined) return ofClass;
	const perChannel = (key: string): readonly number[] | undefined => {
		const given = from.read(key, channels);
		return typeof given === "number" ? [given, given, given] : given;
	};
	// transformers keeps nulls: a step set to null is skipped, and a null resample means bilinear.
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
		// Read only where the class has a `size`: elsewhere the key holds pixel limits, or the count depends on it.
		size: ofClass.size === undefined ? undefined : sizeObject(from, "size", false),
	};
	const given = Object.entries(values).filter(([, value]) => value !== undefined);
	return { ...ofClass, ...Object.fromEntries(given) };
}
