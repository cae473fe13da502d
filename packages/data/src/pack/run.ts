/**
 * Packs a profile: reads the lengths, plans packs over their histogram, assigns samples by the seed, orders packs for
 * the ranks, and writes the manifest. Everything but the writing takes seconds and depends on the profile and the
 * settings alone. So a run that was killed is simply repeated, and keeps the parts that it had written; and machines
 * that share the writing need nothing from each other.
 */

import { createHash } from "node:crypto";
import { assertInternal, OnevisionError } from "@onevision/base";
import type { Shard } from "../profile/state.ts";
import { shuffledIndexes } from "../random.ts";
import { type Assignment, assignItems } from "./assign.ts";
import { type Balanced, balance } from "./balance.ts";
import { compareUnpacked, type UnpackedReport } from "./compare.ts";
import { histogramOf } from "./histogram.ts";
import { type PackItems, packItems, sizesOf } from "./items.ts";
import type {
	ManifestFormat,
	Pack,
	PackHeader,
	PackLeftOut,
	PackSettings,
	PackSlot,
	PackTotals,
} from "./manifest.ts";
import {
	leftOutFile,
	partFiles,
	reserveFolder,
	writeHeader,
	writeLeftOut,
	writePart,
} from "./manifest-files.ts";
import { type PackPlan, planPacks } from "./plan.ts";
import { type ProfileRows, readProfileRows } from "./profile-rows.ts";
import type { Costs } from "./step-cost.ts";

export interface PackRequest {
	/** Folder of a finished profile. */
	readonly profile: string;
	readonly settings: PackSettings;
	/** Folder for the manifest. Absent: nothing is written. */
	readonly out?: string;
	/** Default `parquet`. */
	readonly format?: ManifestFormat;
	/** Write only this share of the parts, from 0; whoever finds the others there completes the manifest. */
	readonly shard?: Shard;
	/** Slots of a part, about. Default 65,536. */
	readonly partSlots?: number;
}

/** What is being done, and how much of it, 0 to 1. */
export interface PackProgress {
	readonly stage: "reading" | "packing" | "writing";
	readonly share: number;
}

export interface PackResult {
	readonly header: PackHeader;
	/** Share of the packs' capacity that holds samples. */
	readonly fill: number;
	/** The fewest packs that could hold as much: its length by the largest capacity, rounded up. */
	readonly fewestPacks: number;
	/** The same samples unpacked. Only where packs are filled by tokens. */
	readonly unpacked: { readonly batchSize: number; readonly orders: readonly UnpackedReport[] } | undefined;
	/** Present if packs were balanced. */
	readonly balanced: Omit<Balanced, "order"> | undefined;
	/** A pack by its id. */
	readonly packAt: (id: number) => Pack;
	/** Parts written now, and by earlier runs or other machines; none without `out`. */
	readonly written: { readonly now: number; readonly before: number };
	/** Whether the manifest is complete. */
	readonly isComplete: boolean;
}

const PART_SLOTS = 65_536;

/**
 * Packs a profile.
 *
 * @throws OnevisionError `unreadable-file` for a profile that is missing, unfinished or damaged; `invalid-input` for
 * settings that contradict each other or an `out` that holds something else; `unwritable-file`
 */
export async function packProfile(
	{
		profile,
		settings,
		out,
		format = "parquet",
		shard = { index: 0, count: 1 },
		partSlots = PART_SLOTS,
	}: PackRequest,
	onProgress: (progress: PackProgress) => void = () => undefined,
): Promise<PackResult> {
	checkSettings(settings);
	const { capacities, limits, by, grouping, seed } = settings;
	const rows = await readProfileRows(profile, by, (share) => onProgress({ stage: "reading", share }));
	onProgress({ stage: "packing", share: 0 });
	const items = await packItems(rows, { ...settings, capacity: capacities.at(-1) ?? 0 });
	const sizes = sizesOf(items, limits, grouping === "modality");
	const plan = planPacks(histogramOf(sizes), capacities, limits);
	const assignment = assignItems(plan, sizes, seed);
	const { order, balanced } = inTrainingOrder(plan, items, assignment, settings);
	const slots = plan.items;
	const packsPerPart = Math.max(1, Math.floor((partSlots * plan.packs) / Math.max(1, slots)));
	const header: PackHeader = {
		version: 1,
		profile: { path: profile, hash: rows.hash },
		...{ settings, format },
		parts: Math.ceil(plan.packs / packsPerPart),
		packsPerPart,
		totals: totalsOf(plan, items),
	};
	const packAt = (id: number): Pack =>
		packOf(id, order[id] ?? 0, { rows, items, assignment, settings, packs: plan.packs });
	const written =
		out === undefined
			? undefined
			: await write(out, header, shard, packAt, leftOutOf(rows, items), onProgress);
	return {
		header,
		fill: plan.capacity === 0 ? 0 : plan.length / plan.capacity,
		fewestPacks: Math.ceil(plan.length / (capacities.at(-1) ?? 1)),
		unpacked: by === "tokens" && plan.packs > 0 ? unpackedOf(plan, items, settings) : undefined,
		balanced,
		packAt,
		written: { now: written?.now ?? 0, before: written?.before ?? 0 },
		isComplete: written?.isComplete ?? false,
	};
}

function checkSettings({ by, capacities, overLength, balance: setup }: PackSettings): void {
	if (capacities.length === 0 || capacities.some((each, index) => each <= (capacities[index - 1] ?? 0)))
		throw new OnevisionError("invalid-input", "capacities must ascend");
	if (by === "tokens") return;
	if (overLength !== "leave-out")
		throw new OnevisionError(
			"invalid-input",
			`${overLength} cuts tokens; packs filled by ${by} can only leave long samples out`,
		);
	if (setup !== undefined)
		throw new OnevisionError(
			"invalid-input",
			`ranks are balanced by the cost of tokens; packs filled by ${by} have none`,
		);
}

/** Packs by their places in the training order: balanced steps, or at random. */
function inTrainingOrder(
	plan: PackPlan,
	items: PackItems,
	assignment: Assignment,
	{ balance: setup, seed, weights }: PackSettings,
): { readonly order: Uint32Array; readonly balanced: Omit<Balanced, "order"> | undefined } {
	if (setup === undefined) return { order: shuffledIndexes(plan.packs, seed), balanced: undefined };
	const costs: Costs = { tower: new Float64Array(plan.packs), languageModel: new Float64Array(plan.packs) };
	for (let pack = 0; pack < plan.packs; pack++) {
		let [tower, model] = [0, 0];
		for (const item of assignment.packAt(pack).items) {
			const length = items.length[item] ?? 0;
			tower += weights.perTowerToken * (items.towerTokens[item] ?? 0);
			model += length * (weights.perToken + weights.perSquaredToken * length);
		}
		costs.tower[pack] = tower;
		costs.languageModel[pack] = model;
	}
	const { order, ...balanced } = balance(costs, {
		...setup,
		seed,
		firstGroupPacks: assignment.firstGroupPacks,
	});
	return { order, balanced };
}

/** Sums of the plan and of what was packed; throws if a sample or token was lost or doubled. */
function totalsOf(plan: PackPlan, { totals, leftOut }: PackItems): PackTotals {
	const byCapacity = new Map<number, { packs: number; length: number }>();
	for (const { capacity, count, items } of plan.patterns) {
		const sums = byCapacity.get(capacity) ?? { packs: 0, length: 0 };
		sums.packs += count;
		for (const item of items)
			sums.length += count * item.count * (plan.classes[item.classIndex]?.length ?? 0);
		byCapacity.set(capacity, sums);
	}
	const leftOutLength = leftOut.reduce((sum, { length }) => sum + length, 0);
	const expected = totals.profiledLength - leftOutLength - totals.truncatedLength + totals.repeatedLength;
	assertInternal(plan.length === expected, `${plan.length} tokens in packs, expected ${expected}`);
	const { whole, truncated, split, samples } = totals;
	assertInternal(
		whole >= 0 &&
			whole + truncated + split + leftOut.length === samples &&
			plan.items >= samples - leftOut.length,
		`${samples} samples, ${whole} whole, ${truncated} truncated, ${split} split, ${leftOut.length} left out`,
	);
	return {
		...totals,
		...{ packs: plan.packs, slots: plan.items, packedLength: plan.length, capacity: plan.capacity },
		byCapacity: [...byCapacity]
			.map(([capacity, sums]) => ({ capacity, ...sums }))
			.sort((a, b) => a.capacity - b.capacity),
	};
}

interface Packing {
	readonly rows: ProfileRows;
	readonly items: PackItems;
	readonly assignment: Assignment;
	readonly settings: PackSettings;
	readonly packs: number;
}

function packOf(id: number, pack: number, { rows, items, assignment, settings, packs }: Packing): Pack {
	assertInternal(id >= 0 && id < packs, `no pack ${id}`);
	const assigned = assignment.packAt(pack);
	let [start, towerTokens, media] = [0, 0, 0];
	const slots = Array.from(assigned.items, (item): PackSlot => {
		const row = items.rowOf(item);
		const piece = items.pieces.get(item);
		const slot = {
			sample: rows.sampleOf(row),
			...rows.positionOf(row),
			start,
			length: items.length[item] ?? 0,
			towerTokens: items.towerTokens[item] ?? 0,
			media: items.media[item] ?? 0,
			...(piece === undefined ? {} : { piece }),
		};
		start += slot.length;
		towerTokens += slot.towerTokens;
		media += slot.media;
		return slot;
	});
	return {
		...{ id, capacity: assigned.capacity, length: start, towerTokens, media },
		...(settings.balance === undefined ? {} : { place: placeOf(id, settings.balance) }),
		slots,
	};
}

/** The rest that fills no step is dealt to the ranks in turn. */
function placeOf(id: number, { ranks, microBatch }: { readonly ranks: number; readonly microBatch: number }) {
	const perStep = ranks * microBatch;
	const within = id % perStep;
	return {
		step: Math.floor(id / perStep),
		rank: Math.floor(within / microBatch),
		index: within % microBatch,
	};
}

function* leftOutOf(rows: ProfileRows, { leftOut }: PackItems): Generator<PackLeftOut> {
	for (const { row, reason, length } of leftOut)
		yield { sample: rows.sampleOf(row), ...rows.positionOf(row), reason, length };
}

function unpackedOf(plan: PackPlan, items: PackItems, { balance: setup, weights, seed }: PackSettings) {
	const { ranks, microBatch } = setup ?? { ranks: 1, microBatch: 1 };
	// As many samples as the packs of a rank hold, so that steps are about as long.
	const batchSize = Math.max(1, Math.round((microBatch * plan.items) / plan.packs));
	return { batchSize, orders: compareUnpacked(items, { ranks, batchSize, weights, seed }) };
}

/** Everything that decides the files' content. */
function requestOf({ profile, settings, format, packsPerPart }: PackHeader): string {
	const request = JSON.stringify({ profile: profile.hash, settings, format, packsPerPart });
	return `${JSON.stringify({ version: 1, request: createHash("sha256").update(request).digest("hex") })}\n`;
}

async function write(
	out: string,
	header: PackHeader,
	shard: Shard,
	packAt: (id: number) => Pack,
	leftOut: Iterable<PackLeftOut>,
	onProgress: (progress: PackProgress) => void,
): Promise<{ readonly now: number; readonly before: number; readonly isComplete: boolean }> {
	const { format, parts, packsPerPart, totals } = header;
	const request = requestOf(header);
	const isThere = (names: ReadonlySet<string>, part: number): boolean =>
		partFiles(format, part).every((name) => names.has(name));
	const before = await reserveFolder(out, request);
	const [first, end] = [shard.index, shard.index + 1].map((index) =>
		Math.floor((index * parts) / shard.count),
	);
	let now = 0;
	for (let part = first ?? 0; part < (end ?? 0); part++) {
		onProgress({ stage: "writing", share: (part - (first ?? 0)) / ((end ?? 0) - (first ?? 0)) });
		if (isThere(before, part)) continue;
		const ids = { from: part * packsPerPart, to: Math.min(totals.packs, (part + 1) * packsPerPart) };
		await writePart(
			out,
			format,
			part,
			Array.from({ length: ids.to - ids.from }, (_, index) => packAt(ids.from + index)),
		);
		now++;
	}
	if (!before.has(leftOutFile(format)) && shard.index === 0) await writeLeftOut(out, format, [...leftOut]);
	onProgress({ stage: "writing", share: 1 });
	// The last machine to finish finds everything there.
	const after = await reserveFolder(out, request);
	const there = Array.from({ length: parts }, (_, part) => part).filter((part) =>
		isThere(after, part),
	).length;
	const isComplete = there === parts && after.has(leftOutFile(format));
	if (isComplete) await writeHeader(out, header);
	return { now, before: there - now, isComplete };
}
