/**
 * Gemma 4: the image is scaled up or down to fill a token budget while keeping its aspect ratio, with patches pooled
 * 3×3. A video is frames under a smaller budget, each with its time. Source: transformers 5.18
 * models/gemma4/{image_processing,video_processing,processing}_gemma4.py; vllm-project/vllm
 * vllm/model_executor/models/gemma4_mm.py at 49e6e47, which treats thin images differently.
 */

import type { Size } from "@onevision/base";
import { formatInteger, OnevisionError } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import { markersOnly, type WrapperTokens } from "../../layout.ts";
import {
	type FrameCount,
	numFramesKnob,
	numFramesSchema,
	type SampledFrames,
	sampleFrames,
	VLLM_FRAMES,
} from "../../layouts/frames.ts";
import { layoutNative, secondsAt } from "../../layouts/native-clip.ts";
import type { MergedPatches } from "../../layouts/native-resolution.ts";
import { estimateTextTokens } from "../../layouts/timestamps.ts";
import type { VideoItem } from "../../sample.ts";
import type { Family, Knob } from "../family.ts";

export interface Gemma4Constants extends MergedPatches {
	/** Token budgets of an image and of a video frame (`max_soft_tokens`). */
	readonly imageTokens: number;
	readonly frameTokens: number;
	/** Frames sampled per clip (`num_frames`). */
	readonly frames: number;
}

export type Gemma4Settings = {
	readonly max_soft_tokens: number;
	readonly video_max_soft_tokens: number;
	readonly num_frames: FrameCount;
};

/** `_SUPPORTED_SOFT_TOKENS`. */
const BUDGETS: readonly number[] = [70, 140, 280, 560, 1120];
/** Frame rate the processor assumes when a clip's own is unknown. */
const ASSUMED_FPS = 24;

const budget = (what: string) =>
	integer(`Most tokens of ${what}: one of ${BUDGETS.join(", ")}`, { min: 70, max: 1120 });

const budgetKnob = (setting: string, what: string): Knob => ({
	setting,
	values: BUDGETS,
	deployable: true,
	// The model card lists all of them as supported: 70, 140, 280, 560 and 1,120 tokens.
	everyValueTrained: true,
	label: (value) => `at most ${formatInteger(Number(value))} tokens per ${what}`,
});

export const gemma4: Family<Gemma4Constants, Gemma4Settings> = {
	title: "Gemma 4",
	source: "transformers 5.18.0 src/transformers/models/gemma4/image_processing_gemma4.py",
	parities: ["transformers", "vllm"],
	scenarios: ["single-image", "multi-image", "video"],
	settings: {
		max_soft_tokens: budget("an image"),
		video_max_soft_tokens: budget("a video frame"),
		num_frames: numFramesSchema,
	},
	defaults: ({ imageTokens, frameTokens, frames }, parity) => ({
		max_soft_tokens: imageTokens,
		video_max_soft_tokens: frameTokens,
		num_frames: parity === "vllm" ? VLLM_FRAMES : frames,
	}),
	check: (settings) => {
		for (const key of ["max_soft_tokens", "video_max_soft_tokens"] as const) {
			if (BUDGETS.includes(settings[key])) continue;
			throw new OnevisionError(
				"invalid-input",
				`${key}: expected one of ${BUDGETS.join(", ")}, got ${settings[key]}`,
			);
		}
	},
	knobs: () => {
		const image = budgetKnob("max_soft_tokens", "image");
		const frame = budgetKnob("video_max_soft_tokens", "frame");
		return { "single-image": [image], "multi-image": [image], video: [numFramesKnob(), frame] };
	},
	counter: (constants, settings, parity) => {
		const { patch, merge } = constants;
		const fill = parity === "vllm" ? fillBudgetAsVllm : fillBudget;
		return {
			image: (item) =>
				layoutNative(item, {
					patch,
					merge,
					canvas: fill(item, settings.max_soft_tokens, constants),
					wrapper: markersOnly(2),
				}),
			video: (item) => {
				const sampled = sampleFrames(item, settings.num_frames, parity, constants.frames);
				return layoutNative(item, {
					patch,
					merge,
					canvas: fill(item, settings.video_max_soft_tokens, constants),
					views: sampled.count,
					wrapper: frameTimes(item, sampled),
					sampled,
				});
			},
		};
	},
};

/**
 * `get_aspect_ratio_preserving_size`, px. Both sides are floored to whole tokens. If a side would become zero, it gets
 * one token and the other gets as many as the aspect ratio, rounded down.
 */
function fillBudget({ width, height }: Size, tokens: number, { patch, merge }: MergedPatches): Size {
	const token = patch * merge;
	const pixels = tokens * merge ** 2 * patch ** 2;
	const factor = Math.sqrt(pixels / (height * width));
	const cols = Math.floor((factor * width) / token);
	const rows = Math.floor((factor * height) / token);
	if (rows === 0) return { height: token, width: Math.min(Math.floor(width / height), tokens) * token };
	if (cols === 0) return { width: token, height: Math.min(Math.floor(height / width), tokens) * token };
	return { width: cols * token, height: rows * token };
}

/**
 * `_compute_num_soft_tokens`, px. If a side would become zero, it gets one token and the other keeps its length, up to
 * the budget.
 */
function fillBudgetAsVllm(image: Size, tokens: number, { patch, merge }: MergedPatches): Size {
	const token = patch * merge;
	const patches = (image.height / patch) * (image.width / patch);
	const scale = Math.sqrt((tokens * merge ** 2) / patches);
	const rows = Math.max(1, Math.floor((image.height * scale) / token));
	const cols = Math.max(1, Math.floor((image.width * scale) / token));
	// The other side can exceed the budget only when one side is a single token.
	return { width: Math.min(cols, tokens) * token, height: Math.min(rows, tokens) * token };
}

/** `MM:SS` before each frame and a pair of markers around it. Frames are joined by spaces. */
function frameTimes(video: VideoItem, sampled: SampledFrames): WrapperTokens {
	const seconds = secondsAt(video, sampled, ASSUMED_FPS);
	const text = Array.from({ length: sampled.count }, (_, index) => {
		const time = seconds(index);
		return `${index === 0 ? "" : " "}${twoDigits(time / 60)}:${twoDigits(time % 60)} `;
	});
	return { markers: 2 * sampled.count, text, estimatedTextTokens: estimateTextTokens(text) };
}

function twoDigits(value: number): string {
	return String(Math.floor(value)).padStart(2, "0");
}
