/**
 * Position ids of a whole sequence: what the language model's rotary embedding sees for every token, computed from
 * sizes alone. Matches transformers 5.18 for every model with a rule of its own (goldens/positions.json).
 */

import { assertInternal, OnevisionError } from "@onevision/base";
import { type CountSettings, createCounter } from "../count.ts";
import type { Checkpoint, CheckpointId } from "../families/index.ts";
import { ASSUMED_FPS } from "../families/qwen-vl/video.ts";
import type { ItemLayout } from "../layout.ts";
import { estimateTextTokens } from "../layouts/timestamps.ts";
import type { MediaItem, VideoItem } from "../sample.ts";
import { type Advance, assertLength, mropeIds, type Run, type VisualRun } from "./mrope.ts";
import type { MropeRule, SequentialRule, VideoClock, XdropeRule } from "./rule.ts";
import { positionRuleOf } from "./rules.ts";
import { type XdRun, xdropeIds } from "./xdrope.ts";

/** One segment of the sequence: a number of text tokens, or a media item by index. */
export type Segment =
	| { readonly kind: "text"; readonly tokens: number }
	/** Everything written for the item: its markers, its times as text and its visual tokens. */
	| { readonly kind: "media"; readonly item: number };

/** A sequence in order. Every media item occurs exactly once. */
export interface Sequence {
	readonly media: readonly MediaItem[];
	readonly segments: readonly Segment[];
}

export interface PositionOptions {
	/** Where numbering resumes after a clip; see `Advance`. Default "longer-side", transformers 5.18. */
	readonly advance?: Advance;
	/** Counts the tokens of text written between frames ("<0.5 seconds>"), one piece per call. Default: an estimate. */
	readonly countText?: (text: string) => number;
}

interface Ends {
	/** Number of tokens. */
	readonly length: number;
	/** Position of the first generated token. */
	readonly nextPosition: number;
	/** `nextPosition − length`: the offset added to a token's index when decoding, after prefill. */
	readonly ropeDelta: number;
	/** False when a visual count is a range, or when text between frames was estimated. */
	readonly exact: boolean;
}

/** One position id per token. */
export interface SequentialPositions extends Ends {
	readonly kind: "sequential";
	readonly positions: Int32Array;
}

/** Three position ids per token, and the axis each rotary frequency uses. */
export interface MropePositions extends Ends {
	readonly kind: "mrope";
	readonly temporal: Int32Array;
	readonly height: Int32Array;
	readonly width: Int32Array;
	readonly rule: MropeRule;
}

/** Four position ids per token: sequence, column, row and image. */
export interface XdropePositions extends Ends {
	readonly kind: "xdrope";
	readonly sequence: Int32Array;
	readonly width: Int32Array;
	readonly height: Int32Array;
	readonly image: Int32Array;
	readonly rule: XdropeRule;
}

export type Positions = SequentialPositions | MropePositions | XdropePositions;

/**
 * Numbers every token of a sequence.
 *
 * @param checkpoint id, or a checkpoint of your own
 * @param settings settings of its family, same as for `count`
 * @throws OnevisionError same as `count`; `invalid-input` for a segment that names no item or an item twice,
 * `unsupported` for a checkpoint whose language model's numbering has no known rule, `over-limit` above 2^24 tokens
 */
export function positionsOf<const Id extends CheckpointId>(
	checkpoint: Id | Checkpoint,
	sequence: Sequence,
	settings?: CountSettings<Id>,
	options: PositionOptions = {},
): Positions {
	const counter = createCounter(checkpoint, settings);
	const rule = positionRuleOf(counter.checkpoint);
	assertSegments(sequence);
	const { countText } = options;
	const { items } = counter.count({ media: sequence.media });
	const exact = items.every(
		({ range, wrapper }) => range === undefined && (wrapper.text.length === 0 || countText !== undefined),
	);
	const layoutOf = ({ item }: { readonly item: number }): ItemLayout => {
		const layout = items[item];
		assertInternal(layout !== undefined, "a checked segment names an item");
		return layout;
	};
	if (rule.kind === "sequential") {
		const length = sequence.segments.reduce(
			(sum, segment) =>
				sum + (segment.kind === "text" ? segment.tokens : tokensWithWrapper(layoutOf(segment), countText)),
			0,
		);
		return { kind: "sequential", exact, ...numberFrom(rule, length) };
	}
	if (rule.kind === "xdrope") {
		const runs = sequence.segments.map((segment): XdRun => {
			if (segment.kind === "text") return segment;
			const { cappedGrid, parts, wrapper } = layoutOf(segment);
			const newlines = parts.newlines / cappedGrid.rows;
			const grid = { rows: cappedGrid.rows, cols: cappedGrid.cols + newlines };
			// Half of the special tokens are on each side.
			return { kind: "image", grid, before: (parts.markers + wrapper.markers) / 2 };
		});
		return { kind: "xdrope", rule, exact, ...xdropeIds(runs) };
	}
	const runs = sequence.segments.flatMap((segment): readonly Run[] => {
		if (segment.kind === "text") return [segment];
		return runsOf(sequence.media[segment.item], layoutOf(segment), rule, countText);
	});
	const ids = mropeIds(runs, options.advance);
	return { kind: "mrope", rule, exact, ...ids, ropeDelta: ids.nextPosition - ids.length };
}

function numberFrom({ start }: SequentialRule, length: number) {
	assertLength(length);
	const positions = Int32Array.from({ length }, (_, index) => start + index);
	return { positions, length, nextPosition: start + length, ropeDelta: start };
}

type CountText = PositionOptions["countText"];

/** Everything an item adds to the sequence, in tokens. */
function tokensWithWrapper({ visualTokens, wrapper }: ItemLayout, countText: CountText): number {
	const text =
		countText === undefined
			? wrapper.estimatedTextTokens
			: wrapper.text.reduce((sum, piece) => sum + countText(piece), 0);
	return visualTokens + wrapper.markers + text;
}

const MARKER: Run = { kind: "text", tokens: 1 };

/**
 * A marker on each side of an item, and its title before the first marker. With times as text, every temporal patch of
 * a clip also has a pair of markers and its time, and vLLM writes no additional pair around the clip.
 */
function runsOf(
	item: MediaItem | undefined,
	layout: ItemLayout,
	{ clock }: MropeRule,
	countText: CountText,
): readonly Run[] {
	const { wrapper } = layout;
	const texts = wrapper.text.map(
		(text): Run => ({ kind: "text", tokens: countText?.(text) ?? estimateTextTokens([text]) }),
	);
	const visual = visualRun(item, layout, clock);
	if (visual.kind === "image" || clock.kind !== "text") return [...texts, MARKER, visual, MARKER];
	const { temporalPatches, grid, kind } = visual;
	assertInternal(texts.length === temporalPatches, "one time per temporal patch");
	const frame: readonly Run[] = [MARKER, { kind, temporalPatches: 1, grid }, MARKER];
	const patches = texts.flatMap((time) => (clock.written === "before" ? [time, ...frame] : [...frame, time]));
	const side: Run = { kind: "text", tokens: (wrapper.markers - 2 * temporalPatches) / 2 };
	return [side, ...patches, side];
}

/** The visual tokens of one item, without what is written around them. A clip with times as text is one run here. */
export function visualRun(item: MediaItem | undefined, layout: ItemLayout, clock: VideoClock): VisualRun {
	const { kind, cappedGrid: grid } = layout;
	const temporalPatches = layout.parts.grid / (grid.rows * grid.cols);
	assertInternal(Number.isInteger(temporalPatches), "whole token grids");
	if (item?.kind !== "video" || clock.kind !== "seconds") return { kind, temporalPatches, grid };
	const interval = clock.positionsPerSecond * secondsPerPatch(item, layout, clock.framesPerPatch);
	return { kind, temporalPatches, grid, interval };
}

/** `temporal_patch_size / sampled_fps` as the Qwen2.5-VL processor computes it (transformers 5.18 video_utils.py). */
function secondsPerPatch(video: VideoItem, { frames }: ItemLayout, framesPerPatch: number): number {
	return framesPerPatch / ((frames / video.frames) * (video.fps ?? ASSUMED_FPS));
}

function assertSegments({ media, segments }: Sequence): void {
	const seen = new Set<number>();
	for (const segment of segments) {
		if (segment.kind === "text") {
			if (Number.isSafeInteger(segment.tokens) && segment.tokens >= 0) continue;
			throw new OnevisionError(
				"invalid-input",
				`text segment of ${segment.tokens} tokens: give a whole number from 0`,
			);
		}
		if (media[segment.item] === undefined || seen.has(segment.item)) {
			const why = seen.has(segment.item) ? "occurs twice" : `is not one of ${media.length} counted from 0`;
			throw new OnevisionError("invalid-input", `media segment ${segment.item} ${why}; name each item once`);
		}
		seen.add(segment.item);
	}
	if (seen.size < media.length) {
		throw new OnevisionError(
			"invalid-input",
			`${media.length - seen.size} of ${media.length} media items have no segment; name each item once`,
		);
	}
}
