/** Weights by header and offset: shards, rows, conversion made once, and folders that are not to be trusted. */

import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32, OnevisionError } from "@onevision/base";
import { afterAll, beforeAll, expect, test } from "vitest";
import { encodeSafetensors, entryOf, float32Of, type SafetensorsEntry } from "../safetensors.ts";
import { float32Weights } from "./derived.ts";
import { externalWeights, openWeights, readRows, readTensor, storedTensor } from "./weights.ts";

let root = "";
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), "onevision-weights-"));
});
afterAll(() => rm(root, { recursive: true }));

type Tensors = Readonly<Record<string, SafetensorsEntry>>;

async function folder(
	name: string,
	files: Readonly<Record<string, Tensors | object | Uint8Array | string>>,
): Promise<string> {
	const path = join(root, name);
	await mkdir(path);
	for (const [file, content] of Object.entries(files)) {
		const bytes =
			typeof content === "string" || content instanceof Uint8Array
				? content
				: file.endsWith(".json")
					? JSON.stringify(content)
					: encodeSafetensors({ tensors: new Map(Object.entries(content as Tensors)), metadata: {} });
		await writeFile(join(path, file), bytes);
	}
	return path;
}

const floats = (...values: number[]) => entryOf(float32([values.length], values));
const half: SafetensorsEntry = {
	dtype: "BF16",
	shape: [3, 2],
	bytes: new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x0000, 0x4040, 0x3f00, 0xbf80).buffer),
};
const index = (map: Readonly<Record<string, unknown>>) => ({ metadata: { total_size: 1 }, weight_map: map });

test("shards of an index, in place or behind links, are one table", async () => {
	const blobs = await folder("blobs", { aa: { a: floats(1, 2) } as never });
	await writeFile(
		join(blobs, "aa"),
		encodeSafetensors({ tensors: new Map([["a", floats(1, 2)]]), metadata: {} }),
	);
	const path = await folder("sharded", {
		"two.safetensors": { b: floats(3), c: half },
		"model.safetensors.index.json": index({
			a: "one.safetensors",
			b: "two.safetensors",
			c: "two.safetensors",
		}),
	});
	await symlink(join(blobs, "aa"), join(path, "one.safetensors"));
	const weights = await openWeights(path);
	expect([...weights.tensors.keys()]).toEqual(["a", "b", "c"]);
	expect(weights.tensors.get("a")?.path).toBe(join(blobs, "aa"));
	const { folder: common, external } = externalWeights({
		x: storedTensor(weights, "a"),
		y: storedTensor(weights, "b"),
	});
	expect(common).toBe(root);
	expect(external.y).toMatchObject({
		dtype: "float32",
		shape: [1],
		location: join("sharded", "two.safetensors"),
	});
	expect(float32Of("b", await readTensor(weights, "b")).data).toEqual(Float32Array.of(3));
	expect(float32Of("c", await readRows(weights, "c", [2, 0])).data).toEqual(Float32Array.of(0.5, -1, 1, -2));
	await expect(readRows(weights, "c", [3])).rejects.toThrow("c: no row 3; it has 3");
	await expect(readTensor(weights, "C")).rejects.toThrow(/no tensor C; the nearest is c$/);
});

test("without an index, the one model file, or every file", async () => {
	const one = await folder("single", {
		"model.safetensors": { a: floats(1) },
		"extra.safetensors": { z: floats(1) },
	});
	expect([...(await openWeights(one)).tensors.keys()]).toEqual(["a"]);
	expect([...(await openWeights(join(one, "extra.safetensors"))).tensors.keys()]).toEqual(["z"]);
	const all = await folder("all", { "y.safetensors": { y: floats(1) }, "x.safetensors": { x: floats(1) } });
	expect([...(await openWeights(all)).tensors.keys()]).toEqual(["x", "y"]);
});

test("what is refused, in one line", async () => {
	const shard = { "one.safetensors": { a: floats(1) } };
	const named = (map: unknown) => ({ ...shard, "model.safetensors.index.json": map as object });
	const folders = {
		nothing: {},
		missing: named(index({ a: "one.safetensors", b: "two.safetensors" })),
		elsewhere: named(index({ a: "../single/model.safetensors" })),
		absolute: named(index({ a: "/etc/passwd" })),
		number: named(index({ a: 3 })),
		misplaced: named(index({ a: "one.safetensors", b: "one.safetensors" })),
		"no map": named({ weight_map: [] }),
		"no json": { "model.safetensors.index.json": "{" },
		twice: { "one.safetensors": { a: floats(1) }, "two.safetensors": { a: floats(1) } },
		damaged: { "model.safetensors": new Uint8Array([255, 255, 255, 255, 255, 255, 255, 255, 1]) },
		short: {
			"model.safetensors": encodeSafetensors({ tensors: new Map([["a", floats(1, 2)]]), metadata: {} }).slice(
				0,
				-1,
			),
		},
	};
	const messages: Record<string, string> = {};
	for (const [name, files] of Object.entries(folders)) {
		const path = await folder(`bad ${name}`, files);
		const error = await openWeights(path).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(OnevisionError);
		messages[name] = (error as Error).message.replaceAll(root, "");
	}
	await expect(openWeights(join(root, "nowhere"))).rejects.toMatchObject({ code: "unreadable-file" });
	expect(messages).toMatchInlineSnapshot(`
		{
		  "absolute": "/bad absolute/model.safetensors.index.json: "/etc/passwd" is no safetensors file of this folder",
		  "damaged": "/bad damaged/model.safetensors: safetensors: its header claims 18446744073709552000 bytes of 9; the file is damaged or of another format",
		  "elsewhere": "/bad elsewhere/model.safetensors.index.json: "../single/model.safetensors" is no safetensors file of this folder",
		  "misplaced": "/bad misplaced/one.safetensors: has no tensor b, which model.safetensors.index.json places there; download the snapshot again",
		  "missing": "/bad missing/two.safetensors: missing; download the snapshot again",
		  "no json": "/bad no json/model.safetensors.index.json: not JSON",
		  "no map": "/bad no map/model.safetensors.index.json: no weight_map",
		  "nothing": "/bad nothing: no safetensors files; download the weights of the snapshot too",
		  "number": "/bad number/model.safetensors.index.json: 3 is no safetensors file of this folder",
		  "short": "/bad short/model.safetensors: safetensors: "a" of shape [2] lies at 0 to 8 of 7 bytes; the file is damaged or of another format",
		  "twice": "/bad twice/two.safetensors: a is in one.safetensors too",
		}
	`);
});

test("half precision is converted once, and again when the source has changed", async () => {
	const file = { "model.safetensors": { a: half, b: floats(7), n: entryOf(float32([], [1])) } };
	const path = await folder("half", file);
	const source = await openWeights(path);
	const seen: number[] = [];
	const options = { onProgress: (done: number, total: number) => seen.push(done / total) };
	const converted = await float32Weights(source, options);
	expect(converted.files).toEqual([join(path, ".onevision", "float32.safetensors")]);
	expect(converted.tensors.get("a")).toMatchObject({ dtype: "F32", shape: [3, 2], length: 24 });
	expect(float32Of("a", await readTensor(converted, "a")).data).toEqual(
		Float32Array.of(1, -2, 0, 3, 0.5, -1),
	);
	expect(seen.length).toBeGreaterThan(1);
	const made = await stat(converted.files[0] as string);
	const again = async () => stat((await float32Weights(await openWeights(path))).files[0] as string);
	expect((await again()).ino).toBe(made.ino);
	// A copy of the same bytes is the same source.
	await utimes(join(path, "model.safetensors"), 1, 1);
	expect((await again()).ino).toBe(made.ino);
	await writeFile(
		join(path, "model.safetensors"),
		encodeSafetensors({
			tensors: new Map(Object.entries({ ...file["model.safetensors"], b: floats(8) })),
			metadata: {},
		}),
	);
	const fresh = await float32Weights(await openWeights(path));
	expect(float32Of("b", await readTensor(fresh, "b")).data).toEqual(Float32Array.of(8));
	// Float32 stays where it is.
	expect(await float32Weights(fresh)).toBe(fresh);
});

test("a conversion that is stopped leaves nothing", async () => {
	const source = await openWeights(await folder("stopped", { "model.safetensors": { a: half } }));
	const stop = new AbortController();
	const onProgress = () => stop.abort();
	await expect(float32Weights(source, { signal: stop.signal, onProgress })).rejects.toThrow(/abort/i);
	expect(await readdir(join(root, "stopped", ".onevision"))).toEqual([]);
});
