/** Reads samples by their positions: the rows of a pack lie anywhere in the data sets. */

import type { DataSet } from "../../readers/index.ts";
import { type FormatId, samplesOf } from "../../readers/index.ts";
import { type Unit, WHOLE } from "../../readers/reader.ts";
import type { Found, Position, SampleRecord } from "../../record.ts";
import { type ExportRefusal, refuseExport } from "../left-out.ts";

/** A sample by its place; several samples of one packed row share a position. */
export interface SamplePlace {
	readonly position: Position;
	readonly nth: number;
}

export interface FetchedSample {
	readonly record: SampleRecord;
	/** Folder that its media paths start in. */
	readonly root: string;
}

/**
 * Whether a unit's slices are positions, so that reading can start at a sample. In the other formats rows are drawn,
 * walked or joined, and the unit is read from its start.
 */
const STARTS_ANYWHERE = {
	"llama-factory": false,
	"llava-mixture": false,
	"onevision-2": true,
	llava: true,
	trl: true,
	openai: true,
	"ms-swift": true,
	energon: true,
	imagefolder: false,
	parquet: true,
	webdataset: true,
	folder: false,
} as const satisfies Record<FormatId, boolean>;

/** Reading goes on to the next sample instead of starting anew if it is this near: rows, or bytes. */
const NEAR_ROWS = 10_000;
const NEAR_BYTES = 1024 * 1024;

/** Key of a place in the result of `fetchSamples`. */
export function placeKey({ position: { file, offset, row }, nth }: SamplePlace): string {
	return `${file}\0${offset ?? ""}\0${row ?? ""}\0${nth}`;
}

/** Units by the file that positions name. */
export type UnitIndex = ReadonlyMap<
	string,
	readonly { readonly unit: Unit; readonly startsAnywhere: boolean }[]
>;

export function indexUnits(sets: readonly DataSet[]): UnitIndex {
	const index = new Map<string, { unit: Unit; startsAnywhere: boolean }[]>();
	for (const { format, units } of sets) {
		for (const unit of units) {
			const entries = index.get(unit.file) ?? [];
			entries.push({ unit, startsAnywhere: STARTS_ANYWHERE[format] });
			index.set(unit.file, entries);
		}
	}
	return index;
}

/** The samples at these places, by `placeKey`; a place that has no such sample any more is missing. */
export async function fetchSamples(
	units: UnitIndex,
	wanted: readonly SamplePlace[],
): Promise<Map<string, FetchedSample | ExportRefusal>> {
	const byFile = new Map<string, SamplePlace[]>();
	// Positions of a folder of media name each file, the unit the folder.
	const fallback = [...units.values()].flat().filter(({ startsAnywhere }) => !startsAnywhere);
	const found = new Map<string, FetchedSample | ExportRefusal>();
	for (const place of wanted) {
		const places = byFile.get(place.position.file) ?? [];
		places.push(place);
		byFile.set(place.position.file, places);
	}
	const walked = new Map<string, SamplePlace[]>();
	for (const [file, places] of byFile) {
		const entries = units.get(file);
		if (entries === undefined) walked.set(file, places);
		for (const { unit, startsAnywhere } of entries ?? []) {
			await collect(unit, startsAnywhere, places, found);
		}
	}
	if (walked.size > 0) {
		const places = [...walked.values()].flat();
		for (const { unit } of fallback) await collect(unit, false, places, found);
	}
	return found;
}

async function collect(
	unit: Unit,
	startsAnywhere: boolean,
	places: readonly SamplePlace[],
	found: Map<string, FetchedSample | ExportRefusal>,
): Promise<void> {
	const keys = new Set(places.map(placeKey));
	if (!startsAnywhere) {
		await take(samplesOf(unit, WHOLE), unit, keys, found);
		return;
	}
	const starts = [...new Set(places.map(({ position }) => startOf(position)))].sort((a, b) => a - b);
	const near = places[0]?.position.row === undefined ? NEAR_BYTES : NEAR_ROWS;
	for (let first = 0; first < starts.length; ) {
		let last = first;
		while ((starts[last + 1] ?? Number.POSITIVE_INFINITY) - (starts[last] ?? 0) <= near) last++;
		const [from = 0, to = 0] = [starts[first], starts[last]];
		await take(samplesOf(unit, { from, to: to + 1, share: 0 }), unit, keys, found, to);
		first = last + 1;
	}
}

/** Takes the wanted ones of these samples, up to the last position. */
async function take(
	samples: AsyncIterable<Found>,
	unit: Unit,
	keys: ReadonlySet<string>,
	found: Map<string, FetchedSample | ExportRefusal>,
	last = Number.POSITIVE_INFINITY,
): Promise<void> {
	let before: Position | undefined;
	let nth = 0;
	for await (const each of samples) {
		const { position } = "record" in each ? each.record : each;
		if (startOf(position) > last) return;
		nth = before !== undefined && isSame(before, position) ? nth + 1 : 0;
		before = position;
		const key = placeKey({ position, nth });
		if (!keys.has(key)) continue;
		found.set(
			key,
			"record" in each
				? { record: each.record, root: unit.root }
				: refuseExport(each.refusal.reason, each.refusal.message),
		);
	}
}

function isSame(a: Position, b: Position): boolean {
	return a.file === b.file && a.offset === b.offset && a.row === b.row;
}

function startOf({ offset, row }: Position): number {
	return offset ?? row ?? 0;
}
