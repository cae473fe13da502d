/** Packs on the terminal: where samples went, how full packs are, what that saves, and the packs themselves as bars. */

import { resolve } from "node:path";
import { formatInteger } from "@onevision/base";
import {
	PACK_LEFT_OUT_REASONS,
	type Pack,
	type PackLeftOutReason,
	type PackResult,
	type PackSlot,
} from "@onevision/data";
import type { Terminal } from "../terminal.ts";
import { table } from "./table.ts";
import { wrap } from "./wrap.ts";

const right = (title: string) => ({ title, align: "right" as const });

export function renderPacks(
	terminal: Terminal,
	profile: string,
	result: PackResult,
	explained: readonly Pack[],
	out: string | undefined,
): string {
	const { bold, dim } = terminal.colors;
	const lines = (text: string): string[] => wrap(text, terminal.columns);
	const section = (title: string, body: readonly string[]): string[] =>
		body.length === 0 ? [] : ["", bold(title), ...body];
	const { settings, totals } = result.header;
	const capacities = settings.capacities.map(formatInteger).join(", ");
	return [
		...lines(`${bold(profile)} ${dim(`packed by ${settings.by} into ${capacities}, seed ${settings.seed}`)}`),
		...lines(samplesLine(result)),
		...lines(
			`${counted(totals.packs, "pack")}, ${share(result.fill)} full; no fewer than ${formatInteger(result.fewestPacks)} could hold as much`,
		),
		...section("packs", packs(result, dim)),
		...section("what packing saves", saved(result, dim)),
		...section("ranks", ranks(result, lines)),
		...section("left out", leftOut(result, lines)),
		...section(
			"the first packs",
			explained.flatMap((pack) => drawn(pack, terminal)),
		),
		...(out === undefined ? [] : ["", ...lines(`note: ${stored(terminal, result, out)}`).map(dim)]),
	].join("\n");
}

function counted(count: number, noun: string): string {
	return `${formatInteger(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** One decimal: fill and waiting differ in it. */
function share(value: number): string {
	return `${(100 * value).toFixed(Math.abs(value) < 0.995 ? 1 : 2)} %`;
}

function samplesLine({ header: { totals } }: PackResult): string {
	const { samples, whole, truncated, split, truncatedLength, repeatedLength, slots } = totals;
	const leftOutSamples = Object.values(totals.leftOut).reduce((sum, each) => sum + (each?.samples ?? 0), 0);
	const parts = [
		`${formatInteger(whole)} whole`,
		...(truncated === 0 ? [] : [`${formatInteger(truncated)} truncated`]),
		...(split === 0
			? []
			: [`${formatInteger(split)} split into ${formatInteger(slots - whole - truncated)} pieces`]),
		`${formatInteger(leftOutSamples)} left out`,
	];
	const cut = [
		...(truncatedLength === 0 ? [] : [`${formatInteger(truncatedLength)} tokens cut off`]),
		...(repeatedLength === 0 ? [] : [`${formatInteger(repeatedLength)} repeated`]),
	];
	return `${formatInteger(samples)} samples: ${parts.join(", ")}${cut.length === 0 ? "" : `; ${cut.join(", ")}`}`;
}

function packs({ header: { totals } }: PackResult, dim: (text: string) => string): string[] {
	if (totals.byCapacity.length < 2) return [];
	const [head = "", ...body] = table(
		["capacity", "packs", "tokens", "fill"].map(right),
		totals.byCapacity.map(({ capacity, packs: count, length }) => [
			...[capacity, count, length].map(formatInteger),
			share(length / (capacity * count)),
		]),
	);
	return [dim(head), ...body];
}

function saved({ fill, unpacked, balanced }: PackResult, dim: (text: string) => string): string[] {
	if (unpacked === undefined) return [];
	const waits = unpacked.orders.some(({ imbalance }) => imbalance !== undefined);
	const of = (imbalance: { readonly atStepEnd: number; readonly inEveryLayer: number } | undefined) =>
		waits ? [imbalance?.atStepEnd ?? 0, imbalance?.inEveryLayer ?? 0].map(share) : [];
	const rows = [
		...unpacked.orders.map(({ order, padding, imbalance }) => [
			`unpacked, ${order}`,
			share(padding),
			...of(imbalance),
		]),
		...(balanced === undefined
			? [["packed", share(1 - fill)]]
			: [
					["packed, random", share(1 - fill), ...of(balanced.random)],
					["packed, balanced", share(1 - fill), ...of(balanced.imbalance)],
				]),
	];
	const columns = [right("padding"), ...(waits ? [right("wait, DDP"), right("wait, FSDP")] : [])];
	const [head = "", ...body] = table([{ title: "" }, ...columns], rows);
	return [dim(head), ...body];
}

function ranks(
	{ header: { settings, totals }, balanced, unpacked }: PackResult,
	lines: (text: string) => string[],
): string[] {
	const setup = settings.balance;
	if (setup === undefined || balanced === undefined) return [];
	const perStep = setup.ranks * setup.microBatch;
	const rest = totals.packs % perStep;
	const over = balanced.imbalance.inEveryLayer > setup.target;
	return lines(
		[
			`${counted(Math.ceil(totals.packs / perStep), "step")} of ${counted(setup.ranks, "rank")}, ${counted(setup.microBatch, "pack")} each`,
			...(rest === 0 ? [] : [`the last has only ${counted(rest, "pack")}`]),
			`steps were made within ${formatInteger(balanced.windowSteps * perStep)} random packs`,
			`unpacked, a rank has ${counted(unpacked?.batchSize ?? 1, "sample")}`,
			...(over ? [`ranks wait more than ${share(setup.target)}: too few packs that are alike`] : []),
		].join("; "),
	);
}

function leftOut({ header: { totals } }: PackResult, lines: (text: string) => string[]): string[] {
	return (Object.keys(totals.leftOut) as PackLeftOutReason[]).flatMap((reason) => {
		const { samples = 0, length = 0 } = totals.leftOut[reason] ?? {};
		return lines(
			`${formatInteger(samples)} ${reason} (${formatInteger(length)} tokens): ${PACK_LEFT_OUT_REASONS[reason]}`,
		);
	});
}

function stored(terminal: Terminal, { header, written, isComplete }: PackResult, out: string): string {
	const folder = resolve(terminal.cwd, out).startsWith(`${terminal.cwd}/`) ? out : resolve(terminal.cwd, out);
	const kept = written.before === 0 ? "" : `, ${formatInteger(written.before)} were there`;
	const parts = `wrote ${formatInteger(written.now)} of ${formatInteger(header.parts)} parts to ${folder}${kept}`;
	return isComplete ? parts : `${parts}; the manifest is complete once the other shards are written`;
}

/** Cells of a slot's bar, in turn, so that neighbors differ. */
const MEDIA_CELLS = ["█", "▓"] as const;
const TEXT_CELLS = ["▒", "░"] as const;

/** A bar as long as the capacity, a stretch a slot: dark with media, light for text, points for what is empty. */
function drawn(pack: Pack, { columns, colors: { dim } }: Terminal): string[] {
	const { id, capacity, length, slots, media, towerTokens, place } = pack;
	const where =
		place === undefined ? "" : `  step ${formatInteger(place.step)}, rank ${formatInteger(place.rank)}`;
	const title = `pack ${formatInteger(id)}${where}  ${formatInteger(length)} of ${formatInteger(capacity)} tokens, ${counted(slots.length, "sample")}, ${formatInteger(media)} media, ${formatInteger(towerTokens)} tower tokens`;
	const width = columns - 2;
	const cellOf = (tokens: number): number => Math.round((tokens / capacity) * width);
	let text = "";
	for (const [index, slot] of slots.entries()) {
		const cells = cellOf(slot.start + slot.length) - cellOf(slot.start);
		text += glyphOf(slot, index).repeat(cells);
	}
	return [...wrap(title, columns).map(dim), `  ${text}${"·".repeat(width - cellOf(length))}`];
}

function glyphOf({ media }: PackSlot, index: number): string {
	return (media > 0 ? MEDIA_CELLS : TEXT_CELLS)[index % 2 === 0 ? 0 : 1];
}
