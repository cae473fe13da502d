/**
 * Counts the rows of oracle/fresh.py, read from standard input, and compares: `python oracle/fresh.py SEED | npx tsx -C
 * source scripts/check-fresh.ts`. Prints the rows that differ and a line per family; the exit status is 1 if any do.
 */

import { createInterface } from "node:readline";
import { OnevisionError } from "@onevision/base";
import {
	type Checkpoint,
	checkpointFromSnapshot,
	createCounterFrom,
	type ItemLayout,
	type MediaItem,
	type SnapshotFiles,
} from "@onevision/core";

/** One prompt. */
interface PromptRow {
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
	/** Frames taken of a clip. */
	readonly indices?: readonly number[];
	/** Why the processor raised an error. */
	readonly refused?: string;
}

/** A folder of configuration files, and tokens of a few media; images are width, height, tokens. */
interface SnapshotRow {
	readonly family: string;
	readonly files: SnapshotFiles;
	readonly images: readonly (readonly [number, number, number])[];
	readonly clips: readonly (readonly [number, number, number, number, number])[];
}

type Verdict = "same" | "differs" | "both refuse" | "counted with a note";

const SHOWN = 8;
const tallies = new Map<string, Map<Verdict, number>>();

for await (const line of createInterface({ input: process.stdin })) {
	const row = JSON.parse(line) as PromptRow | SnapshotRow;
	const tally = tallies.get(row.family) ?? new Map<Verdict, number>();
	tallies.set(row.family, tally);
	const { verdict, ours } = "files" in row ? judgeSnapshot(row) : judgePrompt(row);
	const times = (tally.get(verdict) ?? 0) + 1;
	tally.set(verdict, times);
	if (verdict === "differs" && times <= SHOWN) console.log(`${line} ours ${JSON.stringify(ours)}`);
}

for (const [family, tally] of tallies) {
	const rows = [...tally.values()].reduce((sum, times) => sum + times, 0);
	const of = (verdict: Verdict) => tally.get(verdict) ?? 0;
	console.log(
		`${family}: ${rows} rows, ${of("differs")} differ, ${of("both refuse")} refused by both, ${of("counted with a note")} counted with a note that transformers refuses them`,
	);
}
process.exitCode = [...tallies.values()].some((tally) => tally.has("differs")) ? 1 : 0;

interface Judged {
	readonly verdict: Verdict;
	readonly ours: unknown;
}

function judgePrompt(row: PromptRow): Judged {
	const ours = count(row.checkpoint, row.settings, row.media);
	if (row.refused !== undefined) {
		if (typeof ours === "string") return { verdict: "both refuse", ours };
		return { verdict: ours.noted ? "counted with a note" : "differs", ours };
	}
	const same =
		typeof ours !== "string" &&
		(["visual", "keys", "context"] as const).every(
			(key) => row[key] === undefined || row[key] === ours[key],
		) &&
		(row.indices === undefined || JSON.stringify(row.indices) === JSON.stringify(ours.indices));
	return { verdict: same ? "same" : "differs", ours };
}

function judgeSnapshot({ files, images, clips }: SnapshotRow): Judged {
	const { checkpoint, settings } = checkpointFromSnapshot(files);
	const media: readonly (readonly [MediaItem, number])[] = [
		...images.map(([width, height, tokens]) => [{ kind: "image", width, height }, tokens] as const),
		...clips.map(
			([width, height, frames, fps, tokens]) =>
				[{ kind: "video", width, height, frames, fps }, tokens] as const,
		),
	];
	const differing = media.flatMap(([item, tokens]) => {
		const ours = count(checkpoint, settings, [item]);
		// A model with cross-attention is counted by its keys: the sequence holds one token, whatever the image.
		const same = typeof ours !== "string" && (ours.keys || ours.visual) === tokens;
		return same ? [] : [{ item, tokens, ours }];
	});
	return { verdict: differing.length === 0 ? "same" : "differs", ours: differing };
}

/** Our sums for a prompt, or why it is refused. */
function count(
	checkpoint: string | Checkpoint,
	settings: Readonly<Record<string, unknown>>,
	media: readonly MediaItem[],
) {
	try {
		const { items } = createCounterFrom(checkpoint, settings).count({ media });
		const total = (of: (item: ItemLayout) => number) => items.reduce((sum, item) => sum + of(item), 0);
		const visual = total(({ visualTokens }) => visualTokens);
		return {
			visual,
			keys: total(({ crossAttentionTokens }) => crossAttentionTokens ?? 0),
			indices: framesOf(media[0], items[0]),
			noted: items.some(({ notes = [] }) => notes.some((note) => note.includes("transformers"))),
			context: visual + total(({ wrapper }) => wrapper.markers + characters(wrapper.text)),
		};
	} catch (error) {
		if (error instanceof OnevisionError) return error.message;
		throw error;
	}
}

function framesOf(media: MediaItem | undefined, item: ItemLayout | undefined): readonly number[] | undefined {
	if (media?.kind !== "video") return undefined;
	return item?.frameIndices ?? Array.from({ length: media.frames }, (_, index) => index);
}

function characters(text: readonly string[]): number {
	return text.reduce((sum, piece) => sum + piece.replaceAll("\n\n", "¶").length, 0);
}
