/**
 * Extrapolation: compares what the model will be asked about videos with what it was trained on, and judges it on its
 * own. Four things can break: the context (more frames than fit), the temporal stride (frames further apart than in
 * training), the number of frames (more than the model ever saw), and the sampling itself. When frames lie a minute
 * apart, nothing sees what happens between them, whatever the training was.
 */

import { formatInteger, formatPercent } from "@onevision/base";

export interface ExtrapolationQuestion {
	/** Fields are absent when unpublished. */
	readonly trained: { readonly frames?: number; readonly seconds?: number };
	readonly asked: { readonly frames: number; readonly seconds: number };
	readonly contextTokens: number;
	/** Prompt and answer, tokens. */
	readonly textTokens: number;
	/** Context tokens of a clip of which exactly this many frames are used. `undefined` when the family cannot do that. */
	readonly countFrames: (frames: number) => number | undefined;
}

/** How well the frames cover the clip, regardless of training. */
type Coverage = "dense" | "sparse" | "blind";

type Breaks = "refused" | "context" | "temporal-stride" | "frame-count" | "blind-sampling" | "nothing";

export interface Extrapolation {
	readonly trained: { readonly frames?: number; readonly seconds?: number; readonly stride?: number };
	readonly asked: {
		readonly frames: number;
		readonly seconds: number;
		/** Seconds between frames. */
		readonly stride: number;
		/** Absent when the model cannot take that many frames. */
		readonly contextTokens?: number;
	};
	/** Whether the request differs from training. */
	readonly differs: boolean;
	readonly coverage: Coverage;
	readonly contextLimit: number;
	/** Requested tokens as a fraction of the context. */
	readonly contextShare?: number;
	/** Requested stride divided by the trained stride. Above 1, frames are further apart than in training. */
	readonly strideRatio?: number;
	/**
	 * Maximum frames that fit in the context beside the text; 4,096 means at least that many. Absent for a family whose
	 * own rate decides the frame count.
	 */
	readonly framesThatFit?: number;
	/** Frames needed to keep the trained stride over the requested duration. */
	readonly framesForTrainedStride?: number;
	/** Longest clip that fits in the context at the trained stride, s. */
	readonly secondsAtTrainedStride?: number;
	readonly breaksFirst: Breaks;
	readonly summary: string;
}

/**
 * Ratio to the trained stride above which the stride counts as broken. Below it, the difference is within sampling
 * jitter.
 */
const STRIDE_TOLERANCE = 1.5;
/**
 * Ratio of inference frames to trained frames above which accuracy falls: 32 trained frames gained at 64 and lost at
 * 110 (arXiv 2410.02713, table 8).
 */
const FRAME_TOLERANCE = 2;
/**
 * Maximum seconds between frames for dense sampling. LLaVA-Video trains on 64 frames of up to three minutes, one every
 * 2.8 s (arXiv 2410.02713, section 4.1).
 */
const DENSE_STRIDE = 3;
/**
 * Minimum seconds between frames for blind sampling: a shot, a recipe step or a goal lasts less than a minute. This
 * project's threshold.
 */
const BLIND_STRIDE = 60;
/** One frame shows no change at all. A clip longer than this is not a still image. */
const STILL_SECONDS = 2;

export function extrapolate(question: ExtrapolationQuestion): Extrapolation {
	const { trained, asked, contextTokens, textTokens, countFrames } = question;
	const tokensOf = (frames: number): number | undefined => {
		const tokens = countFrames(frames);
		return tokens === undefined ? undefined : tokens + textTokens;
	};
	const trainedStride =
		trained.frames === undefined || trained.seconds === undefined
			? undefined
			: trained.seconds / trained.frames;
	const stride = asked.seconds / asked.frames;
	const askedTokens = tokensOf(asked.frames);
	const framesThatFit = mostFrames(tokensOf, contextTokens);
	const facts: Facts = {
		asked,
		stride,
		trained,
		trainedStride,
		contextShare: askedTokens === undefined ? undefined : askedTokens / contextTokens,
		coverage: coverageOf(asked.frames, asked.seconds),
		framesThatFit,
		framesForTrainedStride:
			trainedStride === undefined ? undefined : Math.ceil(asked.seconds / trainedStride),
	};
	const breaksFirst = whatBreaks(facts);
	const differs =
		(trained.frames !== undefined && trained.frames !== asked.frames) ||
		(trained.seconds !== undefined && trained.seconds !== asked.seconds);
	return {
		trained: { ...trained, ...(trainedStride === undefined ? {} : { stride: trainedStride }) },
		asked: { ...asked, stride, ...(askedTokens === undefined ? {} : { contextTokens: askedTokens }) },
		differs,
		coverage: facts.coverage,
		contextLimit: contextTokens,
		...(facts.contextShare === undefined ? {} : { contextShare: facts.contextShare }),
		...(trainedStride === undefined
			? {}
			: {
					strideRatio: stride / trainedStride,
					framesForTrainedStride: Math.ceil(asked.seconds / trainedStride),
					...(framesThatFit === undefined ? {} : { secondsAtTrainedStride: framesThatFit * trainedStride }),
				}),
		...(framesThatFit === undefined ? {} : { framesThatFit }),
		breaksFirst,
		summary: summarize(breaksFirst, facts),
	};
}

interface Facts {
	readonly asked: ExtrapolationQuestion["asked"];
	readonly stride: number;
	readonly trained: ExtrapolationQuestion["trained"];
	readonly trainedStride: number | undefined;
	readonly contextShare: number | undefined;
	readonly coverage: Coverage;
	readonly framesThatFit: number | undefined;
	readonly framesForTrainedStride: number | undefined;
}

/** Judges the coverage of frames over seconds on its own. */
function coverageOf(frames: number, seconds: number): Coverage {
	const stride = seconds / frames;
	if (stride > BLIND_STRIDE || (frames < 2 && seconds > STILL_SECONDS)) return "blind";
	return stride > DENSE_STRIDE ? "sparse" : "dense";
}

function whatBreaks({ contextShare, coverage, stride, trainedStride, asked, trained }: Facts): Breaks {
	if (contextShare === undefined) return "refused";
	if (contextShare > 1) return "context";
	if (coverage === "blind") return "blind-sampling";
	if (trainedStride !== undefined && stride / trainedStride > STRIDE_TOLERANCE) return "temporal-stride";
	const moreFrames = trained.frames !== undefined && asked.frames / trained.frames > FRAME_TOLERANCE;
	return moreFrames ? "frame-count" : "nothing";
}

function summarize(breaksFirst: Breaks, facts: Facts): string {
	const { asked, stride, trained, trainedStride, contextShare, framesThatFit, framesForTrainedStride } =
		facts;
	const each = `one frame per ${seconds(stride)}`;
	const context = `${formatPercent(contextShare ?? 0)} of the context`;
	const fit =
		framesThatFit === undefined
			? "as many as the model's own rate takes"
			: `${framesThatFit === MAX_FRAMES ? "at least " : ""}${formatInteger(framesThatFit)}`;
	switch (breaksFirst) {
		case "refused":
			return `the model does not take ${asked.frames} frames of such a clip; ${fit} frames fit its context`;
		case "context":
			return `the context breaks first: ${context}; at most ${fit} frames fit`;
		case "blind-sampling":
			return `sampling is blind: ${each}${asked.frames < 2 ? "" : `, ${asked.frames} in ${seconds(asked.seconds)}`}; what happens between is never seen; ${formatInteger(Math.ceil(asked.seconds / DENSE_STRIDE))} frames would make it dense, ${fit} fit the context`;
		case "temporal-stride":
			return `temporal reasoning breaks first, not the budget: ${each} against ${seconds(trainedStride ?? 0)} in training, at ${context}; ${remedy(framesForTrainedStride ?? 0, framesThatFit, fit)}`;
		case "frame-count":
			return `${asked.frames} frames are more than twice the ${trained.frames} of training: accuracy fell there when it was measured (LLaVA-Video, table 8)`;
		case "nothing":
			return `nothing breaks: ${each}${trainedStride === undefined ? "" : ` against ${seconds(trainedStride)} in training`}, at ${context}`;
	}
}

function remedy(needed: number, framesThatFit: number | undefined, fit: string): string {
	return needed <= (framesThatFit ?? 0)
		? `${needed} frames would keep the trained stride and still fit`
		: `keeping the trained stride takes ${needed} frames, only ${fit} fit`;
}

/** 3.75 → "3.75 s", 90 → "90 s". */
function seconds(value: number): string {
	return `${value >= 10 ? Math.round(value) : Number(value.toFixed(2))} s`;
}

/** Upper bound of the search. If the budget still has room there, the result means "at least". */
const MAX_FRAMES = 4096;
/** Families that average frames accept only multiples of this. */
const FRAME_STEP = 8;

/**
 * Maximum number of frames whose tokens stay within the limit, up to `MAX_FRAMES`; 0 when not even one frame fits.
 * Tokens grow with frames, so the search doubles and then bisects. If the family refuses a frame count, the next
 * multiple of `FRAME_STEP` is tried. `undefined` when the family accepts none of the counts tried.
 */
function mostFrames(tokensOf: (frames: number) => number | undefined, limit: number): number | undefined {
	if (tokensOf(1) === undefined && tokensOf(FRAME_STEP) === undefined) return undefined;
	const fits = (frames: number): boolean => {
		const tokens = tokensOf(frames) ?? tokensOf(Math.ceil(frames / FRAME_STEP) * FRAME_STEP);
		return tokens !== undefined && tokens <= limit;
	};
	if (!fits(1)) return 0;
	let low = 1;
	let high = 2;
	while (high < MAX_FRAMES && fits(high)) {
		low = high;
		high *= 2;
	}
	if (high >= MAX_FRAMES && fits(MAX_FRAMES)) return MAX_FRAMES;
	while (low + 1 < high) {
		const middle = Math.floor((low + high) / 2);
		if (fits(middle)) low = middle;
		else high = middle;
	}
	return low;
}
