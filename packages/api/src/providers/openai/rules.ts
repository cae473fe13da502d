/**
 * OpenAI image tokens: 32-px patches with a multiplier (GPT-5.2 and later, the minis), or 512-px tiles (GPT-4o, o1).
 * Source: developers.openai.com/api/docs/guides/images-vision, copies of about July and September 2026. All geometry
 * uses integers; the page warns that the bill may differ by one token because of floating-point rounding.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { choice } from "@onevision/base/schema";
import type { ImageItem } from "@onevision/core";
import { type ApiItemCount, type ApiRule, floorSqrtRatio, showSize, sizeOf } from "../rule.ts";

export const OPENAI_SOURCE =
	"https://developers.openai.com/api/docs/guides/images-vision, copy of about September 2026";

/** Side of a patch, px. */
const PATCH = 32;
/** Side of a tile, px. */
const TILE = 512;
/** A tiled image is first scaled to fit a square of this side, px. */
const TILE_FIT = 2048;

/** The limits that one `detail` level sets for an image. */
export interface PatchLimit {
	/** The image is scaled to fit a square of this side, px. */
	readonly maxSide: number;
	/** Maximum patches; a larger image is scaled down. Absent means no budget. */
	readonly patches?: number;
}

export interface OpenaiPatchConstants {
	/** Tokens per hundred patches. */
	readonly percent: number;
	readonly low: PatchLimit;
	readonly high: PatchLimit;
	/** Absent if the model has no `original`. */
	readonly original?: PatchLimit;
	/** Meaning of `auto`, and of omitting `detail`. */
	readonly auto: "high" | "original";
	/** An image with more patches than this is rejected. */
	readonly maxPatches?: number;
}

const DETAILS = ["low", "high", "original", "auto"] as const;
const detail = choice("How closely the model looks at an image", DETAILS);

type DetailSettings = { readonly detail: (typeof DETAILS)[number] };

export const openaiPatch: ApiRule<OpenaiPatchConstants, DetailSettings> = {
	title: "OpenAI patches",
	source: OPENAI_SOURCE,
	settings: { detail },
	defaults: () => ({ detail: "auto" }),
	knobs: ({ original }) => ({
		image: [
			{ setting: "detail", values: original === undefined ? ["low", "high"] : ["low", "high", "original"] },
		],
		video: [],
	}),
	image: (image, constants, settings) => {
		const level = settings.detail === "auto" ? constants.auto : settings.detail;
		const limit = constants[level];
		if (limit === undefined) {
			throw new OnevisionError(
				"unsupported",
				`detail ${level}: this model has low, high and auto; use high, or a model with original (GPT-5.4 and later)`,
			);
		}
		return patchCount(image, limit, constants, settings.detail === "auto" ? [`auto is ${level}`] : []);
	},
};

function patchCount(
	image: ImageItem,
	limit: PatchLimit,
	constants: OpenaiPatchConstants,
	before: readonly string[],
): ApiItemCount {
	const [fitted, floored] = fitSquare(image, limit.maxSide);
	const result = fitBudget(fitted, limit.patches);
	const steps = [...before];
	if (fitted !== image) steps.push(`fit ${limit.maxSide}: ${showSize(fitted)}`);
	if (result.size !== fitted) steps.push(`patch budget ${limit.patches}: ${showSize(result.size)}`);
	if (constants.maxPatches !== undefined && result.patches > constants.maxPatches) {
		throw new OnevisionError(
			"unsupported",
			`${showSize(image)} is ${result.patches} patches: OpenAI rejects an image of more than ${constants.maxPatches}; shrink it or set detail high`,
		);
	}
	const tokens = times(result.patches, constants.percent);
	const other = times(fitBudget(floored, limit.patches).patches, constants.percent);
	steps.push(`${result.patches} patches × ${constants.percent / 100}`);
	const base = { kind: "image", resized: sizeOf(result.size), frames: 1, steps } as const;
	if (other === tokens) return { ...base, visualTokens: tokens, exactness: "documented" };
	const [min, max] = tokens < other ? [tokens, other] : [other, tokens];
	return {
		...base,
		visualTokens: max,
		exactness: "range",
		range: { min, max, why: "the page does not say how the fitted side is rounded to whole pixels" },
	};
}

/**
 * Fits the image into a square of `side` without enlarging it. Returns one size rounded to the nearest pixel and one
 * rounded down, since the page says only "round to integer pixels". Returns the image itself if it fits.
 */
function fitSquare(image: Size, side: number): [Size, Size] {
	const { width, height } = image;
	const longest = Math.max(width, height);
	if (longest <= side) return [image, image];
	const scaled = (round: (value: number) => number): Size => ({
		width: Math.max(1, round((width * side) / longest)),
		height: Math.max(1, round((height * side) / longest)),
	});
	return [scaled((value) => Math.floor(value + 0.5)), scaled(Math.floor)];
}

function patchesOf({ width, height }: Size): number {
	return Math.ceil(width / PATCH) * Math.ceil(height / PATCH);
}

/**
 * Scales down an image with too many patches, so that one side is a whole number of patches and the budget holds: `s
 * = sqrt(32²·budget/(W·H))`, reduced until the first side is whole, as the page writes it, in exact arithmetic.
 */
function fitBudget(
	size: Size,
	budget: number | undefined,
): { readonly size: Size; readonly patches: number } {
	const patches = patchesOf(size);
	if (budget === undefined || patches <= budget) return { size, patches };
	const { width, height } = size;
	const cols = floorSqrtRatio(budget * width, height);
	const rows = floorSqrtRatio(budget * height, width);
	const resized =
		cols * height <= rows * width
			? { width: cols * PATCH, height: Math.floor((height * PATCH * cols) / width) }
			: { width: Math.floor((width * PATCH * rows) / height), height: rows * PATCH };
	return { size: resized, patches: patchesOf(resized) };
}

/** `ceil(patches · percent / 100)`, free of float noise because the product is an integer. */
function times(patches: number, percent: number): number {
	return Math.ceil((patches * percent) / 100);
}

export interface OpenaiTileConstants {
	readonly base: number;
	readonly tile: number;
	/** Maximum pixels of the shorter side after fitting. */
	readonly shortSide: number;
}

const TILE_DETAILS = ["low", "high", "auto"] as const;

export const openaiTile: ApiRule<OpenaiTileConstants, { readonly detail: (typeof TILE_DETAILS)[number] }> = {
	title: "OpenAI tiles",
	source: OPENAI_SOURCE,
	settings: { detail: choice("How closely the model looks at an image", TILE_DETAILS) },
	defaults: () => ({ detail: "auto" }),
	knobs: () => ({ image: [{ setting: "detail", values: ["low", "high"] }], video: [] }),
	image: (image, constants, settings) => {
		if (settings.detail !== "low") return tileCount(image, constants);
		const steps = [`detail low: ${constants.base} tokens for any image`];
		const resized = sizeOf(image);
		return {
			kind: "image",
			visualTokens: constants.base,
			exactness: "documented",
			resized,
			frames: 1,
			steps,
		};
	},
};

export interface OpenaiInputConstants extends OpenaiTileConstants {
	/** Tokens that `input_fidelity` high adds to a square image, and to any other. */
	readonly highFidelity: { readonly square: number; readonly other: number };
}

const FIDELITIES = ["low", "high"] as const;

/** Input images for the image-generation models. */
export const openaiImageInput: ApiRule<
	OpenaiInputConstants,
	{ readonly input_fidelity: (typeof FIDELITIES)[number] }
> = {
	title: "OpenAI image inputs",
	source: OPENAI_SOURCE,
	settings: { input_fidelity: choice("How closely the output keeps to an input image", FIDELITIES) },
	defaults: () => ({ input_fidelity: "low" }),
	knobs: () => ({ image: [{ setting: "input_fidelity", values: FIDELITIES }], video: [] }),
	image: (image, constants, settings) => {
		const count = tileCount(image, constants);
		if (settings.input_fidelity === "low") return count;
		const { square, other } = constants.highFidelity;
		const extra = image.width === image.height ? square : other;
		const { range } = count;
		return {
			...count,
			visualTokens: count.visualTokens + extra,
			...(range === undefined ? {} : { range: { ...range, min: range.min + extra, max: range.max + extra } }),
			steps: [...count.steps, `input fidelity high: ${extra} tokens more`],
		};
	},
};

function tileCount(image: ImageItem, { base, tile, shortSide }: OpenaiTileConstants): ApiItemCount {
	const long = Math.max(image.width, image.height);
	const short = Math.min(image.width, image.height);
	const steps: string[] = [];
	// Sides as exact fractions `[numerator, denominator]`, because the page rounds only at the end.
	let sides: { long: number; short: readonly [number, number] } = { long, short: [short, 1] };
	if (long > TILE_FIT) {
		sides = { long: TILE_FIT, short: [short * TILE_FIT, long] };
		steps.push(`fit ${TILE_FIT}`);
	}
	if (sides.short[0] > shortSide * sides.short[1]) {
		sides = { long: Math.floor((shortSide * long) / short), short: [shortSide, 1] };
		steps.push(`short side ${shortSide}`);
	}
	const [numerator, denominator] = sides.short;
	const whole = Math.max(1, Math.floor(numerator / denominator));
	const along = Math.ceil(sides.long / TILE);
	const tiles = along * Math.ceil(numerator / (denominator * TILE));
	const fewest = along * Math.ceil(whole / TILE);
	const resized =
		image.width >= image.height ? { width: sides.long, height: whole } : { width: whole, height: sides.long };
	steps.push(`${tiles} ${tiles === 1 ? "tile" : "tiles"} × ${tile} + ${base}`);
	const visualTokens = base + tile * tiles;
	const common = { kind: "image", visualTokens, resized, frames: 1, steps } as const;
	if (fewest === tiles) return { ...common, exactness: "documented" };
	const why = `the page does not say whether the side fitted to ${TILE_FIT} is rounded before tiles are counted`;
	return { ...common, exactness: "range", range: { min: base + tile * fewest, max: visualTokens, why } };
}
