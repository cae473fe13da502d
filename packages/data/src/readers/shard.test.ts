/** Shards in WebDataset and Energon form: keys, captions, conversations, packs, and what is rejected. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf, readAll, readSliced, tell } from "../testing/files.ts";
import { type TarEntry, tar } from "../testing/tar.ts";
import { expandBraces } from "./energon.ts";

const json = (value: unknown) => JSON.stringify(value);

async function told(entries: readonly TarEntry[]) {
	const read = await readAll(join(folderOf({ "a.tar": tar(entries) }), "a.tar"));
	return [read.format, ...read.found.map(tell)];
}

test("members under one key are a sample: captions, conversations, media alone", async () => {
	expect(
		await told([
			{ name: "d/1.jpg", content: "123" },
			{ name: "d/1.txt", content: "A cat." },
			{ name: "d/2.a.jpg", content: "1" },
			{ name: "d/2.B.PNG", content: "12" },
			{
				name: "d/2.json",
				content: json({
					conversations: [
						{ from: "human", value: "<image><image>?" },
						{ from: "gpt", value: "x" },
					],
				}),
			},
			{ name: "3.mp4", content: "1" },
			{ name: "4.jpg", content: "1" },
			{ name: "4.json", content: json({ caption: "A dog.", width: 3 }) },
			{ name: "5.npy", content: "1" },
			{ name: "6.json", content: "{" },
		]),
	).toEqual([
		"webdataset",
		"d/1: image @512+3 | user: [image] | assistant: A cat.",
		"d/2: image @2560+1 image @3584+2 | user: [image][image]? | assistant: x",
		"3: video @5632+1",
		"4: image @6656+1 | user: [image] | assistant: A dog.",
		"left out (unknown-layout): 5: members npy: neither media nor text that is read",
		expect.stringMatching(/^left out \(broken-row\): not JSON/),
	]);
});

test("a key that comes again behind another is a second sample; a field that comes again refuses its sample", async () => {
	expect(
		await told([
			{ name: "1.jpg", content: "1" },
			{ name: "2.jpg", content: "1" },
			{ name: "1.png", content: "1" },
			{ name: "3.jpg", content: "1" },
			{ name: "3.JPG", content: "1" },
			{ name: "4.jpg", type: "2" },
			{ name: "4.txt", content: "x" },
		]),
	).toEqual([
		"webdataset",
		"1: image @512+1",
		"2: image @1536+1",
		"1: image @2560+1",
		"left out (unknown-layout): 3.JPG: a second jpg under one key, which WebDataset refuses",
		"left out (outside-root): 4.jpg: is a link; shards hold files",
	]);
});

test("a packed sample of LLaVA-OneVision is the samples in it, each with its own images", async () => {
	const packed = {
		images: ["x.jpg", "y.jpg", "z.jpg"],
		prompts: [["<image><image>Which?"], ["Hi", "<image>And?"]],
		captions: [["The first."], ["Ho", "Yes."]],
		sample_count: 2,
		patch_positions: [[""]],
	};
	const first = {
		images: ["a.jpg", "b.jpg"],
		prompts: ["", ""],
		captions: ["One.", "Two."],
		sample_count: 2,
	};
	expect(
		await told([
			{ name: "ps0.img0.jpg", content: "1" },
			{ name: "ps0.img1.jpg", content: "12" },
			{ name: "ps0.img2.jpg", content: "123" },
			{ name: "ps0.json", content: json(packed) },
			{ name: "ps1.img0.jpg", content: "1" },
			{ name: "ps1.img1.jpg", content: "12" },
			{ name: "ps1.json", content: json(first) },
			{ name: "ps2.json", content: json({ ...packed, images: ["x.jpg"] }) },
		]),
	).toEqual([
		"webdataset",
		"ps0#0: image @512+1 image @1536+2 | user: [image][image]Which? | assistant: The first.",
		"ps0#1: image @2560+3 | user: Hi | assistant: Ho | user: [image]And? | assistant: Yes.",
		"ps1#0: image @4608+1 | user:  | assistant: One.",
		"ps1#1: image @5632+2 | user:  | assistant: Two.",
		"left out (unknown-layout): images: 1 in a pack whose prompts have places for 3",
	]);
});

test("Energon's train split names the shards; one that leaves the folder is refused", async () => {
	const shard = tar([{ name: "1.jpg", content: "1" }]);
	const split = "split_parts:\n  train: ['shard_{000..001}.tar']\n  val: [shard_002.tar]\nexclude: []\n";
	const files = { "shard_000.tar": shard, "shard_001.tar": shard, "shard_002.tar": shard };
	const { format, units, found } = await readAll(folderOf({ ...files, ".nv-meta/split.yaml": split }));
	expect([format, units.length, found.length]).toEqual(["energon", 2, 2]);
	await expect(
		readAll(folderOf({ ...files, ".nv-meta/split.yaml": "split_parts: {train: ['../x.tar']}" })),
	).rejects.toMatchObject({
		code: "unreadable-file",
		message: expect.stringContaining("outside the folder"),
	});
});

test("a shard that is listed and missing is one left out, and the next is read", async () => {
	const split = "split_parts: {train: [gone.tar, here.tar]}";
	const { found } = await readAll(
		folderOf({ "here.tar": tar([{ name: "1.jpg", content: "1" }]), ".nv-meta/split.yaml": split }),
	);
	expect(found.map(tell)).toEqual(["left out (unreadable-file): cannot be read (ENOENT)", "1: image @512+1"]);
});

test("braces as the shell expands them", () => {
	expect(expandBraces("a_{08..10}_{x,y}.tar")).toEqual([
		"a_08_x.tar",
		"a_08_y.tar",
		"a_09_x.tar",
		"a_09_y.tar",
		"a_10_x.tar",
		"a_10_y.tar",
	]);
	expect(() => expandBraces("{0..99999999}")).toThrow("over 1000000 files");
});

test("a shard's headers are read and not its media, and it can be cut between samples", async () => {
	const entries = Array.from({ length: 20 }, (_, index) => [
		{ name: `${index}.jpg`, content: new Uint8Array(100_000) },
		{ name: `${index}.txt`, content: "A cat." },
	]).flat();
	const path = join(folderOf({ "a.tar": tar(entries) }), "a.tar");
	const { found, counter } = await readAll(path);
	expect(found.length).toBe(20);
	expect(counter.bytes).toBe(41 * 512 + 20 * 6);
	for (const shard of [1, 300_000]) expect(await readSliced(path, { shard })).toEqual(found);
});
