/** What is packed: the samples of a profile, pieces of those that are too long, and what is left out, each counted. */

import { assertInternal } from "@onevision/base";
import type { ItemSizes } from "./histogram.ts";
import {
	type OverLengthPolicy,
	PACK_LEFT_OUT_REASONS,
	type PackLeftOutReason,
	type PackLimits,
	type PackTotals,
	type Piece,
} from "./manifest.ts";
import { OVER_LENGTH } from "./over-length.ts";
import type { ProfileRows } from "./profile-rows.ts";

/** Items 0 to `rows - 1` are the profile's rows, whole or their first piece; further pieces follow. */
export interface PackItems {
	/** Lengths are 0 for rows that are not packed. */
	readonly length: Uint32Array;
	readonly towerTokens: Uint32Array;
	readonly media: Uint16Array;
	readonly rowOf: (item: number) => number;
	readonly pieces: ReadonlyMap<number, Piece>;
	/** Ascending. */
	readonly leftOut: readonly {
		readonly row: number;
		readonly reason: PackLeftOutReason;
		readonly length: number;
	}[];
	readonly totals: Omit<PackTotals, "packs" | "slots" | "packedLength" | "capacity" | "byCapacity">;
}

export interface ItemRules {
	/** The largest. */
	readonly capacity: number;
	readonly limits: PackLimits;
	readonly overLength: OverLengthPolicy;
}

/** Decides what of each row is packed. Takes over the rows' arrays. */
export async function packItems(
	rows: ProfileRows,
	{ capacity, limits, overLength }: ItemRules,
): Promise<PackItems> {
	const { length, towerTokens, media } = rows;
	const leftOut: { readonly row: number; readonly reason: PackLeftOutReason; readonly length: number }[] = [];
	const long: number[] = [];
	let profiledLength = 0;
	for (let row = 0; row < rows.rows; row++) {
		const own = length[row] ?? 0;
		profiledLength += own;
		if (own > capacity) {
			long.push(row);
			continue;
		}
		let reason: PackLeftOutReason | undefined;
		if (own === 0) {
			if (!rows.isProfiled(row)) continue;
			reason = "empty";
		} else if ((media[row] ?? 0) > (limits.media ?? Infinity)) reason = "over-media";
		else if ((towerTokens[row] ?? 0) > (limits.towerTokens ?? Infinity)) reason = "over-tower-tokens";
		if (reason === undefined) continue;
		leftOut.push({ row, reason, length: own });
		length[row] = 0;
	}
	const pieces = new Map<number, Piece>();
	const further: {
		readonly row: number;
		readonly length: number;
		readonly towerTokens: number;
		readonly media: number;
	}[] = [];
	const counts = { truncated: 0, split: 0, truncatedLength: 0, repeatedLength: 0 };
	const handle = OVER_LENGTH[overLength];
	for await (const [row, sample] of overLength === "leave-out" ? unread(long) : rows.longSamples(long)) {
		const own = length[row] ?? 0;
		const handled = handle(sample, capacity, limits);
		if (typeof handled === "string") {
			leftOut.push({ row, reason: handled, length: own });
			length[row] = 0;
			continue;
		}
		let sum = 0;
		for (const [index, { piece, ...size }] of handled.pieces.entries()) {
			const item = index === 0 ? row : rows.rows + further.length;
			if (index > 0) further.push({ row, ...size });
			else {
				length[row] = size.length;
				towerTokens[row] = size.towerTokens;
				media[row] = size.media;
			}
			pieces.set(item, piece);
			sum += size.length - piece.headTokens;
			counts.repeatedLength += piece.headTokens;
		}
		assertInternal(
			sum + handled.truncated === own,
			`pieces of ${sum} and ${handled.truncated} of a sample of ${own}`,
		);
		counts.truncatedLength += handled.truncated;
		if (handled.pieces.length === 1) counts.truncated++;
		else counts.split++;
	}
	leftOut.sort((a, b) => a.row - b.row);
	const byReason: Partial<Record<PackLeftOutReason, { samples: number; length: number }>> = {};
	for (const reason of Object.keys(PACK_LEFT_OUT_REASONS) as PackLeftOutReason[]) {
		const own = leftOut.filter((entry) => entry.reason === reason);
		if (own.length > 0)
			byReason[reason] = { samples: own.length, length: own.reduce((sum, entry) => sum + entry.length, 0) };
	}
	return {
		length: extended(
			length,
			further.map((each) => each.length),
		),
		towerTokens: extended(
			towerTokens,
			further.map((each) => each.towerTokens),
		),
		media: extended(
			media,
			further.map((each) => each.media),
		),
		rowOf: (item) => (item < rows.rows ? item : (further[item - rows.rows]?.row ?? 0)),
		pieces,
		leftOut,
		totals: {
			samples: rows.profiled,
			whole: rows.profiled - leftOut.length - counts.truncated - counts.split,
			...counts,
			leftOut: byReason,
			profiledLength,
		},
	};
}

/** Only the rows: nothing about them needs to be read to leave them out. */
async function* unread(rows: readonly number[]) {
	for (const row of rows) yield [row, { length: 0, isMisplaced: false, cuts: [] }] as const;
}

function extended<A extends Uint16Array | Uint32Array>(values: A, more: readonly number[]): A {
	if (more.length === 0) return values;
	const longer = new (values.constructor as new (length: number) => A)(values.length + more.length);
	longer.set(values);
	longer.set(more, values.length);
	return longer;
}

/** The sizes that packing depends on. */
export function sizesOf(items: PackItems, limits: PackLimits, isGrouped: boolean): ItemSizes {
	const { length, towerTokens, media } = items;
	return {
		length,
		...(limits.towerTokens === undefined ? {} : { towerTokens }),
		...(limits.media === undefined ? {} : { media }),
		...(isGrouped ? { group: Uint8Array.from(media, (count) => (count > 0 ? 0 : 1)) } : {}),
	};
}
