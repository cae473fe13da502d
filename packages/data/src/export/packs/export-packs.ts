/**
 * Exports packs: a group of consecutive packs becomes the files of one part. Samples are read where they lie, sorted by
 * position, and written in the order of the packs; memory holds the text of one part and one medium at a time.
 */

import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { createReadCounter } from "../../bytes/file-bytes.ts";
import { isRefusal } from "../../left-out.ts";
import type { Pack, PackSlot } from "../../pack/manifest.ts";
import { openPacks } from "../../pack/manifest-files.ts";
import { readState, type Shard } from "../../profile/state.ts";
import { type DataSet, type OpenOptions, openDataSet } from "../../readers/index.ts";
import { showPosition } from "../../record.ts";
import { createFileSink, type FileSink } from "../file-sink.ts";
import { type ExportLeftOutReason, type ExportRefusal, isExportRefusal, refuseExport } from "../left-out.ts";
import { createMediaFinder, type MediaFinder } from "../media-bytes.ts";
import { ALL_PARTS, openParts } from "../parts.ts";
import { placed } from "../rows.ts";
import type { PlanExport } from "../target.ts";
import { energon } from "./energon.ts";
import { type FetchedSample, fetchSamples, indexUnits, placeKey, type UnitIndex } from "./fetch-samples.ts";
import type { PackContent, PackedSample, PackTarget, PartWriter, WrittenShard } from "./target.ts";
import { webdataset } from "./webdataset.ts";

export const PACK_TARGETS = { energon, webdataset } as const satisfies Record<string, PackTarget>;
export type PackTargetId = keyof typeof PACK_TARGETS;

export interface PackExportRequest extends OpenOptions {
	/** Folder that `onevision pack --out` wrote. */
	readonly packs: string;
	/** The data sets that were profiled, in the same order. Default: as the profile names them. */
	readonly paths: readonly string[];
	readonly target: PackTargetId;
	readonly out: string;
	/** Seed of the profile. Default: the profile's. */
	readonly seed?: number;
	/** Default: all parts. */
	readonly shard?: Shard;
	/** Default 1,000. */
	readonly packsPerShard?: number;
	/** Shares of train, val and test. Default: all train. */
	readonly split?: readonly number[];
}

export interface PackExportResult {
	readonly packs: number;
	/** Slots read, written and left out; they sum. */
	readonly samples: number;
	readonly written: number;
	readonly leftOut: Readonly<
		Partial<Record<ExportLeftOutReason, { readonly count: number; readonly example: string }>>
	>;
	/** False while parts of other shards are missing; the files that complete the export are then not written. */
	readonly isComplete: boolean;
	/** Packs of parts that an earlier run did. */
	readonly resumed: number;
	/** What completes the export; absent until it is complete. */
	readonly export?: PlanExport;
}

interface PartRecord {
	readonly packs: number;
	readonly samples: number;
	readonly written: number;
	readonly leftOut: PackExportResult["leftOut"];
	readonly shards: readonly WrittenShard[];
}

const PACKS_PER_SHARD = 1000;

/**
 * Writes an export of packs, or the rest of it.
 *
 * @throws OnevisionError `unreadable-file` for packs or data sets that cannot be opened, `invalid-input` when the data sets
 * are not those of the packs or the folder holds another export, `unwritable-file`
 */
export async function exportPacks(
	request: PackExportRequest,
	onProgress: (packs: number, of: number) => void = () => undefined,
): Promise<PackExportResult> {
	const { target: id, out, shard = ALL_PARTS, packsPerShard = PACKS_PER_SHARD } = request;
	const target: PackTarget = PACK_TARGETS[id];
	const { header, packs } = await openPacks(request.packs);
	const sets = await openSets(request, header.profile.path);
	const units = indexUnits(sets);
	const described = sets.flatMap((set) => set.units.map(({ file, length, root }) => [file, length, root]));
	const parts = await openParts<PartRecord>(out, {
		target: id,
		packsPerShard,
		settings: header.settings,
		profile: header.profile.hash,
		totals: header.totals,
		units: described,
	});
	const finder = createMediaFinder();
	const records: (PartRecord | undefined)[] = [];
	let [seen, resumed] = [0, 0];
	const finish = async (group: readonly Pack[]): Promise<void> => {
		const part = records.length;
		const done = await parts.read(part);
		if (done !== undefined) resumed += done.packs;
		else if (part % shard.count === shard.index) {
			const record = await writePart(target, part, group, { units, finder, out });
			await parts.write(part, record);
			records.push(record);
		}
		if (records.length === part) records.push(done);
		seen += group.length;
		onProgress(seen, header.totals.packs);
	};
	try {
		let group: Pack[] = [];
		for await (const pack of packs()) {
			group.push(pack);
			if (group.length < packsPerShard) continue;
			await finish(group);
			group = [];
		}
		if (group.length > 0) await finish(group);
	} finally {
		await finder.close();
	}
	const summary = summarize(records, resumed);
	if (!summary.isComplete) return summary;
	const shards = records.flatMap((record) => record?.shards ?? []);
	const { files, notes, run } = target.finish(shards, header, request.split ?? [1, 0, 0]);
	const left = Object.entries(summary.leftOut).map(
		([reason, { count, example }]) => `left out, ${reason}: ${count}, e.g. ${example}`,
	);
	const exported = { files, run, notes: [...notes, ...left] };
	return { ...summary, export: { ...exported, files: [...files, readme(target, exported, summary)] } };
}

/** The data sets of the profile that was packed. */
async function openSets(request: PackExportRequest, profile: string): Promise<DataSet[]> {
	const about = (await readState(profile).catch(() => undefined))?.about;
	const seed = request.seed ?? about?.seed ?? 0;
	const counter = createReadCounter();
	const sets: DataSet[] = [];
	if (request.paths.length > 0) {
		for (const path of request.paths) sets.push(await openDataSet(path, { counter, seed }, request));
		return sets;
	}
	if (about === undefined) {
		throw new OnevisionError(
			"invalid-input",
			`${profile}: the profile of these packs is not there, so its data sets are not known; name them with --data`,
		);
	}
	for (const { path, format } of about.sets)
		sets.push(await openDataSet(path, { counter, seed }, { format, ...request }));
	return sets;
}

interface PartWork {
	readonly units: UnitIndex;
	readonly finder: MediaFinder;
	readonly out: string;
}

async function writePart(
	target: PackTarget,
	part: number,
	group: readonly Pack[],
	{ units, finder, out }: PartWork,
): Promise<PartRecord> {
	const slots = group.flatMap((pack) => pack.slots);
	const fetched = await fetchSamples(units, slots);
	if (fetched.size === 0 && slots.length > 0) {
		throw new OnevisionError(
			"invalid-input",
			`${slots[0]?.position.file ?? ""}: none of the packed samples is in the data sets given; give those that were profiled`,
		);
	}
	const leftOut: Partial<Record<ExportLeftOutReason, { count: number; example: string }>> = {};
	let written = 0;
	const contents = async function* (): AsyncGenerator<PackContent> {
		for (const pack of group) {
			const samples: PackedSample[] = [];
			for (const slot of pack.slots) {
				const sample = await packedSample(slot, fetched.get(placeKey(slot)), finder);
				const refusal = isExportRefusal(sample) ? sample : target.refusalOf(sample);
				if (refusal === undefined && !isExportRefusal(sample)) samples.push(sample);
				else if (refusal !== undefined) {
					const known = leftOut[refusal.reason];
					if (known !== undefined) known.count++;
					else leftOut[refusal.reason] = { count: 1, example: exampleOf(slot, refusal) };
				}
			}
			written += samples.length;
			if (samples.length > 0) yield { pack, samples };
		}
	};
	const sinks = new Map<string, FileSink>();
	const small = new Map<string, Uint8Array>();
	const writer: PartWriter = {
		write: async (file, pieces) => {
			const sink = sinks.get(file) ?? (await createFileSink(join(out, file)));
			sinks.set(file, sink);
			for (const piece of pieces) await sink.write(piece);
		},
		addFile: (file, bytes) => void small.set(file, bytes),
	};
	let shards: readonly WrittenShard[];
	try {
		shards = await target.writePart(part, contents(), writer);
		for (const sink of sinks.values()) await sink.commit();
	} catch (error) {
		for (const sink of sinks.values()) await sink.discard().catch(() => undefined);
		throw error;
	}
	for (const [file, bytes] of small) await writeAtomically(join(out, file), [bytes]);
	return { packs: group.length, samples: slots.length, written, leftOut, shards };
}

function exampleOf({ position }: PackSlot, { message }: ExportRefusal): string {
	return [showPosition(position), message].filter((text) => text !== "").join(": ");
}

/** The sample of a slot, cut to its piece, with its media found. */
async function packedSample(
	slot: PackSlot,
	fetched: FetchedSample | ExportRefusal | undefined,
	finder: MediaFinder,
): Promise<PackedSample | ExportRefusal> {
	if (fetched === undefined) return refuseExport("sample-gone");
	if (isExportRefusal(fetched)) return fetched;
	const { record, root } = fetched;
	const { piece } = slot;
	const references =
		piece === undefined ? record.media : record.media.slice(piece.media.from, piece.media.to);
	const turns =
		piece === undefined
			? record.turns
			: [
					...record.turns.slice(0, piece.turns.from > 0 ? piece.headTurns : 0),
					...record.turns.slice(piece.turns.from, piece.turns.to),
				];
	const whole = placed(
		turns,
		references.map(({ kind }) => kind),
	);
	if (isExportRefusal(whole)) return whole;
	const media: { kind: "image" | "video"; bytes: PackedSample["media"][number]["bytes"] }[] = [];
	for (const reference of references) {
		const bytes = await finder.find(reference, root);
		if (isRefusal(bytes)) return bytes;
		media.push({ kind: reference.kind, bytes });
	}
	return { slot, ...(record.id === undefined ? {} : { id: record.id }), turns: whole, media };
}

function summarize(
	records: readonly (PartRecord | undefined)[],
	resumed: number,
): Omit<PackExportResult, "export"> {
	const leftOut: Partial<Record<ExportLeftOutReason, { count: number; example: string }>> = {};
	let [packs, samples, written] = [0, 0, 0];
	for (const record of records) {
		packs += record?.packs ?? 0;
		samples += record?.samples ?? 0;
		written += record?.written ?? 0;
		for (const [reason, { count, example }] of Object.entries(record?.leftOut ?? {})) {
			const known = leftOut[reason as ExportLeftOutReason];
			if (known === undefined) leftOut[reason as ExportLeftOutReason] = { count, example };
			else known.count += count;
		}
	}
	const out = Object.values(leftOut).reduce((sum, { count }) => sum + count, 0);
	if (samples !== written + out) throw new Error(`internal: ${samples} samples became ${written} and ${out}`);
	return { packs, samples, written, leftOut, isComplete: !records.includes(undefined), resumed };
}

function readme(
	{ title, source }: PackTarget,
	{ files, notes, run }: PlanExport,
	{ packs, written, samples }: Omit<PackExportResult, "export">,
) {
	const list = (lines: readonly string[]): string => lines.map((line) => `* ${line}`).join("\n");
	const text = [
		`# ${title}`,
		`${packs} packs with ${written} of ${samples} samples. Layout as of ${source}.`,
		"## Use",
		`\`\`\`sh\n${run.join("\n")}\n\`\`\``,
		...(files.length === 0
			? []
			: ["## Files beside the shards", list(files.map(({ name }) => `\`${name}\``))]),
		"## What these files cannot say",
		list(notes),
	].join("\n\n");
	return { name: "README.md", text: `${text}\n` };
}
