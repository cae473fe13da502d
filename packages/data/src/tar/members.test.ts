/**
 * The same members as GNU tar and Python's tarfile list; a broken header ends the walk with a reason; nothing throws.
 */

import { bytesSource } from "@onevision/media";
import fc from "fast-check";
import { expect, test } from "vitest";
import { pax, type TarEntry, tar } from "../testing/tar.ts";
import { tarMembers } from "./members.ts";

async function list(bytes: Uint8Array, from = 0) {
	const members = [];
	for await (const batch of tarMembers(bytesSource(bytes), from)) members.push(...batch);
	return members;
}

const names = async (...entries: readonly TarEntry[]) =>
	(await list(tar(entries))).map((member) => ("name" in member ? member.name : member.refusal.reason));

test("names, offsets and sizes; folders are passed over", async () => {
	expect(
		await list(
			tar([
				{ name: "a.jpg", content: "123" },
				{ name: "d/", type: "5" },
				{ name: "d/b.txt", content: "x".repeat(600) },
			]),
		),
	).toEqual([
		{ name: "a.jpg", headerOffset: 0, offset: 512, size: 3 },
		{ name: "d/b.txt", headerOffset: 1536, offset: 2048, size: 600 },
	]);
});

test("long names of GNU and PAX, sizes of PAX and in base 256", async () => {
	const long = `${"folder/".repeat(30)}ü.jpg`;
	expect(
		await names(
			{ name: "././@LongLink", type: "L", content: `${long}\0` },
			{ name: "short", content: "1" },
			pax({ path: `${long}x`, size: "3" }),
			{ name: "short", content: "123", claims: 0 },
			{ name: "big.jpg", content: "12", isBinarySize: true },
		),
	).toEqual([long, `${long}x`, "big.jpg"]);
});

test("links and sparse members are refused, each by itself", async () => {
	const members = await list(
		tar([
			{ name: "a.jpg", type: "2" },
			pax({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0" }),
			{ name: "GNUSparseFile.0/b.jpg", content: "1" },
			{ name: "c.jpg", content: "1" },
		]),
	);
	expect(members.map(({ refusal }) => refusal?.reason)).toEqual([
		"outside-root",
		"unreadable-media",
		undefined,
	]);
});

test("a tail cut off anywhere leaves the members before it, and says what is lost", async () => {
	const whole = tar(
		[
			{ name: "a.jpg", content: "1" },
			{ name: "b.jpg", content: "2".repeat(700) },
		],
		0,
	);
	expect(await list(whole.subarray(0, 1024 + 100))).toMatchObject([
		{ name: "a.jpg" },
		{ refusal: { reason: "cut-short" } },
	]);
	expect(await list(whole.subarray(0, 1024 + 512 + 300))).toMatchObject([
		{ name: "a.jpg" },
		{ name: "b.jpg", refusal: { reason: "cut-short" } },
	]);
	expect(await names({ name: "x", type: "L", content: "name" })).toEqual([]);
	expect(await list(tar([{ name: "x", type: "L", content: "name" }], 0))).toMatchObject([
		{ refusal: { reason: "cut-short" } },
	]);
});

test.each([
	["a header that is none", Buffer.alloc(512, 7)],
	["a size beyond any file", tar([{ name: "a", claims: 2 ** 62, isBinarySize: true }])],
	["a name of a gigabyte", tar([{ name: "a", type: "L", claims: 2 ** 30 }])],
])("%s ends the walk", async (_, bytes) => {
	expect(await list(bytes)).toMatchObject([{ headerOffset: 0, refusal: { reason: "broken-row" } }]);
});

test("any bytes in place of some are a list of members in order, or an end", async () => {
	const whole = tar([
		pax({ path: "p/a.jpg" }),
		{ name: "a", content: "x".repeat(99) },
		{ name: "b.json", content: "{}" },
	]);
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.tuple(fc.nat(whole.byteLength - 1), fc.nat(255)), { maxLength: 8 }),
			fc.nat(whole.byteLength),
			async (changes, length) => {
				const bytes = Buffer.from(whole);
				for (const [at, value] of changes) bytes[at] = value;
				let last = -1;
				for (const member of await list(bytes.subarray(0, length))) {
					expect(member.headerOffset).toBeGreaterThan(last);
					last = member.headerOffset;
				}
			},
		),
		{ seed: 14, numRuns: 500 },
	);
});
