/** A stored profile of a data set (`onevision profile --out`), read from its Parquet parts: samples with their sizes. */

import { OnevisionError } from "@onevision/base";
import type { MediaItem, Sample } from "@onevision/core";
import { asyncBufferFrom, parquetMetadataAsync, parquetReadObjects } from "./parquet.ts";

export interface ProfileSamples {
	readonly samples: readonly Sample[];
	/** Media in all parts, and in those that were read. */
	readonly media: { readonly read: number; readonly of: number };
}

/** Media read into the page; a plan's search takes fewer distinct samples than that. */
const MAX_MEDIA = 200_000;
const COLUMNS = ["sample", "kind", "width", "height", "frames", "fps"];
const OPTIONAL_COLUMNS = ["has_audio"];

interface MediaRow {
	readonly sample: number | bigint;
	readonly kind: string;
	readonly width: number | bigint | null;
	readonly height: number | bigint | null;
	readonly frames: number | bigint | null;
	readonly fps: number | null;
	/** Absent in parts that know of no sound. */
	readonly has_audio?: boolean | null;
}

/** Throws `unreadable-file` for a folder that is no profile, or whose parts are damaged. */
export async function readProfile({ files }: { readonly files: readonly File[] }): Promise<ProfileSamples> {
	const parts = files
		.filter(({ name }) => /^media-.*\.parquet$/.test(name))
		.sort((a, b) => (a.name < b.name ? -1 : 1));
	if (parts.length === 0) {
		throw new OnevisionError(
			"unreadable-file",
			"no media-*.parquet in it: give the folder that onevision profile --out wrote",
		);
	}
	const opened = await Promise.all(parts.map(openPart));
	const of = opened.reduce((sum, { rows }) => sum + rows, 0);
	// Parts are taken evenly over the whole set, since sets are often sorted.
	const step = Math.max(1, of / MAX_MEDIA);
	const samples = new Map<string, MediaItem[]>();
	let read = 0;
	for (let place = 0; Math.floor(place) < opened.length; place += step) {
		const index = Math.floor(place);
		const part = opened[index];
		if (part === undefined) break;
		for (const row of await part.read()) {
			const item = itemOf(row);
			if (item === undefined) continue;
			read++;
			const key = `${index} ${row.sample}`;
			const known = samples.get(key);
			if (known === undefined) samples.set(key, [item]);
			else known.push(item);
		}
	}
	return { samples: [...samples.values()].map((media) => ({ media })), media: { read, of } };
}

async function openPart(file: File) {
	const damaged = (error: unknown): OnevisionError =>
		new OnevisionError(
			"unreadable-file",
			`${file.name}: is no Parquet of a profile (${error instanceof Error ? error.message : String(error)})`,
		);
	try {
		const buffer = asyncBufferFrom(file);
		const metadata = await parquetMetadataAsync(buffer);
		const names = metadata.schema.map(({ name }) => name);
		const missing = COLUMNS.filter((column) => !names.includes(column));
		if (missing.length > 0) throw new Error(`it lacks ${missing.join(", ")}`);
		const columns = [...COLUMNS, ...OPTIONAL_COLUMNS.filter((column) => names.includes(column))];
		return {
			rows: Number(metadata.num_rows),
			read: async (): Promise<readonly MediaRow[]> => {
				try {
					const rows = await parquetReadObjects({ file: buffer, metadata, columns });
					return rows as unknown as readonly MediaRow[];
				} catch (error) {
					throw damaged(error);
				}
			},
		};
	} catch (error) {
		throw damaged(error);
	}
}

/** The item of a row; `undefined` for one without sizes, which the profile left out. */
function itemOf({ kind, width, height, frames, fps, has_audio }: MediaRow): MediaItem | undefined {
	if (width === null || height === null) return undefined;
	const size = { width: Number(width), height: Number(height) };
	if (kind === "image") return { kind, ...size };
	if (kind !== "video" || frames === null) return undefined;
	return {
		...{ kind, ...size, frames: Number(frames), hasAudio: has_audio === true },
		...(fps === null ? {} : { fps }),
	};
}
