/**
 * Extrapolation: frames and seconds trained against those asked at inference. Two things can break: the context, when
 * there are more frames than fit, and the temporal stride, when frames lie further apart than any in training.
 */

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
		readonly contextTokens: number;
	};
	readonly contextLimit: number;
	/** Asked tokens as a share of the context. */
	readonly contextShare: number;
	/** Asked stride over trained stride: above 1 the model sees faster change than it ever did. */
	readonly strideRatio: number;
	/** Most frames that fit the context beside the text. */
	readonly framesThatFit: number;
	/** Frames that would keep the trained stride over the asked duration. */
	readonly framesForTrainedStride: number;
	/** Longest clip at the trained stride within the context, s. */
	readonly secondsAtTrainedStride: number;
	readonly breaksFirst: "context" | "temporal-stride" | "nothing";
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
	const askedTokens = tokensOf(asked.frames) ?? textTokens;
	const framesThatFit = mostFrames((frames) => tokensOf(frames), contextTokens);
	const framesForTrainedStride = Math.ceil(asked.seconds / trainedStride);
	const contextShare = askedTokens / contextTokens;
	const strideRatio = askedStride / trainedStride;
	const breaksFirst =
		contextShare > 1 ? "context" : strideRatio > STRIDE_TOLERANCE ? "temporal-stride" : "nothing";
	return {
		trained: { ...trained, stride: trainedStride },
		asked: { ...asked, stride: askedStride, contextTokens: askedTokens },
		contextLimit: contextTokens,
		contextShare,
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

function summarise(
	breaksFirst: Extrapolation["breaksFirst"],
	numbers: {
		readonly askedStride: number;
		readonly trainedStride: number;
		readonly contextShare: number;
		readonly framesThatFit: number;
		readonly framesForTrainedStride: number;
	},
): string {
	const { askedStride, trainedStride, contextShare, framesThatFit, framesForTrainedStride } = numbers;
	const stride = `${askedStride.toFixed(2)} s between frames against ${trainedStride.toFixed(2)} s in training`;
	const context = `${Math.round(contextShare * 100)} % of the context`;
	const remedy =
		framesForTrainedStride <= framesThatFit
			? `${framesForTrainedStride} frames would keep the trained stride and still fit`
			: `keeping the trained stride takes ${framesForTrainedStride} frames, only ${framesThatFit} fit`;
	switch (breaksFirst) {
		case "context":
			return `the context breaks first: ${context}; at most ${framesThatFit} frames fit`;
		case "temporal-stride":
			return `temporal reasoning breaks first, not the budget: ${stride}, at ${context}; ${remedy}`;
		case "nothing":
			return `nothing breaks: ${stride}, at ${context}`;
	}
}

/** Frame counts tried: every one to 64, then multiples of 8, which every family that pools frames accepts. */
const EVERY_FRAME_TO = 64;
const FRAME_STEP = 8;
const MOST_FRAMES = 2 ** 16;

/** Most frames whose tokens stay within the limit, of those the family accepts; 0 when none do. */
function mostFrames(tokensOf: (frames: number) => number | undefined, limit: number): number {
	let most = 0;
	for (let frames = 1; frames <= MOST_FRAMES; frames += frames < EVERY_FRAME_TO ? 1 : FRAME_STEP) {
		const tokens = tokensOf(frames);
		if (tokens === undefined) continue;
		if (tokens > limit) break;
		most = frames;
	}
	return most;
}
