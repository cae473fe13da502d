/** What becomes of a sample that is longer than the largest capacity: left out, cut, or split into pieces. */

import type { Cut } from "../profile/measure.ts";
import type { OverLengthPolicy, PackLeftOutReason, PackLimits, Piece } from "./manifest.ts";

/** A sample as the profile describes it. */
export interface LongSample {
	/** Tokens. */
	readonly length: number;
	/** Whether placeholders and media differ in number. */
	readonly isMisplaced: boolean;
	/** Where it may be cut: before the first question, then behind answers. */
	readonly cuts: readonly Cut[];
}

/** A piece that is packed, with its size. */
interface SizedPiece {
	readonly piece: Piece;
	/** Tokens, the repeated head included. */
	readonly length: number;
	readonly towerTokens: number;
	readonly media: number;
}

interface OverLength {
	readonly pieces: readonly SizedPiece[];
	/** Tokens at the end that are in no piece. */
	readonly truncated: number;
}

type Handle = (sample: LongSample, capacity: number, limits: PackLimits) => OverLength | PackLeftOutReason;

/** Pieces of a sample, or the reason why it is left out. Pieces fit the capacity and the limits. */
export const OVER_LENGTH: Readonly<Record<OverLengthPolicy, Handle>> = {
	"leave-out": () => "over-capacity",
	truncate: (sample, capacity, limits) => {
		if (sample.isMisplaced) return "media-unplaced";
		const [head, ...answers] = sample.cuts;
		if (head === undefined) return "no-turn-fits";
		const end = answers.findLast((cut) => fits(sizeOf(START, cut, head), capacity, limits));
		if (end === undefined) return "no-turn-fits";
		if (end.labelTokens === 0) return "no-labels-left";
		return {
			pieces: [pieceOf("truncated", START, end, head, 0, 1)],
			truncated: sample.length - end.tokens,
		};
	},
	split: (sample, capacity, limits) => {
		if (sample.isMisplaced) return "media-unplaced";
		const [head, ...answers] = sample.cuts;
		if (head === undefined) return "no-turn-fits";
		// A head with media would repeat them in every piece.
		if (head.media > 0) return "media-unplaced";
		const ends: Cut[] = [];
		for (let start = START; ends.length < answers.length; ) {
			const end = answers.findLast(
				(cut) => cut.turns > start.turns && fits(sizeOf(start, cut, head), capacity, limits),
			);
			if (end === undefined) {
				if (start === answers.at(-1)) break;
				return "no-turn-fits";
			}
			ends.push(end);
			start = end;
		}
		const last = ends.at(-1);
		if (last === undefined) return "no-turn-fits";
		return {
			pieces: ends.map((end, index) =>
				pieceOf("split", ends[index - 1] ?? START, end, head, index, ends.length),
			),
			truncated: sample.length - last.tokens,
		};
	},
};

const START: Cut = { turns: 0, tokens: 0, media: 0, towerTokens: 0, labelTokens: 0 };

type Size = Omit<SizedPiece, "piece">;

function fits({ length, media, towerTokens }: Size, capacity: number, limits: PackLimits): boolean {
	return (
		length <= capacity &&
		media <= (limits.media ?? Infinity) &&
		towerTokens <= (limits.towerTokens ?? Infinity)
	);
}

function sizeOf(from: Cut, to: Cut, head: Cut): Size {
	return {
		length: to.tokens - from.tokens + (from === START ? 0 : head.tokens),
		towerTokens: to.towerTokens - from.towerTokens,
		media: to.media - from.media,
	};
}

function pieceOf(
	kind: Piece["kind"],
	from: Cut,
	to: Cut,
	head: Cut,
	index: number,
	count: number,
): SizedPiece {
	const repeats = index > 0;
	return {
		...sizeOf(from, to, head),
		piece: {
			...{ kind, index, count },
			tokens: { from: from.tokens, to: to.tokens },
			turns: { from: from.turns, to: to.turns },
			media: { from: from.media, to: to.media },
			headTurns: repeats ? head.turns : 0,
			headTokens: repeats ? head.tokens : 0,
		},
	};
}
