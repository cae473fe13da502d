/** Packs of whole profiles: every sample in one place, the same for the same seed, on one machine or several. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mulberry32 } from "../random.ts";
import { folderOf } from "../testing/files.ts";
import { bundleProcess, KILL_TIMEOUT, KILLS } from "../testing/kill.ts";
import { type MadeRow, profileFolder } from "../testing/profile-folder.ts";
import { MANIFEST_FORMATS, type OverLengthPolicy, type Pack, type PackSettings } from "./manifest.ts";
import { openPacks } from "./manifest-files.ts";
import { packProfile } from "./run.ts";

const settings: PackSettings = {
	by: "tokens",
	capacities: [4096],
	limits: {},
	overLength: "leave-out",
	grouping: "none",
	seed: 0,
	weights: { perToken: 1e9, perSquaredToken: 2e5, perTowerToken: 8e8 },
};

/** A mix of text and of samples with one to four images. */
function madeRows(count: number, seed = 1): readonly MadeRow[] {
	const random = mulberry32(seed);
	return Array.from({ length: count }, () => {
		const draw = random();
		const text = 20 + Math.floor(300 * random() ** 3);
		if (draw < 0.02) return {};
		if (draw < 0.25) return { length: 2 * text };
		const media = 1 + Math.floor(4 * random());
		return { length: text + 730 * media, towerTokens: 729 * media, media };
	});
}

async function packsOf(folder: string): Promise<readonly Pack[]> {
	const packs: Pack[] = [];
	for await (const pack of (await openPacks(folder)).packs()) packs.push(pack);
	return packs;
}

function filesOf(folder: string): Record<string, string> {
	return Object.fromEntries(
		readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString("base64")]),
	);
}

/** Rows with places to cut: turns of random length, some with an image, behind a head. */
const longRow = fc
	.record({
		head: fc.nat(30),
		turns: fc.array(
			fc.record({ tokens: fc.integer({ min: 1, max: 150 }), media: fc.nat(1), labels: fc.nat(1) }),
			{
				minLength: 2,
				maxLength: 8,
			},
		),
		tail: fc.nat(20),
		findings: fc.constantFrom("", "", "", "placeholders-differ"),
	})
	.map(({ head, turns, tail, findings }): MadeRow => {
		const cuts = [[1, head, 0, 0, 0]];
		for (const { tokens, media, labels } of turns) {
			const [count = 0, before = 0, images = 0, tower = 0, trained = 0] = cuts.at(-1) ?? [];
			cuts.push([count + 2, before + tokens, images + media, tower + 9 * media, trained + labels]);
		}
		const [, tokens = 0, media = 0, towerTokens = 0] = cuts.at(-1) ?? [];
		return { length: tokens + tail, media, towerTokens, cuts, findings };
	});
const row = fc.oneof(
	longRow,
	fc.constant<MadeRow>({}),
	fc.record({ length: fc.nat(400), media: fc.nat(3), towerTokens: fc.nat(60) }),
);
const anySettings = fc.record({
	capacities: fc.constantFrom([200], [60, 200], [1, 30, 100]),
	limits: fc.constantFrom({}, { samples: 3 }, { media: 2, towerTokens: 40 }),
	overLength: fc.constantFrom<OverLengthPolicy>("leave-out", "truncate", "split"),
	grouping: fc.constantFrom("none" as const, "modality" as const),
	seed: fc.nat(1000),
	balance: fc.constantFrom(undefined, { ranks: 2, microBatch: 2, target: 0.03 }),
});

test("every sample is packed whole, cut, in pieces that follow one another, or left out; limits hold", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(row, { minLength: 1, maxLength: 60 }),
			anySettings,
			fc.constantFrom(...MANIFEST_FORMATS),
			async (rows, { balance, ...given }, format) => {
				const out = folderOf();
				const asked: PackSettings = { ...settings, ...given, ...(balance === undefined ? {} : { balance }) };
				const { header } = await packProfile({
					profile: profileFolder(rows, 7),
					settings: asked,
					out,
					format,
				});
				const set = await openPacks(out);
				expect(set.header).toEqual(header);
				const packs = await packsOf(out);
				const leftOut = await set.leftOut();
				const seen = new Map<
					number,
					{ tokens: number; whole: number; pieces: number[]; truncated: number }
				>();
				for (const pack of packs) {
					expect(pack.length).toBeLessThanOrEqual(pack.capacity);
					expect(asked.capacities).toContain(pack.capacity);
					expect(pack.slots.length).toBeLessThanOrEqual(asked.limits.samples ?? Infinity);
					expect(pack.media).toBeLessThanOrEqual(asked.limits.media ?? Infinity);
					expect(pack.towerTokens).toBeLessThanOrEqual(asked.limits.towerTokens ?? Infinity);
					if (asked.grouping === "modality")
						expect(new Set(pack.slots.map(({ media }) => media > 0)).size).toBe(1);
					for (const { sample, length, media, position, piece } of pack.slots) {
						const own = seen.get(sample) ?? { tokens: 0, whole: 0, pieces: [], truncated: 0 };
						seen.set(sample, own);
						expect(position).toEqual(
							sample % 3 === 0
								? { file: "b.parquet", row: sample }
								: { file: "a.json", offset: 100 * sample },
						);
						if (piece === undefined) {
							own.whole++;
							expect([length, media]).toEqual([rows[sample]?.length, rows[sample]?.media]);
							continue;
						}
						own.pieces[piece.index] = piece.tokens.from;
						expect(piece.media.to - piece.media.from).toBe(media);
						expect(length).toBe(piece.tokens.to - piece.tokens.from + piece.headTokens);
						own.tokens += piece.tokens.to - piece.tokens.from;
					}
				}
				for (const { sample } of leftOut) {
					expect(seen.has(sample)).toBe(false);
					seen.set(sample, { tokens: 0, whole: 1, pieces: [], truncated: 0 });
				}
				let truncatedLength = 0;
				for (const [sample, { tokens, whole, pieces }] of seen) {
					expect(whole + Math.min(1, pieces.length)).toBe(1);
					if (pieces.length === 0) continue;
					expect(pieces).toEqual([...pieces].sort((a, b) => a - b));
					expect(pieces[0]).toBe(0);
					truncatedLength += (rows[sample]?.length ?? 0) - tokens;
				}
				expect(truncatedLength).toBe(header.totals.truncatedLength);
				expect([...seen.keys()].sort((a, b) => a - b)).toEqual(
					[...rows.keys()].filter((sample) => rows[sample]?.length !== undefined),
				);
			},
		),
		{ numRuns: 40 },
	);
}, 60_000);

test("shards in any order write what one machine does, to the byte", async () => {
	const profile = profileFolder(madeRows(3000));
	const asked = { ...settings, balance: { ranks: 4, microBatch: 1, target: 0.03 } };
	const [one, several] = [folderOf(), folderOf()];
	const partSlots = 500;
	const { header } = await packProfile({ profile, settings: asked, out: one, partSlots });
	expect(header.parts).toBe(6);
	const done: boolean[] = [];
	for (const index of [2, 0, 3, 1]) {
		const { isComplete } = await packProfile({
			profile,
			settings: asked,
			out: several,
			partSlots,
			shard: { index, count: 4 },
		});
		done.push(isComplete);
	}
	expect(done).toEqual([false, false, false, true]);
	expect(filesOf(several)).toEqual(filesOf(one));
});

test("the seed decides what goes where, and nothing else", async () => {
	const profile = profileFolder(madeRows(400));
	const run = async (seed: number) => {
		const out = folderOf();
		await packProfile({ profile, settings: { ...settings, seed }, out });
		return filesOf(out);
	};
	const first = await run(7);
	expect(await run(7)).toEqual(first);
	const other = await run(8);
	expect(other["slots-000000.parquet"]).not.toBe(first["slots-000000.parquet"]);
});

test("a folder is continued by the same request only", async () => {
	const profile = profileFolder(madeRows(400));
	const out = folderOf();
	const first = await packProfile({ profile, settings, out });
	expect(first.written).toEqual({ now: 1, before: 0 });
	const whole = filesOf(out);
	rmSync(join(out, "manifest.json"));
	rmSync(join(out, "slots-000000.parquet"));
	writeFileSync(join(out, ".3f2504e0-4f89-41d3-9a0c-0305e82c3301-slots-000000.parquet"), "half");
	expect((await packProfile({ profile, settings, out })).written).toEqual({ now: 1, before: 0 });
	expect(filesOf(out)).toEqual(whole);
	expect((await packProfile({ profile, settings, out })).written).toEqual({ now: 0, before: 1 });
	await expect(packProfile({ profile, settings: { ...settings, seed: 1 }, out })).rejects.toThrow(
		"packs of another profile or other settings",
	);
	await expect(packProfile({ profile, settings, out: folderOf({ "a.txt": "" }) })).rejects.toThrow(
		"is not empty",
	);
});

test(
	"killed again and again, it goes on and ends as if it had not been",
	async () => {
		const profile = profileFolder(madeRows(1500));
		const [whole, killed] = [folderOf(), folderOf()];
		await packProfile({ profile, settings, out: whole, partSlots: 100 });
		const run = await bundleProcess("./pack-process.ts");
		let kills = 0;
		for (let round = 0; round < KILLS; round++) {
			const isTime = (line: string): boolean => {
				const [stage, share] = line.split(" ");
				return stage === "writing" && Number(share) >= (0.9 * round) / KILLS;
			};
			if ((await run([profile, killed], isTime)).wasKilled) kills++;
		}
		expect(kills).toBeGreaterThanOrEqual(Math.ceil(KILLS / 2));
		await expect(openPacks(killed)).rejects.toThrow("unfinished");
		const { written } = await packProfile({ profile, settings, out: killed, partSlots: 100 });
		expect(written.before).toBeGreaterThan(0);
		expect(filesOf(killed)).toEqual(filesOf(whole));
	},
	KILL_TIMEOUT,
);

test("balanced ranks finish together where random order has them wait", async () => {
	const profile = profileFolder(madeRows(20_000), 10_000);
	const asked = { ...settings, capacities: [8192], balance: { ranks: 8, microBatch: 2, target: 0.03 } };
	const { balanced, unpacked, header, packAt } = await packProfile({ profile, settings: asked });
	expect(balanced?.imbalance.inEveryLayer).toBeLessThan(0.03);
	expect(balanced?.random.inEveryLayer).toBeGreaterThan(0.06);
	expect(unpacked?.orders.map(({ padding }) => padding > 0.2)).toEqual([true, true, true]);
	expect(packAt(17).place).toEqual({ step: 1, rank: 0, index: 1 });
	expect(header.totals.packedLength / header.totals.capacity).toBeGreaterThan(0.99);
});

test("text and media are kept apart, step by step, but for the last", async () => {
	const profile = profileFolder(madeRows(3000));
	const balance = { ranks: 4, microBatch: 1, target: 0.03 };
	const { packAt, header } = await packProfile({
		profile,
		settings: { ...settings, grouping: "modality", balance },
	});
	const steps = Array.from(
		{ length: Math.floor(header.totals.packs / 4) },
		(_, step) => new Set([0, 1, 2, 3].map((rank) => packAt(4 * step + rank).media > 0)).size,
	);
	expect(steps.filter((kinds) => kinds > 1).length).toBeLessThanOrEqual(1);
	expect(steps.lastIndexOf(2)).toBeOneOf([-1, steps.length - 1]);
});

test("profiles that cannot be packed are refused in one line", async () => {
	const rows = madeRows(5);
	const unfinished = profileFolder(rows, 10, false);
	await expect(packProfile({ profile: unfinished, settings })).rejects.toThrow("the profile is unfinished");
	await expect(packProfile({ profile: folderOf(), settings })).rejects.toThrow("holds no profile");
	const damaged = profileFolder(rows);
	writeFileSync(join(damaged, "parts", "samples-000000.parquet"), "PAR1");
	await expect(packProfile({ profile: damaged, settings })).rejects.toMatchObject({
		code: "unreadable-file",
	});
	const odd = profileFolder([{ length: -4 }]);
	await expect(packProfile({ profile: odd, settings })).rejects.toThrow("got -4");
	const cut = profileFolder([
		{
			length: 5000,
			cuts: [
				[1, 0, 0, 0, 0],
				[3, 9000, 0, 0, 1],
				[5, 60, 0, 0, 2],
			],
		},
	]);
	await expect(packProfile({ profile: cut, settings: { ...settings, overLength: "split" } })).rejects.toThrow(
		"do not ascend",
	);
	await expect(
		packProfile({ profile: cut, settings: { ...settings, by: "tower-tokens", overLength: "split" } }),
	).rejects.toThrow("can only leave long samples out");
});
