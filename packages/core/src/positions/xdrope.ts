/**
 * Four position ids per token (HunyuanVL's XD-RoPE). Every token advances the first axis. On the other axes, an image's
 * tokens carry their column, row and image number, while text repeats its own number. Source: transformers 5.18
 * models/hunyuan_vl/modeling_hunyuan_vl.py `get_rope_index`.
 */

import type { Grid } from "@onevision/base";
import { assertLength } from "./mrope.ts";

/** A run of tokens whose positions follow one rule. */
export type XdRun =
	| { readonly kind: "text"; readonly tokens: number }
	| {
			readonly kind: "image";
			/** Tokens of the image, including the newline at the end of each row. */
			readonly grid: Grid;
			/** Special tokens before the image, and equally many after it. Numbered like text. */
			readonly before: number;
	  };

/** Position ids by axis, and where they end. */
export interface XdropeIds {
	readonly sequence: Int32Array;
	readonly width: Int32Array;
	readonly height: Int32Array;
	readonly image: Int32Array;
	/** Number of tokens. */
	readonly length: number;
	/** Position of the first generated token. Equals the length, because every token advances the first axis. */
	readonly nextPosition: number;
	readonly ropeDelta: 0;
}

/**
 * Numbers a sequence of runs.
 *
 * @throws OnevisionError `over-limit` above 2^24 tokens
 */
export function xdropeIds(runs: readonly XdRun[]): XdropeIds {
	const length = runs.reduce((sum, run) => sum + tokensOf(run), 0);
	assertLength(length);
	const sequence = Int32Array.from({ length }, (_, index) => index);
	const width = sequence.slice();
	const height = sequence.slice();
	const image = sequence.slice();
	let at = 0;
	let images = 0;
	for (const run of runs) {
		if (run.kind === "image") {
			let cell = at + run.before;
			for (let row = 0; row < run.grid.rows; row++) {
				for (let col = 0; col < run.grid.cols; col++, cell++) {
					width[cell] = col;
					height[cell] = row;
					image[cell] = images;
				}
			}
			images++;
		}
		at += tokensOf(run);
	}
	return { sequence, width, height, image, length, nextPosition: length, ropeDelta: 0 };
}

function tokensOf(run: XdRun): number {
	return run.kind === "text" ? run.tokens : 2 * run.before + run.grid.rows * run.grid.cols;
}
