/**
 * Claude image tokens: one per 28-px cell of the image, downscaled until two limits hold. Sources:
 * platform.claude.com/docs/en/build-with-claude/vision (copy of 2026-09-07) and …/vision-coordinates, whose reference
 * code is followed exactly, including half-to-even rounding.
 */

import type { Size } from "@onevision/base";
import { roundHalfEven } from "@onevision/base";
import { type ApiRule, showSize, sizeOf } from "../rule.ts";

export const CLAUDE_SOURCE =
	"https://platform.claude.com/docs/en/build-with-claude/vision, copy of 2026-09-07, and …/vision-coordinates (reference code)";

/** Side of one token's cell, px. */
const CELL = 28;

export interface ClaudeConstants {
	/** Longest side after padding to whole cells, px. */
	readonly maxSide: number;
	readonly maxTokens: number;
}

export const claude: ApiRule<ClaudeConstants, Record<never, never>> = {
	title: "Claude",
	source: CLAUDE_SOURCE,
	settings: {},
	defaults: () => ({}),
	image: (image, constants) => {
		const resized = claudeResize(image, constants);
		const steps =
			resized.width === image.width && resized.height === image.height
				? []
				: [`fit ${constants.maxSide} px and ${constants.maxTokens} tokens: ${showSize(resized)}`];
		const padded = {
			width: Math.ceil(resized.width / CELL) * CELL,
			height: Math.ceil(resized.height / CELL) * CELL,
		};
		if (padded.width !== resized.width || padded.height !== resized.height) {
			steps.push(`pad to ${showSize(padded)}`);
		}
		const visualTokens = tokensOf(resized);
		return { kind: "image", visualTokens, exactness: "documented", resized, frames: 1, steps };
	},
};

function tokensOf({ width, height }: Size): number {
	return Math.ceil(width / CELL) * Math.ceil(height / CELL);
}

function fits(size: Size, { maxSide, maxTokens }: ClaudeConstants): boolean {
	return (
		Math.ceil(size.width / CELL) * CELL <= maxSide &&
		Math.ceil(size.height / CELL) * CELL <= maxSide &&
		tokensOf(size) <= maxTokens
	);
}

/** The size that Claude sees, px: the largest width that fits, found by bisection as in the vendor's code. */
export function claudeResize(image: Size, constants: ClaudeConstants): Size {
	if (fits(image, constants)) return sizeOf(image);
	if (image.height > image.width) {
		const turned = claudeResize({ width: image.height, height: image.width }, constants);
		return { width: turned.height, height: turned.width };
	}
	const ratio = image.width / image.height;
	const at = (width: number): Size => ({ width, height: Math.max(roundHalfEven(width / ratio), 1) });
	let low = 1;
	let high = image.width;
	while (low + 1 < high) {
		const middle = Math.floor((low + high) / 2);
		if (fits(at(middle), constants)) low = middle;
		else high = middle;
	}
	return at(low);
}
