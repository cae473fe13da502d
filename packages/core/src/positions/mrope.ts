/**
 * Three position ids per token (M-RoPE). Text advances on all axes at once; an image's tokens carry time, row and
 * column, offset by where the image starts. Sources: transformers 5.18 `get_rope_index` of qwen2_vl, qwen2_5_vl and
 * qwen3_vl; vllm-project/vllm vllm/model_executor/models/qwen2_5_vl.py at 002d181 `get_mrope_input_positions`.
 */

import type { Grid } from "@onevision/base";
import { OnevisionError } from "@onevision/base";

/** The visual tokens of an image or clip. */
export interface VisualRun {
	readonly kind: "image" | "video";
	/** Temporal patches; 1 for an image. */
	readonly temporalPatches: number;
	/** Tokens of one temporal patch, after merging. */
	readonly grid: Grid;
	/** Positions between consecutive temporal patches. May be fractional: each position is truncated. Default 1. */
	readonly interval?: number;
}

/** A run of tokens whose positions follow one rule. */
export type Run = { readonly kind: "text"; readonly tokens: number } | VisualRun;

/**
 * Where numbering resumes after an image or clip. "longer-side": after the larger of its rows and columns, as in
 * transformers 5.18; a clip with more temporal positions than that overlaps the text after it. "largest": after the
 * largest number used, as in vLLM. Both give the same result for images.
 */
export type Advance = "longer-side" | "largest";

/** Position ids by axis, and where they end. */
export interface MropeIds {
	readonly temporal: Int32Array;
	readonly height: Int32Array;
	readonly width: Int32Array;
	/** Number of tokens. */
	readonly length: number;
	/** One more than the largest position id. The first generated token gets it on every axis. */
	readonly nextPosition: number;
}

/** Maximum tokens of one numbered sequence. */
export const MAX_POSITIONS = 2 ** 24;

/**
 * Numbers a sequence of runs.
 *
 * @throws OnevisionError `invalid-input` for two adjacent images or clips without text in between (transformers cannot
 * tell them apart and fails), `over-limit` above 2^24 tokens
 */
export function mropeIds(runs: readonly Run[], advance: Advance = "longer-side"): MropeIds {
	const length = runs.reduce((sum, run) => sum + tokensOf(run), 0);
	assertLength(length);
	const temporal = new Int32Array(length);
	const height = new Int32Array(length);
	const width = new Int32Array(length);
	let at = 0;
	let start = 0;
	let next = 0;
	let before: Run["kind"] = "text";
	for (const run of runs) {
		const tokens = tokensOf(run);
		if (tokens === 0) continue;
		if (run.kind === "text") {
			for (let index = 0; index < tokens; index++) {
				temporal[at + index] = height[at + index] = width[at + index] = start + index;
			}
			next = Math.max(next, start + tokens);
			start += tokens;
		} else {
			if (before === run.kind) refuseNeighbors(run.kind);
			const { rows, cols } = run.grid;
			const interval = Math.fround(run.interval ?? 1);
			let cell = at;
			let last = 0;
			for (let patch = 0; patch < run.temporalPatches; patch++) {
				// torch multiplies in float32 and truncates.
				last = Math.trunc(Math.fround(patch * interval));
				for (let row = 0; row < rows; row++) {
					for (let col = 0; col < cols; col++, cell++) {
						temporal[cell] = start + last;
						height[cell] = start + row;
						width[cell] = start + col;
					}
				}
			}
			const largest = Math.max(last + 1, rows, cols);
			next = Math.max(next, start + largest);
			start += advance === "largest" ? largest : Math.max(rows, cols);
		}
		at += tokens;
		before = run.kind;
	}
	return { temporal, height, width, length, nextPosition: next };
}

/** Throws `over-limit` above `MAX_POSITIONS` tokens. */
export function assertLength(tokens: number): void {
	if (tokens <= MAX_POSITIONS) return;
	throw new OnevisionError(
		"over-limit",
		`sequence of ${tokens} tokens: at most ${MAX_POSITIONS} are numbered; split it`,
	);
}

function tokensOf(run: Run): number {
	return run.kind === "text" ? run.tokens : run.temporalPatches * run.grid.rows * run.grid.cols;
}

function refuseNeighbors(kind: "image" | "video"): never {
	throw new OnevisionError(
		"invalid-input",
		`two ${kind}s without a token between: their positions cannot be told apart; put the markers around each`,
	);
}
