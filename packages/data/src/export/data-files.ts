/**
 * Data sets as the JSON Lines of a trainer, a folder per scenario: `data/single-image/00000.jsonl`. Samples are read in
 * order, a part at a time; media are linked to or taken in.
 */

import { mkdir, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { OnevisionError } from "@onevision/base";
import { createReadCounter } from "../bytes/file-bytes.ts";
import { isRefusal } from "../left-out.ts";
import { PROFILE_SCENARIOS, type ProfileScenario } from "../profile/measure.ts";
import type { Shard } from "../profile/state.ts";
import { type OpenOptions, openDataSet, samplesOf, slicesOf } from "../readers/index.ts";
import { SLICE_SIZES, type Slice, type SliceSizes, type Unit } from "../readers/reader.ts";
import type { Found } from "../record.ts";
import { showPosition } from "../record.ts";
import { createFileSink, type FileSink } from "./file-sink.ts";
import { type ExportLeftOutReason, type ExportRefusal, isExportRefusal, refuseExport } from "./left-out.ts";
import { createMediaFinder, type MediaFinder } from "./media-bytes.ts";
import { ALL_PARTS, openParts, partName } from "./parts.ts";
import { placed, ROW_WRITERS, type RowTarget } from "./rows.ts";

/** Where an export's media are: where they were, or in the export. */
export const MEDIA_CHOICES = {
	link: "rows name the files where they lie, by their absolute paths",
	embed: "the media are copied into the export",
} as const satisfies Record<string, string>;
export type MediaChoice = keyof typeof MEDIA_CHOICES;

/** The samples of a scenario. */
export interface ScenarioData {
	readonly scenario: ProfileScenario;
	readonly samples: number;
	/** Relative to the export's folder, in order; and the samples in each. */
	readonly files: readonly string[];
	readonly fileSamples: readonly number[];
}

export interface DataRequest extends OpenOptions {
	/** Data sets: files and folders. */
	readonly paths: readonly string[];
	readonly target: RowTarget;
	/** Folder of the export. */
	readonly out: string;
	readonly media: MediaChoice;
	/** Seed of what mixtures draw at random. Default 0. */
	readonly seed?: number;
	/** Default: all parts. */
	readonly shard?: Shard;
	/** Sizes of the parts. Default: about ten thousand samples each. */
	readonly sizes?: SliceSizes;
}

type LeftOutCounts = Readonly<
	Partial<Record<ExportLeftOutReason, { readonly count: number; readonly example: string }>>
>;

export interface DataResult {
	/** Samples read, written and left out, in the parts that are done; they sum. */
	readonly read: number;
	readonly written: number;
	readonly leftOut: LeftOutCounts;
	readonly data: readonly ScenarioData[];
	/** Whether every part is done: false while other shards are missing. */
	readonly isComplete: boolean;
	/** Samples of parts that an earlier run did. */
	readonly resumed: number;
}

/** What became of the samples of a part: a slice of a unit. */
interface PartRecord {
	readonly read: number;
	readonly written: Readonly<Partial<Record<ProfileScenario, number>>>;
	readonly leftOut: LeftOutCounts;
}

/**
 * Writes the data of an export, or the rest of it.
 *
 * @throws OnevisionError `unreadable-file` for a set that cannot be opened, `invalid-input` when the folder holds another
 * export, `unwritable-file`
 */
export async function writeDataFiles(
	request: DataRequest,
	onProgress: (samples: number) => void = () => undefined,
): Promise<DataResult> {
	const { paths, target, out, media, seed = 0, shard = ALL_PARTS, sizes = SLICE_SIZES } = request;
	const counter = createReadCounter();
	const units: Unit[] = [];
	for (const path of paths) units.push(...(await openDataSet(path, { counter, seed }, request)).units);
	const described = units.map(({ file, length, root }) => [file, length, root]);
	const parts = await openParts<PartRecord>(out, { target, media, seed, sizes, units: described });
	const finder = createMediaFinder();
	const records: (PartRecord | undefined)[] = [];
	let [resumed, seen] = [0, 0];
	const onSample = () => onProgress(++seen);
	try {
		for (const unit of units) {
			for await (const slice of slicesOf(unit, sizes)) {
				const part = records.length;
				const done = await parts.read(part);
				if (done !== undefined) {
					resumed += done.read;
					seen += done.read;
					records.push(done);
				} else if (part % shard.count === shard.index) {
					const record = await writePart(unit, slice, part, { target, media, out, finder, onSample });
					await parts.write(part, record);
					records.push(record);
				} else records.push(undefined);
			}
		}
	} finally {
		await finder.close();
	}
	return summarize(records, resumed);
}

interface PartWork {
	readonly target: RowTarget;
	readonly media: MediaChoice;
	readonly out: string;
	readonly finder: MediaFinder;
	readonly onSample: () => void;
}

async function writePart(unit: Unit, slice: Slice, part: number, work: PartWork): Promise<PartRecord> {
	const sinks = new Map<ProfileScenario, FileSink>();
	const written: Partial<Record<ProfileScenario, number>> = {};
	const leftOut: Partial<Record<ExportLeftOutReason, { count: number; example: string }>> = {};
	let read = 0;
	const mediaFolder = join("media", partName(part));
	// What a killed run copied is copied again.
	if (work.media === "embed") await rm(join(work.out, mediaFolder), { recursive: true, force: true });
	try {
		for await (const found of samplesOf(unit, slice)) {
			const result = await rowOf(found, unit.root, { ...work, mediaFolder, index: read });
			read++;
			work.onSample();
			if (isExportRefusal(result)) {
				const known = leftOut[result.reason];
				if (known !== undefined) known.count++;
				else leftOut[result.reason] = { count: 1, example: exampleOf(found, result) };
				continue;
			}
			const { scenario, line } = result;
			let sink = sinks.get(scenario);
			if (sink === undefined) {
				sink = await createFileSink(join(work.out, dataFile(scenario, part)));
				sinks.set(scenario, sink);
			}
			await sink.write(line);
			written[scenario] = (written[scenario] ?? 0) + 1;
		}
		for (const sink of sinks.values()) await sink.commit();
		return { read, written, leftOut };
	} catch (error) {
		for (const sink of sinks.values()) await sink.discard().catch(() => undefined);
		throw error;
	}
}

function exampleOf(found: Found, { message }: ExportRefusal): string {
	const { position } = "record" in found ? found.record : found;
	return [showPosition(position), message].filter((text) => text !== "").join(": ");
}

/** File of a part's samples of a scenario, relative to the export's folder. */
export function dataFile(scenario: ProfileScenario, part: number): string {
	return posix.join("data", scenario, `${partName(part)}.jsonl`);
}

async function rowOf(
	found: Found,
	root: string,
	{
		target,
		media,
		out,
		finder,
		mediaFolder,
		index,
	}: PartWork & { readonly mediaFolder: string; readonly index: number },
): Promise<{ readonly scenario: ProfileScenario; readonly line: string } | ExportRefusal> {
	if ("refusal" in found) return found.refusal;
	const { record } = found;
	const turns = placed(
		record.turns,
		record.media.map(({ kind }) => kind),
	);
	if (isExportRefusal(turns)) return turns;
	const files = { image: [] as string[], video: [] as string[] };
	// The form is checked first, so that nothing is copied for a sample that is left out.
	for (const { kind } of record.media) files[kind].push("");
	const write = ROW_WRITERS[target];
	const form = write({ turns, images: files.image, videos: files.video });
	if (isExportRefusal(form)) return form;
	const paths = { image: [] as string[], video: [] as string[] };
	for (const [medium, reference] of record.media.entries()) {
		const bytes = await finder.find(reference, root);
		if (isRefusal(bytes)) return bytes;
		if (media === "link") {
			if (bytes.path === undefined) return refuseExport("not-linkable");
			paths[reference.kind].push(bytes.path);
			continue;
		}
		const extension = await bytes.extension();
		if (extension === undefined) return refuseExport("unreadable-media", "of no format that is read");
		const name = posix.join(mediaFolder, `${partName(index)}-${medium}.${extension}`);
		await mkdir(join(out, mediaFolder), { recursive: true });
		try {
			await bytes.copyTo(join(out, name));
		} catch (error) {
			const { code = "unknown" } = error as NodeJS.ErrnoException;
			throw new OnevisionError("unwritable-file", `${join(out, name)}: cannot be written (${code})`);
		}
		paths[reference.kind].push(name);
	}
	const row = write({
		...(record.id === undefined ? {} : { id: record.id }),
		turns,
		images: paths.image,
		videos: paths.video,
	});
	return isExportRefusal(row)
		? row
		: { scenario: scenarioOfMedia(paths.image.length, paths.video.length), line: `${JSON.stringify(row)}\n` };
}

function scenarioOfMedia(images: number, videos: number): ProfileScenario {
	if (videos > 0) return "video";
	if (images > 1) return "multi-image";
	return images === 1 ? "single-image" : "text";
}

function summarize(records: readonly (PartRecord | undefined)[], resumed: number): DataResult {
	const leftOut: Partial<Record<ExportLeftOutReason, { count: number; example: string }>> = {};
	let [read, written] = [0, 0];
	for (const record of records) {
		if (record === undefined) continue;
		read += record.read;
		for (const [reason, { count, example }] of Object.entries(record.leftOut)) {
			const known = leftOut[reason as ExportLeftOutReason];
			if (known === undefined) leftOut[reason as ExportLeftOutReason] = { count, example };
			else known.count += count;
		}
	}
	const data = PROFILE_SCENARIOS.flatMap((scenario): ScenarioData[] => {
		const files: string[] = [];
		const fileSamples: number[] = [];
		for (const [part, record] of records.entries()) {
			const count = record?.written[scenario] ?? 0;
			if (count === 0) continue;
			files.push(dataFile(scenario, part));
			fileSamples.push(count);
		}
		const samples = fileSamples.reduce((sum, count) => sum + count, 0);
		written += samples;
		return samples === 0 ? [] : [{ scenario, samples, files, fileSamples }];
	});
	const out = Object.values(leftOut).reduce((sum, { count }) => sum + count, 0);
	if (read !== written + out) throw new Error(`internal: ${read} samples became ${written} and ${out}`);
	return { read, written, leftOut, data, isComplete: !records.includes(undefined), resumed };
}
