/**
 * Side of the square views that CLIP-style processors produce: resize, then optionally center crop. The count is fixed
 * only if every image becomes the same square, so anything else is refused. Source: transformers 5.18
 * image_processing_backends.py (`_preprocess`, `resize`), models/{clip,siglip,llava}.
 */

import { type Section, unsupported } from "./section.ts";
import { flag, type SizeObject, sizeObject } from "./values.ts";

/** Class attributes of a processor, used for keys that are absent or null. */
export interface ViewDefaults {
	readonly size: SizeObject;
	readonly crop?: SizeObject;
	readonly crops: boolean;
	/** Whether `do_pad` pads the image to a square before resizing (LlavaImageProcessor). */
	readonly padsToSquare?: boolean;
	/** Whether `use_square_size` selects a square of the class's own size, overriding the file's (CLIPImageProcessor). */
	readonly readsSquareSize?: boolean;
	/** Whether the input to the resize is already square: tiles, and overviews squeezed to `size` (LLaVA-NeXT). */
	readonly squareBefore?: boolean;
}

export interface View {
	/** Side of every view, px. */
	readonly side: number;
	/** Side of the tiles AnyRes cuts, px: `crop_size`, which applies even when nothing is cropped, or else `size`. */
	readonly cut: number;
	/** Whether CLIP-style views are stretched to the square rather than resized by their shorter side. */
	readonly stretches?: boolean;
}

/** LlavaImageProcessor, LlavaNextImageProcessor, and the video processors modeled on CLIP's. */
export const CLIP_LIKE_VIEW: ViewDefaults = {
	size: { shortest_edge: 224 },
	crop: { height: 224, width: 224 },
	crops: true,
};
/** CLIPImageProcessor. */
export const CLIP_VIEW: ViewDefaults = { ...CLIP_LIKE_VIEW, readsSquareSize: true };
/** SiglipImageProcessor. */
export const SIGLIP_VIEW: ViewDefaults = { size: { height: 224, width: 224 }, crops: false };
/** LlavaOnevisionImageProcessor and its video processor. */
export const ONEVISION_VIEW: ViewDefaults = { size: { height: 384, width: 384 }, crops: false };

/**
 * Reads `do_resize`, `size`, `do_center_crop`, `crop_size`, `do_pad` and `pad_size`. `numberIsSquare` is the class's
 * `default_to_square`: whether a bare number means a square or a shortest edge. Throws `unsupported`.
 */
export function squareView(
	section: Section,
	defaults: ViewDefaults,
	{ numberIsSquare: ofClass = false }: { readonly numberIsSquare?: boolean } = {},
): View {
	const resizes = section.read("do_resize", flag) ?? true;
	const crops = section.read("do_center_crop", flag) ?? defaults.crops;
	const numberIsSquare = section.read("default_to_square", flag) ?? ofClass;
	const given = sizeObject(section, "size", numberIsSquare) ?? defaults.size;
	const squares = defaults.readsSquareSize === true && section.read("use_square_size", flag) === true;
	const { shortest_edge: classSide } = defaults.size;
	const size = squares && classSide !== undefined ? { height: classSide, width: classSide } : given;
	// A null removes the class's own crop.
	const cropSize =
		sizeObject(section, "crop_size", true) ?? (section.isNull("crop_size") ? undefined : defaults.crop);
	const pads = section.read("do_pad", flag) ?? false;
	if (section.has("pad_size") && pads && defaults.padsToSquare !== true) {
		throw unsupported(`${section.path} pad_size: no family here counts padded views; remove it`);
	}
	const square = (pads && defaults.padsToSquare === true) || defaults.squareBefore === true;
	if (size.shortest_edge === undefined && (size.height === undefined || size.width === undefined)) {
		throw unsupported(`${section.path} size: expected shortest_edge, or height and width`);
	}
	const stretches = size.shortest_edge === undefined;
	// Without a crop, `crop_size` only sets the size of AnyRes tiles.
	const cuts = crops || (defaults.squareBefore === true && defaults.crop !== undefined);
	const crop = cropSize === undefined || !cuts ? undefined : squareOf(section, "crop_size", cropSize);
	if (cuts && !crops && crop === undefined) {
		throw unsupported(`${section.path} crop_size: null; transformers cuts tiles by it, and fails without`);
	}
	if (crops) {
		if (crop !== undefined) return { side: crop, cut: crop, stretches };
		throw unsupported(`${section.path} do_center_crop: true without a crop_size; transformers fails on it`);
	}
	const becomesSquare = size.shortest_edge === undefined || (square && size.longest_edge === undefined);
	if (!(resizes || defaults.squareBefore === true) || !becomesSquare) {
		throw unsupported(
			`${section.path}: views keep the shape of the image (no crop, ${resizes ? "size by shortest edge" : "no resizing"}); OneVision counts square views of one size`,
		);
	}
	const side = size.shortest_edge ?? squareOf(section, "size", size);
	return { side, cut: crop ?? side, stretches };
}

/**
 * Side of the square to which a class without a crop fits every image or tile, px: `size`, or `fallback` when it is
 * absent. Throws `unsupported` for another shape, or when nothing is resized.
 */
export function squareSize(section: Section, fallback: number): number {
	if (section.read("do_resize", flag) === false) {
		throw unsupported(`${section.path} do_resize: false; OneVision counts images fitted to squares`);
	}
	const size = sizeObject(section, "size", section.read("default_to_square", flag) ?? true);
	return size === undefined ? fallback : squareOf(section, "size", size);
}

/** Steps that classes without a crop do not have, although every file transformers writes contains the keys. */
export const NO_CROP = ["crop_size", "do_center_crop", "pad_size", "do_pad"];

function squareOf(section: Section, key: string, { height, width }: SizeObject): number {
	if (height !== undefined && height === width) return height;
	throw unsupported(
		height === undefined || width === undefined
			? `${section.path} ${key}: height and width are missing`
			: `${section.path} ${key}: ${width}x${height} is not square; OneVision counts square views`,
	);
}
