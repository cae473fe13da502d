/** Times written as text between frames: how the references format them, and an estimate of their tokens. */

import { OnevisionError, roundHalfEven } from "@onevision/base";
import type { ItemLayout } from "../layout.ts";

/** Python's `f"{value:.1f}"`: one decimal, with exact ties rounded to even where `toFixed` rounds up (0.25 → "0.2"). */
export function oneDecimal(value: number): string {
	// With one decimal, only odd multiples of 1/4 can tie: other ties are not representable in binary.
	const quarters = value * 4;
	const tie = Number.isInteger(quarters) && quarters % 2 !== 0;
	return (tie ? roundHalfEven(value * 10) / 10 : value).toFixed(1);
}

/**
 * Maximum times written for one clip. Beyond it, a count would spend seconds writing text for a prompt nobody can send.
 */
const MAX_TIMES = 100_000;

/** Throws `over-limit` when a clip needs more times than that. */
export function assertTimes(times: number): void {
	if (times <= MAX_TIMES) return;
	throw new OnevisionError(
		"over-limit",
		`${times} times to write for one video: at most ${MAX_TIMES}; set fps or num_frames`,
	);
}

/** The layout with its first text replaced. */
export function withFirstText(layout: ItemLayout, first: string): ItemLayout {
	const text = [first, ...layout.wrapper.text.slice(1)];
	return { ...layout, wrapper: { ...layout.wrapper, text, estimatedTextTokens: estimateTextTokens(text) } };
}

/**
 * Estimated tokens of short strings such as `<12.5 seconds>`: one per digit, one per punctuation mark, and one per word
 * with its leading space. This matches byte-level BPE vocabularies that split single digits (Qwen2, Qwen3). Other
 * tokenizers merge digits and produce fewer tokens.
 */
export function estimateTextTokens(text: readonly string[]): number {
	let sum = 0;
	for (const piece of text) sum += estimatePiece(piece);
	return sum;
}

/**
 * Number of matches of `/\d|\s?[A-Za-z]+|[^\s\w]|\n/g`. Counts character by character for speed: settings searches
 * write the times of a clip hundreds of times.
 */
function estimatePiece(piece: string): number {
	let tokens = 0;
	for (let at = 0; at < piece.length; at++) {
		const code = piece.charCodeAt(at);
		if (isLetter(code)) {
			tokens++;
			while (isLetter(piece.charCodeAt(at + 1))) at++;
		} else if (code === NEWLINE) tokens += isLetter(piece.charCodeAt(at + 1)) ? 0 : 1;
		else if (code !== UNDERSCORE && !isBlank(code)) tokens++;
	}
	return tokens;
}

const NEWLINE = 10;
const UNDERSCORE = 95;

function isLetter(code: number): boolean {
	return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isBlank(code: number): boolean {
	return code < 128 ? code === 32 || (code >= 9 && code <= 13) : /\s/.test(String.fromCharCode(code));
}
