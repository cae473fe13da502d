/**
 * Counts the rows of oracle/fresh.py, read from standard input, and compares: `python oracle/fresh.py SEED | npx tsx -C
 * source scripts/check-fresh.ts`. Prints the rows that differ and a line per family; the exit status is 1 if any do.
 */

import { createInterface } from "node:readline";
import { createCounterFrom, type ItemLayout, type MediaItem, OnevisionError } from "@onevision/core";

interface Row {
	readonly family: string;
	readonly checkpoint: string;
	readonly settings: Readonly<Record<string, unknown>>;
	readonly media: readonly MediaItem[];
	/** Tokens that stand for features, with the markers that count among them. */
	readonly visual?: number;
	/** Keys of cross-attention. */
	readonly keys?: number;
	/** Every token of the prompt; a character is one, and so is a pair of newlines. */
	readonly context?: number;
	/** Why the processor raised an error. */
	readonly refused?: string;
}

interface Tally {
	rows: number;
	differ: number;
	/** Rows that both refuse. */
	refused: number;
	/** Rows that the processor refuses and we count, with a note that says so. */
	noted: number;
}

const SHOWN = 8;
const tallies = new Map<string, Tally>();

for await (const line of createInterface({ input: process.stdin })) {
	const row = JSON.parse(line) as Row;
	const tally = tallies.get(row.family) ?? { rows: 0, differ: 0, refused: 0, noted: 0 };
	tallies.set(row.family, tally);
	tally.rows++;
	const ours = counted(row);
	if (row.refused !== undefined) {
		if (typeof ours === "string") tally.refused++;
		else if (ours.noted) tally.noted++;
		else if (tally.differ++ < SHOWN) console.log(`counted ${line}`);
		continue;
	}
	const theirs = { visual: row.visual, keys: row.keys, context: row.context };
	const same =
		typeof ours !== "string" &&
		(["visual", "keys", "context"] as const).every(
			(key) => theirs[key] === undefined || theirs[key] === ours[key],
		);
	if (!same && tally.differ++ < SHOWN) console.log(`differs ${line} ours ${JSON.stringify(ours)}`);
}

for (const [family, { rows, differ, refused, noted }] of tallies) {
	console.log(
		`${family}: ${rows} rows, ${differ} differ, ${refused} refused by both, ${noted} counted with a note that transformers refuses them`,
	);
}
process.exitCode = [...tallies.values()].some(({ differ }) => differ > 0) ? 1 : 0;

/** Our sums for a row, or why it is refused. */
function counted({ checkpoint, settings, media }: Row) {
	try {
		const { items } = createCounterFrom(checkpoint, settings).count({ media });
		const total = (of: (item: ItemLayout) => number) => items.reduce((sum, item) => sum + of(item), 0);
		const visual = total(({ visualTokens }) => visualTokens);
		return {
			visual,
			keys: total(({ crossAttentionTokens }) => crossAttentionTokens ?? 0),
			noted: items.some(({ notes = [] }) => notes.some((note) => note.includes("transformers"))),
			context: visual + total(({ around }) => around.markers + characters(around.text)),
		};
	} catch (error) {
		if (error instanceof OnevisionError) return error.message;
		throw error;
	}
}

function characters(text: readonly string[]): number {
	return text.reduce((sum, piece) => sum + piece.replaceAll("\n\n", "¶").length, 0);
}
