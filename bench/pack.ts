/**
 * Packing lengths: ours at sizes up to 85 million, and at the sizes that others can do beside them. Every round of ours
 * is a process of its own, cold, so that memory is its own; processor seconds count, because they hold on a busy
 * machine, too.
 *
 * Peers: best-fit decreasing, one sample at a time over a sorted list of rooms; trl's `bfd`, which packs per 1,000 rows;
 * LLaVA-OneVision-2's offline_packing/s3_bin_packing.py at 2c3c25e, read from the clone that LLAVA_ONEVISION_2 names.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatInteger } from "@onevision/base";
import { madeLengths } from "./pack-lengths.ts";

const CAPACITY = 16_384;
const LARGE = 85_000_000;
/** Rows and a scale of lengths: trl moves the tokens themselves, which are not what is compared. */
const TRL = { rows: 100_000, scale: 16 };
const SINGLE = 2_000_000;
const SORTED = 1_000_000;
const ROUNDS = 3;

/** What a peer or ours reports. */
export interface PackRun {
	/** Seconds of the processor, and on the clock. */
	readonly processor: number;
	readonly wall: number;
	readonly packs: number;
	readonly tokens: number;
	/** Largest resident memory of the process, bytes. */
	readonly memory: number;
}

export async function benchPack(python: string | undefined): Promise<void> {
	const large = ours(LARGE, CAPACITY, 1);
	report(`${formatInteger(LARGE)} lengths`, large, CAPACITY);
	console.log(`    ${large.wall.toFixed(1)} s on the clock, ${(large.memory / 1e9).toFixed(2)} GB resident`);

	const single = best(() => singleItems(SINGLE));
	compare(
		`one at a time, ${formatInteger(SINGLE)}`,
		single,
		best(() => ours(SINGLE, CAPACITY, 1)),
		CAPACITY,
	);
	if (python === undefined) return;
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-pack-"));
	try {
		const peer = (name: string, count: number, capacity: number, scale: number): PackRun | undefined => {
			const file = join(folder, `${name}.u32`);
			writeFileSync(file, madeLengths(count, capacity, scale));
			const script = fileURLToPath(new URL("pack_peer.py", import.meta.url));
			const { status, stdout, stderr } = spawnSync(python, [script, name, file, String(capacity)], {
				encoding: "utf8",
				maxBuffer: 1 << 26,
			});
			if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as PackRun;
			console.log(`  ${name}: ${stderr.trim().split("\n").at(-1)}`);
			return undefined;
		};
		const trl = peer("trl", TRL.rows, CAPACITY / TRL.scale, TRL.scale);
		if (trl !== undefined)
			compare(
				`trl bfd, ${formatInteger(TRL.rows)}`,
				trl,
				best(() => ours(TRL.rows, CAPACITY / TRL.scale, TRL.scale)),
				CAPACITY / TRL.scale,
			);
		const sorted = peer("s3_bin_packing", SORTED, CAPACITY, 1);
		if (sorted !== undefined)
			compare(
				`s3_bin_packing, ${formatInteger(SORTED)}`,
				sorted,
				best(() => ours(SORTED, CAPACITY, 1)),
				CAPACITY,
			);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function best(run: () => PackRun): PackRun {
	const runs = Array.from({ length: ROUNDS }, run);
	return runs.reduce((least, each) => (each.processor < least.processor ? each : least));
}

/** Plans and assigns in a process of its own. */
function ours(count: number, capacity: number, scale: number): PackRun {
	const script = fileURLToPath(new URL("pack-process.ts", import.meta.url));
	const args = ["--import", "tsx", "-C", "source", script, ...[count, capacity, scale].map(String)];
	const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
	if (status !== 0) throw new Error(stderr.trim().split("\n").at(-1));
	return JSON.parse(stdout) as PackRun;
}

function report(name: string, { processor, packs, tokens }: PackRun, capacity: number): void {
	const fill = (100 * tokens) / (packs * capacity);
	console.log(
		`  ${name}: ${processor.toFixed(2)} s of one processor, ${formatInteger(packs)} packs, ${fill.toFixed(3)} % full`,
	);
}

function compare(name: string, theirs: PackRun, own: PackRun, capacity: number): void {
	report(name, theirs, capacity);
	report("    ours", own, capacity);
	console.log(`    ratio ${(theirs.processor / own.processor).toFixed(0)}`);
}

/** Best-fit decreasing as it is told: each sample into the pack with the least room, found by bisection. */
function singleItems(count: number): PackRun {
	const lengths = madeLengths(count, CAPACITY, 1);
	const start = { processor: process.cpuUsage().user, wall: performance.now() };
	const sorted = lengths.slice().sort().reverse();
	const rooms: number[] = [];
	const packsByRoom = new Map<number, number>();
	let packs = 0;
	let tokens = 0;
	const at = (room: number): number => {
		let [low, high] = [0, rooms.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((rooms[middle] ?? 0) < room) low = middle + 1;
			else high = middle;
		}
		return low;
	};
	for (const length of sorted) {
		tokens += length;
		const index = at(length);
		let room = rooms[index] ?? CAPACITY;
		if (index === rooms.length) packs++;
		else {
			const left = (packsByRoom.get(room) ?? 0) - 1;
			packsByRoom.set(room, left);
			if (left === 0) rooms.splice(index, 1);
		}
		room -= length;
		const own = packsByRoom.get(room) ?? 0;
		if (own === 0) rooms.splice(at(room), 0, room);
		packsByRoom.set(room, own + 1);
	}
	return {
		processor: (process.cpuUsage().user - start.processor) / 1e6,
		wall: (performance.now() - start.wall) / 1000,
		packs,
		tokens,
		memory: process.resourceUsage().maxRSS * 1024,
	};
}
