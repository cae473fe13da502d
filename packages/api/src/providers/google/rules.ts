/**
 * Gemini media tokens. Gemini 3 documents only ceilings per `media_resolution`. The count here applies Gemma 4's
 * resize function to those budgets; it reproduces every published measurement and is marked inferred. Gemini 2.x
 * documents 768-px tiles. Sources: ai.google.dev/gemini-api/docs/media-resolution, image-understanding, tokens and
 * video-understanding; transformers 5.18 models/gemma4.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { boolean, choice, either, number } from "@onevision/base/schema";
import type { ImageItem, VideoItem } from "@onevision/core";
import { type ApiItemCount, type ApiRule, secondsOf, showSize, sizeOf } from "../rule.ts";

export const GEMINI_3_SOURCE =
	"https://ai.google.dev/gemini-api/docs/media-resolution (ceilings); counts inferred from transformers 5.18 models/gemma4 and countTokens measurements of 2026-08 (AlaskanTuna/Rokabot issue 121)";
export const GEMINI_2_SOURCE =
	"https://ai.google.dev/gemini-api/docs/image-understanding and …/docs/tokens; the 256…768 clamp is from Vertex AI text for Gemini 1.5 (quoted in BerriAI/litellm issue 3269)";

const RESOLUTIONS = ["unspecified", "low", "medium", "high"] as const;
type Resolution = (typeof RESOLUTIONS)[number];
const IMAGE_RESOLUTIONS = [...RESOLUTIONS, "ultra_high"] as const;
type ImageResolution = (typeof IMAGE_RESOLUTIONS)[number];

type ClipSettings = {
	readonly fps: number;
	/** Seconds. */
	readonly start_offset: number;
	readonly end_offset: number | "end";
	readonly audio: boolean;
};
type Gemini3Settings = ClipSettings & { readonly media_resolution: ImageResolution };
type Gemini2Settings = ClipSettings & { readonly media_resolution: Resolution };

const RESOLUTION_DOC = "How many tokens an image may take";
const DAY_SECONDS = 86_400;
const endOffset = number("Second of a video where counting ends", { min: 0, max: DAY_SECONDS });
const clipSettings = {
	fps: number("Frames sampled per second of video", { min: 0.001, max: 24 }),
	start_offset: number("Second of a video where counting starts", { min: 0, max: DAY_SECONDS }),
	end_offset: either(endOffset, choice(endOffset.doc, ["end"])),
	audio: boolean("Whether a video's sound track, if it has one, is counted too"),
};
const defaults = () =>
	({
		media_resolution: "unspecified",
		fps: 1,
		start_offset: 0,
		end_offset: "end",
		audio: true,
	}) as const;
/** Frame rates that a search tries. */
const RATES = [0.1, 0.25, 0.5, 1, 2, 5, 10, 24];
const clipKnobs = (resolutions: readonly string[]) => {
	const resolution = { setting: "media_resolution", values: resolutions };
	return { image: [resolution], video: [resolution, { setting: "fps", values: RATES }] };
};

export interface Gemini3Constants {
	/** Maximum tokens of an image per `media_resolution`. */
	readonly image: Readonly<Record<ImageResolution, number>>;
	/** Maximum tokens of a video frame. */
	readonly frame: Readonly<Record<Resolution, number>>;
	readonly audioPerSecond: number;
}

/** Side of one soft token's cell in Gemma 4, px: 16-px patches pooled 3×3. */
const CELL = 48;
const PATCH_AREA = 256;
const PATCHES_PER_TOKEN = 9;
/** Budgets whose counts are confirmed by measurements: images at 1120, frames at 70. */
const CONFIRMED = [1120, 70] as const;

export const gemini3: ApiRule<Gemini3Constants, Gemini3Settings> = {
	title: "Gemini 3",
	source: GEMINI_3_SOURCE,
	settings: { media_resolution: choice(RESOLUTION_DOC, IMAGE_RESOLUTIONS), ...clipSettings },
	defaults,
	knobs: () => clipKnobs(IMAGE_RESOLUTIONS),
	image: (image, constants, { media_resolution }) => {
		const ceiling = constants.image[media_resolution];
		const { tokens, resized } = softTokens(image, ceiling);
		return {
			kind: "image",
			visualTokens: tokens,
			documentedCeiling: ceiling,
			exactness: "inferred",
			resized,
			frames: 1,
			steps: inferenceSteps(resized, ceiling),
		};
	},
	video: (video, constants, asked) => {
		if (asked.media_resolution === "ultra_high") {
			throw new OnevisionError(
				"unsupported",
				"media_resolution ultra_high: Gemini has it for images, not for video; use high or less",
			);
		}
		const ceiling = constants.frame[asked.media_resolution];
		const { tokens, resized } = softTokens(video, ceiling);
		const { frames, steps, ...rest } = clip(video, asked, constants.audioPerSecond);
		return {
			kind: "video",
			visualTokens: frames * tokens,
			documentedCeiling: frames * ceiling,
			exactness: "inferred",
			...rest,
			resized,
			frames,
			steps: [...steps, ...inferenceSteps(resized, ceiling)],
		};
	},
};

function inferenceSteps(resized: Size, ceiling: number): string[] {
	const confirmed = CONFIRMED.some((budget) => budget === ceiling);
	return [
		`budget ${ceiling}: ${showSize(resized)}, ${resized.width / CELL}×${resized.height / CELL} tokens (inferred)`,
		...(confirmed ? [] : [`no measurement at budget ${ceiling} confirms this count`]),
	];
}

/**
 * Gemma 4's grid for a budget, in its own float arithmetic. The image is always scaled, up or down, to fill the
 * budget.
 */
function softTokens({ width, height }: Size, budget: number): { tokens: number; resized: Size } {
	const factor = Math.sqrt((budget * PATCHES_PER_TOKEN * PATCH_AREA) / (height * width));
	let rows = Math.floor((factor * height) / CELL);
	let cols = Math.floor((factor * width) / CELL);
	if (rows === 0) {
		rows = 1;
		cols = Math.min(Math.floor(width / height), budget);
	} else if (cols === 0) {
		cols = 1;
		rows = Math.min(Math.floor(height / width), budget);
	}
	return { tokens: rows * cols, resized: { width: cols * CELL, height: rows * CELL } };
}

/**
 * Frames and sound of a clip, shared by both generations. Offsets clip the video and its sound
 * (ai.google.dev/gemini-api/docs/video-understanding, clipping intervals). `countTokens` ignores the sound although
 * the model hears it (AlaskanTuna/Rokabot issue 153, gemini-3.5-flash-lite, measured 2026-08-20).
 */
function clip(
	video: VideoItem,
	settings: ClipSettings,
	audioPerSecond: number,
): Pick<ApiItemCount, "frames" | "audioTokens" | "audioUnknown" | "steps"> {
	const whole = secondsOf(video);
	const { fps, start_offset: start } = settings;
	const end = settings.end_offset === "end" ? whole : Math.min(settings.end_offset, whole);
	const seconds = withoutNoise(end - start);
	if (seconds <= 0) {
		throw new OnevisionError(
			"invalid-input",
			`start_offset ${start}, end_offset ${settings.end_offset}: nothing of a clip of ${withoutNoise(whole)} s lies between them`,
		);
	}
	// One frame more or less: the page does not say how a final fraction of a second is sampled.
	const held = Math.ceil(withoutNoise((seconds * video.frames) / whole));
	const frames = Math.min(held, Math.max(1, Math.ceil(withoutNoise(seconds * fps))));
	const steps = [
		...(seconds < withoutNoise(whole)
			? [`from second ${start} to ${withoutNoise(end)}: ${seconds} of ${withoutNoise(whole)} s`]
			: []),
		`${fps} frames per second: ${frames} frames; timestamps not counted, their tokens are not published`,
	];
	if (!settings.audio || video.hasAudio === false) return { frames, steps };
	const sound = `sound: ${audioPerSecond} tokens per second, which countTokens leaves out`;
	return {
		frames,
		audioTokens: Math.ceil(withoutNoise(seconds * audioPerSecond)),
		...(video.hasAudio === undefined ? { audioUnknown: true } : {}),
		steps: [...steps, video.hasAudio === undefined ? `${sound}; none if the clip has no sound track` : sound],
	};
}

/** Rounds to whole microseconds, so that division noise does not affect rounding up. */
function withoutNoise(value: number): number {
	return Number(value.toFixed(6));
}

export interface Gemini2Constants {
	/** Tokens of one tile, or of a small image. */
	readonly tile: number;
	/** Longest side of an image that fits in one tile, px. */
	readonly smallSide: number;
	/** Tokens of an image or frame at `media_resolution` low, from the media-resolution page plus 2 delimiters. */
	readonly low: { readonly min: number; readonly max: number };
	readonly medium: { readonly min: number; readonly max: number };
	readonly audioPerSecond: number;
	/** Bounds of the crop unit in the older Vertex AI text, px. */
	readonly unit: { readonly min: number; readonly max: number };
}

const DELIMITERS =
	"one page counts 2 delimiter tokens with the image (66, 258), the other does not (64, 256)";

export const gemini2: ApiRule<Gemini2Constants, Gemini2Settings> = {
	title: "Gemini 2",
	source: GEMINI_2_SOURCE,
	settings: { media_resolution: choice(RESOLUTION_DOC, RESOLUTIONS), ...clipSettings },
	defaults,
	knobs: () => clipKnobs(RESOLUTIONS),
	image: (image, constants, { media_resolution }) => {
		if (media_resolution === "low" || media_resolution === "medium") {
			return flatImage(image, constants[media_resolution], media_resolution);
		}
		return tiledImage(image, constants);
	},
	video: (video, constants, asked) => {
		const { frames, steps, ...rest } = clip(video, asked, constants.audioPerSecond);
		const perFrame = asked.media_resolution === "low" ? constants.low.max : constants.tile;
		return {
			kind: "video",
			visualTokens: frames * perFrame,
			exactness: "documented",
			...rest,
			resized: sizeOf(video),
			frames,
			steps: [...steps, `${perFrame} tokens per frame`],
		};
	},
};

function flatImage(
	image: ImageItem,
	{ min, max }: { min: number; max: number },
	level: string,
): ApiItemCount {
	return {
		kind: "image",
		visualTokens: max,
		exactness: "range",
		range: { min, max, why: DELIMITERS },
		resized: sizeOf(image),
		frames: 1,
		steps: [`media_resolution ${level}: one image, no tiles`],
	};
}

function tiledImage(image: ImageItem, { tile, smallSide, unit }: Gemini2Constants): ApiItemCount {
	const base = { kind: "image", resized: sizeOf(image), frames: 1 } as const;
	if (Math.max(image.width, image.height) <= smallSide) {
		return {
			...base,
			visualTokens: tile,
			exactness: "documented",
			steps: [`both sides at most ${smallSide}: one tile`],
		};
	}
	// floor(min / 1.5) in integers.
	const asPrinted = Math.max(1, Math.floor((2 * Math.min(image.width, image.height)) / 3));
	const clamped = Math.min(Math.max(asPrinted, unit.min), unit.max);
	const tilesOf = (side: number): number => Math.ceil(image.width / side) * Math.ceil(image.height / side);
	const [printed, bounded] = [tilesOf(asPrinted), tilesOf(clamped)];
	const steps = [`crop unit ${asPrinted}: ${printed} tiles × ${tile}`];
	if (printed === bounded) {
		return { ...base, visualTokens: printed * tile, exactness: "documented", steps };
	}
	const max = Math.max(printed, bounded) * tile;
	return {
		...base,
		visualTokens: max,
		exactness: "range",
		range: {
			min: Math.min(printed, bounded) * tile,
			max,
			why: `the page's formula gives ${printed} tiles; with the crop unit kept from ${unit.min} to ${unit.max} px, as an older page says, ${bounded}`,
		},
		steps: [...steps, `crop unit clamped to ${clamped}: ${bounded} tiles`],
	};
}
