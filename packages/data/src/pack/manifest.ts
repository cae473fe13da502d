/**
 * A set of packs as stored: what was packed and how, each pack, and each slot of a pack with the sample in it.
 *
 *     DIR/request.json             what the folder is for; written first
 *     DIR/packs-000000.parquet     a row a pack, in training order
 *     DIR/slots-000000.parquet     a row a slot; or both as packs-000000.jsonl, a line a pack
 *     DIR/left-out.parquet         a row a sample that is in no pack, with its reason; or left-out.jsonl
 *     DIR/manifest.json            the header; written last: a folder without it is unfinished
 */

import type { Position } from "../record.ts";
import type { CostWeights } from "./step-cost.ts";

/** What fills a pack, as a column of the profile's sample table. */
export const PACK_MEASURES = {
	tokens: { column: "length", doc: "everything the language model sees" },
	"visual-tokens": { column: "visual_tokens", doc: "visual tokens alone" },
	"tower-tokens": { column: "tower_tokens", doc: "what the vision tower computes" },
} as const satisfies Record<string, { readonly column: string; readonly doc: string }>;
export type PackMeasure = keyof typeof PACK_MEASURES;

/** What happens to a sample that is longer than the largest capacity. */
export const OVER_LENGTH_POLICIES = {
	"leave-out": "it is left out",
	truncate: "it is cut behind the last answer that fits; without one, it is left out",
	split: "it becomes several pieces, cut behind answers; each repeats what precedes the first question",
} as const satisfies Record<string, string>;
export type OverLengthPolicy = keyof typeof OVER_LENGTH_POLICIES;

/** Which samples may share a pack. */
export const PACK_GROUPINGS = {
	none: "any samples",
	modality:
		"only samples with media, or only samples without, as LLaVA-NeXT's group_by_modality_length batches them",
} as const satisfies Record<string, string>;
export type PackGrouping = keyof typeof PACK_GROUPINGS;

/** Why a profiled sample is in no pack. */
export const PACK_LEFT_OUT_REASONS = {
	"over-capacity": "longer than the largest capacity",
	"no-turn-fits": "longer than the largest capacity, and no place to cut: one exchange alone is too long",
	"media-unplaced":
		"longer than the largest capacity, and its placeholders differ from its media: a cut would part them",
	"no-labels-left":
		"longer than the largest capacity, and what would be kept holds nothing that is trained on",
	"over-media": "more media than a pack may hold",
	"over-tower-tokens": "more tower tokens than a pack may hold",
	empty: "has none of what fills the packs",
} as const satisfies Record<string, string>;
export type PackLeftOutReason = keyof typeof PACK_LEFT_OUT_REASONS;

/** How packs and slots are stored. */
export const MANIFEST_FORMATS = ["parquet", "jsonl"] as const;
export type ManifestFormat = (typeof MANIFEST_FORMATS)[number];

/** The most a pack holds beside its capacity; absent: any number. */
export interface PackLimits {
	readonly samples?: number;
	/** Images and videos. */
	readonly media?: number;
	/** Tokens that the vision tower computes. */
	readonly towerTokens?: number;
}

/** Half open, from 0. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** The part of a sample that a slot holds when it does not hold all of it. */
export interface Piece {
	/** Truncated: the rest is in no pack. Split: the rest is in other slots. */
	readonly kind: "truncated" | "split";
	/** From 0, and how many there are. */
	readonly index: number;
	readonly count: number;
	/** Of the sample's tokens, in the order the language model sees them. Pieces of a sample are gapless. */
	readonly tokens: Span;
	/** Of its turns. */
	readonly turns: Span;
	/** Of its media. */
	readonly media: Span;
	/** Turns at the sample's start (system prompt) that a later piece repeats, and their tokens, counted in `length`. */
	readonly headTurns: number;
	readonly headTokens: number;
}

/** A sample in a pack. */
export interface PackSlot {
	/** Its row in the profile's sample table. */
	readonly sample: number;
	/** Where it lies in its data set. */
	readonly position: Position;
	/** Samples of one tar member or packed sample share a position: which of them, from 0. */
	readonly nth: number;
	/** Where it starts in the pack, and how long it is, in what fills the packs. */
	readonly start: number;
	readonly length: number;
	readonly towerTokens: number;
	/** Images and videos in this slot. */
	readonly media: number;
	/** Absent: the whole sample. */
	readonly piece?: Piece;
}

export interface Pack {
	/** From 0, in training order. */
	readonly id: number;
	readonly capacity: number;
	/** Sum of its slots' lengths, at most `capacity`. */
	readonly length: number;
	readonly towerTokens: number;
	readonly media: number;
	/** Where it is trained on, if packs were balanced across ranks: optimizer step, rank, place in the micro-batch. */
	readonly place?: { readonly step: number; readonly rank: number; readonly index: number };
	readonly slots: readonly PackSlot[];
}

/** A sample in no pack. */
export interface PackLeftOut {
	readonly sample: number;
	readonly position: Position;
	readonly nth: number;
	readonly reason: PackLeftOutReason;
	readonly length: number;
}

/** Everything that decides the packs. */
export interface PackSettings {
	readonly by: PackMeasure;
	/** Ascending. A pack has the smallest that holds its longest sample. */
	readonly capacities: readonly number[];
	readonly limits: PackLimits;
	readonly overLength: OverLengthPolicy;
	readonly grouping: PackGrouping;
	readonly seed: number;
	/** Present if packs were balanced across ranks. */
	readonly balance?: {
		readonly ranks: number;
		readonly microBatch: number;
		/** Share of a step that ranks may wait in every layer; packs remain the more random the larger it is. */
		readonly target: number;
	};
	/** FLOPs that decide what a pack costs. */
	readonly weights: CostWeights;
}

/** Where every profiled sample went; the parts sum, which is asserted before anything is written. */
export interface PackTotals {
	/** Profiled samples; each is packed whole, truncated, split or left out. */
	readonly samples: number;
	readonly whole: number;
	readonly truncated: number;
	readonly split: number;
	readonly leftOut: Readonly<
		Partial<Record<PackLeftOutReason, { readonly samples: number; readonly length: number }>>
	>;
	readonly packs: number;
	readonly slots: number;
	/** Lengths: of all profiled samples, in the packs, cut off, and written twice by pieces. */
	readonly profiledLength: number;
	readonly packedLength: number;
	readonly truncatedLength: number;
	readonly repeatedLength: number;
	/** Sum of the packs' capacities. */
	readonly capacity: number;
	readonly byCapacity: readonly {
		readonly capacity: number;
		readonly packs: number;
		readonly length: number;
	}[];
}

export interface PackHeader {
	readonly version: 1;
	/** The profile that was packed: its folder, and the hash of its state. */
	readonly profile: { readonly path: string; readonly hash: string };
	readonly settings: PackSettings;
	readonly format: ManifestFormat;
	/** Number of part files, and of packs in each but the last. */
	readonly parts: number;
	readonly packsPerPart: number;
	readonly totals: PackTotals;
}
