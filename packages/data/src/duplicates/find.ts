/**
 * Groups the media of a stored profile that are the same. The media are first spread over temporary files by their
 * content, each of which fits in memory by itself; perceptual hashes are compared in memory, about 24 bytes for each
 * image of different content.
 */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { isRecord } from "@onevision/base/schema";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { type DuplicatesMode, WHOLE_BYTES } from "./identity.ts";
import { groupSimilar } from "./similar.ts";

/** One of the media in a group; where the same bytes at the same place are used by several samples, the first use. */
export interface DuplicateMedium {
	readonly sample: number;
	/** From 0 within the sample. */
	readonly medium: number;
	/** As the sample names it. */
	readonly name: string;
	/** Samples' uses of the medium at this place. */
	readonly uses: number;
}

export interface DuplicateGroup {
	/** Media in the group, and the first few of them. */
	readonly count: number;
	readonly media: readonly DuplicateMedium[];
}

export interface DuplicateCount {
	readonly groups: number;
	/** Media of groups beyond the first of each. */
	readonly copies: number;
	/** The largest groups. */
	readonly largest: readonly DuplicateGroup[];
}

/** What is the same among the media of a profile. */
export interface Duplicates {
	readonly mode: DuplicatesMode;
	/** Uses of media by samples, places that hold them, and different contents of these. */
	readonly uses: number;
	readonly places: number;
	readonly contents: number;
	/** Media of equal bytes at several places. */
	readonly exact: DuplicateCount;
	/** Bytes of the copies. */
	readonly copiedBytes: number;
	/** Images of different bytes that look the same; absent if that was not asked for. */
	readonly perceptual?: DuplicateCount;
	/** Media that could not be read again, which are in no group. */
	readonly unread: number;
}

const SUMMARY_FILE = "duplicates.json";
export const DUPLICATES_FILE = "duplicates.parquet";
/** Media per temporary file, about: some hundred bytes each. */
const BUCKET_MEDIA = 250_000;
const MAX_BUCKETS = 512;
const MAX_LARGEST = 5;
const MAX_NAMED = 4;
const READ_BYTES = 1024 * 1024;

/** A medium as it is spread: short keys, since there are millions of lines. */
interface Use {
	/** Content hash, then perceptual hash. */
	readonly c: string;
	readonly l?: string;
	readonly s: number;
	readonly m: number;
	readonly n: string;
	readonly b: number;
	readonly p?: string;
	readonly o?: number;
}

interface PlacedMedium extends DuplicateMedium {
	readonly bytes: number;
	readonly look?: string;
	readonly path?: string;
	readonly start?: number;
}

/** A row of the table of duplicates. */
interface GroupRow extends Pick<DuplicateMedium, "sample" | "medium" | "uses"> {
	readonly kind: "exact" | "perceptual";
	readonly group: number;
}

/** `undefined` if the folder holds none, or those of an earlier version. */
export async function readDuplicates(folder: string): Promise<Duplicates | undefined> {
	try {
		const found: unknown = JSON.parse(await readFile(join(folder, SUMMARY_FILE), "utf8"));
		return isRecord(found) && isRecord(found.exact) ? (found as unknown as Duplicates) : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Finds the duplicates among the media in `parts`, the media tables of the profile in `folder` in order, and stores them
 * there: `duplicates.json`, and `duplicates.parquet` with a row for each medium of a group. The same for the same tables.
 * Throws `unreadable-file`, `unwritable-file`.
 */
export async function findDuplicates(
	folder: string,
	parts: readonly string[],
	mode: DuplicatesMode,
): Promise<Duplicates> {
	const spread = join(folder, "duplicates.part");
	try {
		await rm(spread, { recursive: true, force: true });
		await mkdir(spread);
		const { files, uses } = await spreadMedia(spread, parts);
		const groups = new GroupTable();
		const looks = new Looks();
		const sums = { places: 0, contents: 0, copiedBytes: 0, unread: 0 };
		for (const file of files) {
			for (const places of await samePlaces(file)) {
				sums.places += places.length;
				const { contents, unread } = await sameContents(places);
				sums.unread += unread;
				for (const media of contents) {
					const [first] = media;
					if (first === undefined) continue;
					sums.contents++;
					if (first.look !== undefined) looks.add(first, first.look);
					if (media.length === 1) continue;
					groups.add("exact", media);
					sums.copiedBytes += (media.length - 1) * first.bytes;
				}
			}
		}
		if (mode === "perceptual") for (const group of looks.groups()) groups.add("perceptual", group);
		const found: Duplicates = {
			...{ mode, uses, ...sums, exact: groups.count("exact") },
			...(mode === "perceptual" ? { perceptual: groups.count("perceptual") } : {}),
		};
		await writeAtomically(join(folder, DUPLICATES_FILE), [groups.table()]);
		await writeAtomically(join(folder, SUMMARY_FILE), [new TextEncoder().encode(JSON.stringify(found))]);
		return found;
	} catch (error) {
		if (error instanceof OnevisionError || !(error instanceof Error && "syscall" in error)) throw error;
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unwritable-file", `${spread}: cannot be written (${code})`);
	} finally {
		await rm(spread, { recursive: true, force: true });
	}
}

/** Writes every medium as a line of the file that its content decides. */
async function spreadMedia(folder: string, parts: readonly string[]) {
	let total = 0;
	for (const part of parts) total += (await readColumns(part, ["medium"])).length;
	const count = Math.max(1, Math.min(MAX_BUCKETS, Math.ceil(total / BUCKET_MEDIA)));
	const files = Array.from({ length: count }, (_, index) => join(folder, String(index)));
	let uses = 0;
	for (const part of parts) {
		const lines = files.map((): string[] => []);
		for (const row of await readColumns(part, COLUMNS)) {
			if (typeof row.content !== "string") continue;
			uses++;
			const use: Use = {
				...{ c: row.content, s: Number(row.sample), m: Number(row.medium), n: String(row.name) },
				b: Number(row.bytes),
				...(typeof row.look === "string" ? { l: row.look } : {}),
				...(typeof row.path === "string" ? { p: row.path } : {}),
				...(row.start === null || row.start === undefined ? {} : { o: Number(row.start) }),
			};
			lines[Number.parseInt(row.content.slice(0, 8), 16) % count]?.push(`${JSON.stringify(use)}\n`);
		}
		for (const [index, own] of lines.entries()) await append(files[index] ?? "", own);
	}
	return { files, uses };
}

const COLUMNS = ["sample", "medium", "name", "bytes", "content", "look", "path", "start"];

async function readColumns(path: string, columns: string[]): Promise<readonly Record<string, unknown>[]> {
	try {
		const bytes = new Uint8Array(await readFile(path));
		return await parquetReadObjects({ file: bytes.buffer, columns });
	} catch (error) {
		const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
		throw new OnevisionError("unreadable-file", `${path}: ${why}; profile again, or merge again`);
	}
}

async function append(path: string, lines: readonly string[]): Promise<void> {
	const file = await open(path, "a");
	try {
		await file.writeFile(lines.join(""));
	} finally {
		await file.close();
	}
}

/** The media of one file by their content hash, in the order of their samples, each place once. */
async function samePlaces(file: string): Promise<readonly (readonly PlacedMedium[])[]> {
	const contents = new Map<string, Map<string, PlacedMedium>>();
	for await (const line of createInterface({
		input: createReadStream(file),
		crlfDelay: Number.POSITIVE_INFINITY,
	})) {
		const { c, l, s, m, n, b, p, o }: Use = JSON.parse(line);
		const places = contents.get(c) ?? new Map<string, PlacedMedium>();
		contents.set(c, places);
		const place = p === undefined ? `${s} ${m}` : JSON.stringify([p, o]);
		const known = places.get(place);
		places.set(
			place,
			known === undefined
				? {
						...{ sample: s, medium: m, name: n, uses: 1, bytes: b },
						...(l === undefined ? {} : { look: l }),
						...(p === undefined ? {} : { path: p }),
						...(o === undefined ? {} : { start: o }),
					}
				: { ...known, uses: known.uses + 1 },
		);
	}
	return [...contents.values()].map((places) => [...places.values()]);
}

/** Media with equal hashes by their bytes, all of which are read where the hash is not of all. */
async function sameContents(places: readonly PlacedMedium[]) {
	const [first] = places;
	const isWhole = first === undefined || first.path === undefined || first.bytes <= WHOLE_BYTES;
	if (places.length === 1 || isWhole) return { contents: [places], unread: 0 };
	const contents = new Map<string, PlacedMedium[]>();
	let unread = 0;
	for (const medium of places) {
		const hash = await hashOf(medium);
		if (hash === undefined) unread++;
		else contents.set(hash, [...(contents.get(hash) ?? []), medium]);
	}
	return { contents: [...contents.values()], unread };
}

/** Of all bytes of a medium; `undefined` if they cannot be read any more. */
async function hashOf({ path = "", start = 0, bytes }: PlacedMedium): Promise<string | undefined> {
	const hash = createHash("sha256");
	try {
		const stream = createReadStream(path, { start, end: start + bytes - 1, highWaterMark: READ_BYTES });
		for await (const chunk of stream) hash.update(chunk);
		return hash.digest("hex");
	} catch {
		return undefined;
	}
}

/** Perceptual hashes of media of different content. */
class Looks {
	readonly #media: DuplicateMedium[] = [];
	readonly #hashes: bigint[] = [];

	add({ sample, medium, name, uses }: DuplicateMedium, look: string): void {
		this.#media.push({ sample, medium, name, uses });
		this.#hashes.push(BigInt(`0x${look}`));
	}

	groups(): readonly (readonly DuplicateMedium[])[] {
		const groups = new Map<number, DuplicateMedium[]>();
		for (const [index, group] of groupSimilar(BigUint64Array.from(this.#hashes)).entries()) {
			const medium = this.#media[index];
			if (medium !== undefined) groups.set(group, [...(groups.get(group) ?? []), medium]);
		}
		return [...groups.values()].filter(({ length }) => length > 1);
	}
}

/** The groups found, as a table and as counts. */
class GroupTable {
	readonly #rows: GroupRow[] = [];
	readonly #counts = {
		exact: { groups: 0, copies: 0, largest: [] as DuplicateGroup[] },
		perceptual: { groups: 0, copies: 0, largest: [] as DuplicateGroup[] },
	};
	#next = 0;

	add(kind: GroupRow["kind"], media: readonly DuplicateMedium[]): void {
		const group = this.#next++;
		const ordered = [...media].sort((a, b) => a.sample - b.sample || a.medium - b.medium);
		for (const { sample, medium, uses } of ordered) this.#rows.push({ kind, group, sample, medium, uses });
		const count = this.#counts[kind];
		count.groups++;
		count.copies += ordered.length - 1;
		const named = ordered
			.slice(0, MAX_NAMED)
			.map(({ sample, medium, name, uses }) => ({ sample, medium, name, uses }));
		count.largest.push({ count: ordered.length, media: named });
		count.largest.sort((a, b) => b.count - a.count || firstOf(a) - firstOf(b));
		count.largest.length = Math.min(count.largest.length, MAX_LARGEST);
	}

	count(kind: GroupRow["kind"]): DuplicateCount {
		return this.#counts[kind];
	}

	table(): Uint8Array {
		const rows = this.#rows;
		const bytes = parquetWriteBuffer({
			columnData: [
				{ name: "match", type: "STRING", data: rows.map(({ kind }) => kind) },
				{ name: "group", type: "INT64", data: rows.map(({ group }) => BigInt(group)) },
				{ name: "sample", type: "INT64", data: rows.map(({ sample }) => BigInt(sample)) },
				{ name: "medium", type: "INT32", data: rows.map(({ medium }) => medium) },
				{ name: "uses", type: "INT32", data: rows.map(({ uses }) => uses) },
			],
		});
		return new Uint8Array(bytes);
	}
}

function firstOf({ media: [first] }: DuplicateGroup): number {
	return first?.sample ?? 0;
}
