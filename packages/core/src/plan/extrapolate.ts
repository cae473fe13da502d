/**
 * Extrapolation: frames and seconds trained against those asked at inference. Two things can break: the context, when
 * there are more frames than fit, and the temporal stride, when frames lie further apart than any in training.
 */

import { percent, thousands } from "../format.ts";

export interface ExtrapolationQuestion {
	readonly trained: { readonly frames: number; readonly seconds: number };
	readonly asked: { readonly frames: number; readonly seconds: number };
	readonly contextTokens: number;
	/** Prompt and answer, tokens. */
	readonly textTokens: number;
	/** Context tokens of a clip of so many frames under the plan's allocation; `undefined` when the family refuses it. */
	readonly countFrames: (frames: number) => number | undefined;
}

export interface Extrapolation {
	readonly trained: { readonly frames: number; readonly seconds: number; readonly stride: number };
	readonly asked: {
		readonly frames: number;
		readonly seconds: number;
		/** Seconds between frames. */
		readonly stride: number;
		/** Absent when the model refuses so many frames. */
		readonly contextTokens?: number;
	};
	readonly contextLimit: number;
	/** Asked tokens as a share of the context. */
	readonly contextShare?: number;
	/** Asked stride over trained stride: above 1 the model sees faster change than it ever did. */
	readonly strideRatio: number;
	/** Most frames that fit the context beside the text; 4,096 means at least that. */
	readonly framesThatFit: number;
	/** Frames that would keep the trained stride over the asked duration. */
	readonly framesForTrainedStride: number;
	/** Longest clip at the trained stride within the context, s. */
	readonly secondsAtTrainedStride: number;
	readonly breaksFirst: "context" | "temporal-stride" | "refused" | "nothing";
	readonly summary: string;
}

/** A stride this much longer than trained is called broken; below it is within what sampling jitter covers. */
const STRIDE_TOLERANCE = 1.5;

export function extrapolate(question: ExtrapolationQuestion): Extrapolation {
	const { trained, asked, contextTokens, textTokens, countFrames } = question;
	const tokensOf = (frames: number): number | undefined => {
		const tokens = countFrames(frames);
		return tokens === undefined ? undefined : tokens + textTokens;
	};
	const trainedStride = trained.seconds / trained.frames;
	const askedStride = asked.seconds / asked.frames;
	const askedTokens = tokensOf(asked.frames);
	const framesThatFit = mostFrames((frames) => tokensOf(frames), contextTokens);
	const framesForTrainedStride = Math.ceil(asked.seconds / trainedStride);
	const contextShare = askedTokens === undefined ? undefined : askedTokens / contextTokens;
	const strideRatio = askedStride / trainedStride;
	const breaksFirst = whatBreaks(contextShare, strideRatio);
	return {
		trained: { ...trained, stride: trainedStride },
		asked: {
			...asked,
			stride: askedStride,
			...(askedTokens === undefined ? {} : { contextTokens: askedTokens }),
		},
		contextLimit: contextTokens,
		...(contextShare === undefined ? {} : { contextShare }),
		strideRatio,
		framesThatFit,
		framesForTrainedStride,
		secondsAtTrainedStride: framesThatFit * trainedStride,
		breaksFirst,
		summary: summarise(breaksFirst, {
			askedStride,
			trainedStride,
			contextShare,
			framesThatFit,
			framesForTrainedStride,
		}),
	};
}

function whatBreaks(contextShare: number | undefined, strideRatio: number): Extrapolation["breaksFirst"] {
	if (contextShare === undefined) return "refused";
	if (contextShare > 1) return "context";
	return strideRatio > STRIDE_TOLERANCE ? "temporal-stride" : "nothing";
}

function summarise(
	breaksFirst: Extrapolation["breaksFirst"],
	numbers: {
		readonly askedStride: number;
		readonly trainedStride: number;
		readonly contextShare: number | undefined;
		readonly framesThatFit: number;
		readonly framesForTrainedStride: number;
	},
): string {
	const { askedStride, trainedStride, contextShare, framesThatFit, framesForTrainedStride } = numbers;
	const stride = `${askedStride.toFixed(2)} s between frames against ${trainedStride.toFixed(2)} s in training`;
	const context = `${percent(contextShare ?? 0)} of the context`;
	const fit = framesThatFit === MOST_FRAMES ? `at least ${thousands(MOST_FRAMES)}` : thousands(framesThatFit);
	const remedy =
		framesForTrainedStride <= framesThatFit
			? `${framesForTrainedStride} frames would keep the trained stride and still fit`
			: `keeping the trained stride takes ${framesForTrainedStride} frames, only ${fit} fit`;
	switch (breaksFirst) {
		case "refused":
			return `the model refuses that many frames; ${fit} frames fit its context`;
		case "context":
			return `the context breaks first: ${context}; at most ${fit} frames fit`;
		case "temporal-stride":
			return `temporal reasoning breaks first, not the budget: ${stride}, at ${context}; ${remedy}`;
		case "nothing":
			return `nothing breaks: ${stride}, at ${context}`;
	}
}

/** Beyond this many frames nobody asks; a budget that still has room says "at least". */
const MOST_FRAMES = 4096;
/** Families that average frames take multiples of this only. */
const FRAME_STEP = 8;

/**
 * Most frames whose tokens stay within the limit, up to `MOST_FRAMES`; 0 when none do. Tokens grow with frames, so the
 * search doubles and then halves; a count the family refuses is rounded up to the next it may accept.
 */
function mostFrames(tokensOf: (frames: number) => number | undefined, limit: number): number {
	const fits = (frames: number): boolean => {
		const tokens = tokensOf(frames) ?? tokensOf(Math.ceil(frames / FRAME_STEP) * FRAME_STEP);
		return tokens !== undefined && tokens <= limit;
	};
	if (!fits(1)) return 0;
	let low = 1;
	let high = 2;
	while (high < MOST_FRAMES && fits(high)) {
		low = high;
		high *= 2;
	}
	if (high >= MOST_FRAMES && fits(MOST_FRAMES)) return MOST_FRAMES;
	while (low + 1 < high) {
		const middle = Math.floor((low + high) / 2);
		if (fits(middle)) low = middle;
		else high = middle;
	}
	return low;
}
