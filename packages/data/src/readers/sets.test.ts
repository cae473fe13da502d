/** Sets that name other files: LLaVA-NeXT's mixtures, LLaMA-Factory's dataset_info.json, imagefolder with metadata. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { folderOf, readAll, readSliced, tell } from "../testing/files.ts";

const lines = (...rows: readonly unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
const chat = (ask: string, answer: string) => [
	{ from: "human", value: ask },
	{ from: "gpt", value: answer },
];
const rows = (prefix: string, count: number) =>
	Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}`, conversations: chat("Hi", "Ho") }));
const golden = (name: string) =>
	readFileSync(fileURLToPath(new URL(`../goldens/parquet/${name}.parquet`, import.meta.url)));

async function told(path: string) {
	const { format, found } = await readAll(path);
	return [format, ...found.map(tell)];
}

test("a mixture: all, first, end, random, braces; read on behind any row", async () => {
	const mixture = `datasets:
  - json_path: a.json
    sampling_strategy: "first:50%"
  - json_path: sub/{b,c}.jsonl
    sampling_strategy: "end:1"
  - json_path: a.json
    sampling_strategy: random:2
  - json_path: sub/b.jsonl
`;
	const root = folderOf({
		"mix.yaml": mixture,
		"a.json": JSON.stringify(rows("a", 5)),
		"sub/b.jsonl": lines(...rows("b", 3)),
		"sub/c.jsonl": lines(...rows("c", 2)),
	});
	const { format, found, units } = await readAll(join(root, "mix.yaml"), {}, 7);
	const ids = found.map((each) => ("record" in each ? each.record.id : ""));
	expect(format).toBe("llava-mixture");
	expect(ids).toEqual([
		"a0",
		"a1",
		"a2",
		"b2",
		"c1",
		expect.stringMatching(/^a/),
		expect.stringMatching(/^a/),
		"b0",
		"b1",
		"b2",
	]);
	expect(units[1]?.root).toBe(join(root, "sub"));
	for (const json of [1, 40, 100]) {
		expect(await readSliced(join(root, "mix.yaml"), { json }, {}, 7)).toEqual(found);
	}
});

test.each([
	["datasets:\n  - json_path: none.json\n", "unreadable-file", "no such file"],
	[
		"datasets:\n  - json_path: a.json\n    sampling_strategy: first:0.5%\n",
		"invalid-input",
		"sampling_strategy",
	],
	["datasets:\n  - json_path: [a]\n", "invalid-input", "datasets[0] has no json_path"],
	["json_path: x\n", "invalid-input", "no list of datasets"],
])("a mixture that cannot be read: %j", async (content, code, message) => {
	const root = folderOf({ "mix.yaml": content, "a.json": "[]" });
	await expect(readAll(join(root, "mix.yaml"))).rejects.toMatchObject({
		code,
		message: expect.stringContaining(message),
	});
});

test("LLaMA-Factory: alpaca and sharegpt with columns and tags, Parquet, and what is not local", async () => {
	const info = {
		plain: { file_name: "plain.json" },
		renamed: { file_name: "renamed.jsonl", columns: { prompt: "q", response: "a", images: "pics" } },
		messages: {
			file_name: "messages.json",
			formatting: "sharegpt",
			columns: { messages: "messages", images: "images", system: "sys" },
			tags: { role_tag: "role", content_tag: "content", user_tag: "me", assistant_tag: "you" },
		},
		table: { file_name: "table.parquet", formatting: "sharegpt" },
		hub: { hf_hub_url: "org/set" },
		gone: { file_name: "gone.json" },
		pairs: { file_name: "plain.json", ranking: true },
	};
	const root = folderOf({
		"dataset_info.json": JSON.stringify(info),
		"plain.json": JSON.stringify([
			{ instruction: "Say", input: "this", output: "That", images: ["dropped.png"] },
		]),
		"renamed.jsonl": lines({ q: "<image>What?", a: "A cat.", pics: ["a.png"], input: "not read" }),
		"messages.json": JSON.stringify([
			{
				sys: "Be short.",
				messages: [
					{ role: "me", content: "<image>?" },
					{ role: "you", content: "!" },
				],
				images: ["b.png"],
			},
			{ messages: [{ role: "narrator", content: "?" }] },
		]),
		"table.parquet": golden("v2"),
	});
	const sets = await told(root);
	expect(sets.slice(0, 5)).toEqual([
		"llama-factory",
		"-: | user: Say\nthis | assistant: That",
		"-: image a.png | user: [image]What? | assistant: A cat.",
		"-: image b.png | system: Be short. | user: [image]? | assistant: !",
		expect.stringMatching(/^left out \(unknown-layout\): role "narrator"/),
	]);
	expect(sets[5]).toBe("r0: | user: [image]\nWhat? | assistant: A.");
	expect(sets.slice(10)).toEqual([
		"left out (remote-media): the set is on a hub or made by a script: only local files are read",
		expect.stringMatching(/^left out \(unreadable-file\): .*gone\.json: no such file/),
		"left out (unknown-layout): ranking: pairs of answers are no samples of fine-tuning",
	]);
	expect(await told(join(root, "dataset_info.json"))).toEqual(sets);
});

test("imagefolder: JSON Lines, CSV and Parquet metadata, in the folder or one for a split", async () => {
	const jsonl = lines(
		{ file_name: "a.png", text: "A cat." },
		{ file_names: ["a.png", "b.png"], messages: [{ role: "user", content: "<image><image>" }] },
		{ file_name: null, text: "No picture." },
		{ file_names: [], text: "x" },
		{ file_name: "a.png", image: "x" },
		{ video_file_name: "v.mp4" },
	);
	expect(await told(folderOf({ "train/metadata.jsonl": jsonl, "train/a.png": "" }))).toEqual([
		"imagefolder",
		"-: image a.png | user: [image] | assistant: A cat.",
		"-: image a.png image b.png | user: [image][image]",
		"-: | assistant: No picture.",
		"left out (unknown-layout): file_names: an empty list, which datasets refuses; null is fine",
		"left out (unknown-layout): image beside file_name: datasets then drops the image",
		"-: video v.mp4",
	]);
	const csv = 'file_name,text\na.png,"A ""cat"",\nand more"\nsub/b.png,\n';
	expect(await told(folderOf({ "metadata.csv": csv }))).toEqual([
		"imagefolder",
		'-: image a.png | user: [image] | assistant: A "cat",\nand more',
		"-: image sub/b.png",
	]);
	expect(await told(folderOf({ "metadata.csv": "file_name,text\na.png,x\nb.png,y,z\nc.png,w\n" }))).toEqual([
		"imagefolder",
		"-: image a.png | user: [image] | assistant: x",
		expect.stringMatching(/^left out \(broken-row\): not CSV: Invalid Record Length/),
		"-: image c.png | user: [image] | assistant: w",
	]);
	expect((await told(folderOf({ "metadata.parquet": golden("folder") }))).slice(0, 2)).toEqual([
		"imagefolder",
		"-: image a.png | user: [image] | assistant: A",
	]);
});

/** Pieces of YAML and CSV that mean something, put anywhere. */
const PIECES = [
	...[
		"\n",
		"  ",
		"- ",
		": ",
		"&a ",
		"*a",
		"!!",
		"{",
		"}",
		"[",
		"]",
		"#",
		"|",
		"'",
		'"',
		",",
		'""',
		"\t",
		"\0",
		"\r",
	],
	...[
		"datasets:",
		"json_path: ",
		"sampling_strategy: ",
		"first:5%",
		"{1..9}",
		"{0..9999999}",
		"../",
		"file_name",
	],
];

test.each([
	[
		"mix.yaml",
		'datasets:\n  - json_path: a.json\n    sampling_strategy: "first:50%"\n  - json_path: "{a,a}.json"\n',
	],
	["metadata.csv", 'file_name,text\na.png,"one, ""two"""\n"b.png",\nc.png,"x\ny"\n'],
])("any change to %s ends in samples, in what is left out or in one line", async (name, text) => {
	const root = folderOf({ "a.json": JSON.stringify(rows("a", 5)), "a.png": "", [name]: text });
	const path = name.endsWith(".csv") ? root : join(root, name);
	const format = name.endsWith(".csv") ? "imagefolder" : "llava-mixture";
	const changes = fc.array(fc.tuple(fc.nat(text.length), fc.constantFrom(...PIECES), fc.nat(4)), {
		minLength: 1,
		maxLength: 4,
	});
	await fc.assert(
		fc.asyncProperty(changes, async (edits) => {
			let changed = text;
			for (const [at, piece, gone] of edits)
				changed = changed.slice(0, at) + piece + changed.slice(at + gone);
			writeFileSync(join(root, name), changed);
			try {
				expect((await readAll(path, { format })).found.length).toBeLessThan(200);
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
				expect(error.message).not.toContain("\n");
			}
		}),
		{ seed: 14, numRuns: 80 },
	);
});
