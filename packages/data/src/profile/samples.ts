/** The samples of a stored profile as media by size: what a plan is made on. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { type MediaItem, type Sample, SCENARIOS, type Scenario } from "@onevision/core";
import { parquetReadObjects } from "hyparquet";
import { partFiles } from "./slice.ts";
import { partsIn, readState } from "./state.ts";
import { RANKS, rankOf, Totals } from "./totals.ts";

/** Samples kept; of a larger profile, a subset drawn by a hash of their numbers. */
const MAX_SAMPLES = 1_000_000;

export interface ProfileMedia {
	/** Profiled samples with media, in their order. */
	readonly samples: readonly Sample[];
	/** Number of samples with media in the profile. */
	readonly total: number;
	/** Share of each scenario among them. */
	readonly mix: Readonly<Record<Scenario, number>>;
}

/** Throws `invalid-input` for a folder without a finished profile, or one without media; `unreadable-file`. */
export async function readProfileMedia(folder: string, maxSamples = MAX_SAMPLES): Promise<ProfileMedia> {
	const refused = (why: string): OnevisionError => new OnevisionError("invalid-input", `${folder}: ${why}`);
	const state = await readState(folder);
	if (state === undefined) throw refused("no profile there; check the path");
	if (!state.isDone) throw refused("the profile is not finished; run its command again to go on");
	const { scenarios } = new Totals(state.totals);
	const counts = SCENARIOS.map((scenario) => [scenario, scenarios[scenario].length.count] as const);
	const total = counts.reduce((sum, [, count]) => sum + count, 0);
	if (total === 0) throw refused("the profile holds no samples with media");
	const samples: Sample[] = [];
	for (const part of partsIn(state)) {
		let number: unknown;
		let media: MediaItem[] = [];
		for (const row of await rowsOf(join(folder, "parts", partFiles(part)[1]))) {
			if (row.sample !== number) {
				number = row.sample;
				media = [];
				if (total <= maxSamples || rankOf(Number(number)) / RANKS < maxSamples / total)
					samples.push({ media });
			}
			media.push(itemOf(row));
		}
	}
	const mix = Object.fromEntries(counts.map(([scenario, count]) => [scenario, count / total]));
	return { samples, total, mix: mix as Record<Scenario, number> };
}

async function rowsOf(path: string): Promise<readonly Record<string, unknown>[]> {
	try {
		const bytes = new Uint8Array(await readFile(path));
		return await parquetReadObjects({ file: bytes.buffer });
	} catch (error) {
		const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
		throw new OnevisionError("unreadable-file", `${path}: ${why}; profile again, or merge again`);
	}
}

/** As `mediaItemOf` makes it from the header. */
function itemOf({ kind, width, height, frames, fps, has_audio }: Record<string, unknown>): MediaItem {
	const size = { width: Number(width), height: Number(height) };
	if (kind === "image") return { kind: "image", ...size };
	return {
		...{ kind: "video", ...size, frames: Number(frames) },
		...(typeof fps === "number" ? { fps } : {}),
		hasAudio: has_audio === true,
	};
}
