/** Times written as text between frames: how the references print them, and an estimate of their tokens. */

import { OnevisionError, roundHalfEven } from "@onevision/base";
import type { ItemLayout } from "../layout.ts";

/** Python's `f"{value:.1f}"`: one decimal, exact ties to even where `toFixed` goes up (0.25 → "0.2"). */
export function oneDecimal(value: number): string {
	// One decimal can tie only at odd multiples of 1/4: other ties are not representable in binary.
	const quarters = value * 4;
	const tie = Number.isInteger(quarters) && quarters % 2 !== 0;
	return (tie ? roundHalfEven(value * 10) / 10 : value).toFixed(1);
}

/** Most times written for one clip: beyond, a count would spend seconds on text for a prompt nobody can send. */
const MAX_TIMES = 100_000;

/** Throws `over-limit` when a clip would need more times than are written. */
export function assertTimes(times: number): void {
	if (times <= MAX_TIMES) return;
	throw new OnevisionError(
		"over-limit",
		`${times} times to write for one video: at most ${MAX_TIMES}; set fps or num_frames`,
	);
}

/** The layout with another text in the place of its first. */
export function withFirstText(layout: ItemLayout, first: string): ItemLayout {
	const text = [first, ...layout.around.text.slice(1)];
	return { ...layout, around: { ...layout.around, text, estimatedTextTokens: estimateTextTokens(text) } };
}

/**
 * Tokens of short strings such as `<12.5 seconds>`, estimated as one per digit, one per punctuation mark and one per
 * word with the space before it. That is how byte-level BPE vocabularies with single-digit splitting (Qwen2, Qwen3)
 * cut such text; other tokenizers merge digits and come out lower.
 */
export function estimateTextTokens(text: readonly string[]): number {
	let sum = 0;
	for (const piece of text) sum += estimatePiece(piece);
	return sum;
}

/**
 * Matches of `/\d|\s?[A-Za-z]+|[^\s\w]|\n/g`, counted character by character: searches of settings write the times of a
 * clip hundreds of times.
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
