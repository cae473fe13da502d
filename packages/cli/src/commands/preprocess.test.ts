/** `onevision preprocess`, end to end on small files. */

import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeSafetensors } from "@onevision/graph";
import { createProcessor } from "@onevision/media";
import { decodeImage } from "@onevision/media/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const fixture = (path: string): string =>
	fileURLToPath(new URL(`../../../media/src/${path}`, import.meta.url));
const config = (name: string): string =>
	readFileSync(
		fileURLToPath(new URL(`../../../core/src/snapshot/fixtures/${name}.json`, import.meta.url)),
		"utf8",
	);

const cwd = mkdtempSync(join(tmpdir(), "onevision-preprocess-"));
afterAll(() => rmSync(cwd, { recursive: true }));
beforeAll(() => {
	mkdirSync(join(cwd, "in"));
	copyFileSync(fixture("decode/fixtures/jpeg-420.jpg"), join(cwd, "in/a.jpg"));
	copyFileSync(fixture("decode/fixtures/png-rgba.png"), join(cwd, "in/b.png"));
	copyFileSync(fixture("decode/fixtures/jpeg-truncated.jpg"), join(cwd, "broken.jpg"));
	copyFileSync(fixture("fixtures/mp4-h264-b-frames.mp4"), join(cwd, "clip.mp4"));
	mkdirSync(join(cwd, "copy"));
	copyFileSync(fixture("decode/fixtures/jpeg-420.jpg"), join(cwd, "copy/a.jpg"));
	mkdirSync(join(cwd, "set/cat"), { recursive: true });
	mkdirSync(join(cwd, "set/dog"));
	for (const kind of ["cat", "dog"])
		copyFileSync(fixture("decode/fixtures/png-gray.png"), join(cwd, `set/${kind}/1.png`));
	copyFileSync(fixture("video/fixtures/turned-90.mp4"), join(cwd, "turned.mp4"));
	writeFileSync(join(cwd, "text.txt"), "no image");
	mkdirSync(join(cwd, "snapshot"));
	const files = JSON.parse(config("pixtral-12b")) as Record<string, unknown>;
	for (const [name, content] of Object.entries(files)) {
		writeFileSync(join(cwd, "snapshot", name), JSON.stringify(content));
	}
});

const run = (...args: string[]) => runInMemory(["preprocess", ...args], { cwd });
const read = (name: string) => decodeSafetensors(new Uint8Array(readFileSync(join(cwd, name))));

test("one batch: the processor's tensors, what they were made from beside them", async () => {
	const { status, out, err } = await run("in/a.jpg", "in/b.png", "--out", "x.safetensors");
	expect([status, err]).toEqual([0, ""]);
	expect(out).toContain("pixel_values float32 [2, 2, 3, 384, 384]");
	const { tensors, metadata } = read("x.safetensors");
	const images = await Promise.all(
		["in/a.jpg", "in/b.png"].map((name) => decodeImage(readFileSync(join(cwd, name)))),
	);
	const expected = createProcessor("llava-onevision-qwen2-7b-ov").images(
		images.map((image) => [image]),
	).tensors;
	expect([...tensors.keys()]).toEqual(Object.keys(expected));
	for (const [name, { data, shape }] of Object.entries(expected)) {
		expect(tensors.get(name)?.shape).toEqual(shape);
		expect(Buffer.compare(tensors.get(name)?.bytes ?? Buffer.alloc(0), Buffer.from(data.buffer))).toBe(0);
	}
	expect(metadata).toMatchObject({ backend: "torchvision", dtype: "float32", transformers: "5.18.0" });
	expect(JSON.parse(metadata.files ?? "")).toEqual(["in/a.jpg", "in/b.png"]);
	const layouts = JSON.parse(metadata.layouts ?? "") as { visualTokens: number }[][];
	expect(layouts.flat()).toHaveLength(2);
});

test("together they are one conversation", async () => {
	await run("in/a.jpg", "in/b.png", "--together", "--out", "x.safetensors", "--dtype", "bfloat16");
	const { tensors } = read("x.safetensors");
	expect(tensors.get("pixel_values")).toMatchObject({ dtype: "BF16", shape: [2, 1, 3, 384, 384] });
	expect(tensors.get("batch_num_images")?.shape).toEqual([1]);
});

test("images and a video share a file where their tensors have names of their own", async () => {
	const { status, out } = await run(
		"in/a.jpg",
		"clip.mp4",
		"-s",
		"num_frames=4",
		"--out",
		"x.safetensors",
		"--json",
	);
	expect(status).toBe(0);
	const report = JSON.parse(out) as { tensors: Record<string, { shape: number[] }> };
	expect(report.tensors.pixel_values_videos?.shape.slice(0, 2)).toEqual([1, 4]);
	expect(report.tensors.pixel_values?.shape[0]).toBe(1);
});

test("a folder gets one file per input, failures are told and the rest goes on", async () => {
	const { status, out, err } = await run(
		"in",
		"broken.jpg",
		"--out",
		"each/",
		"--threads",
		"2",
		"-m",
		"qwen2.5-vl-7b",
	);
	expect(status).toBe(1);
	expect(err).toMatch(/^onevision: .*broken\.jpg: cannot be decoded as jpeg .*\n$/);
	expect(out).toContain("wrote 2 files to each/");
	expect(readdirSync(join(cwd, "each")).sort()).toEqual(["a.jpg.safetensors", "b.png.safetensors"]);
	expect(read("each/a.jpg.safetensors").tensors.get("image_grid_thw")?.shape).toEqual([1, 3]);
}, 60_000);

test("the tree of a given folder is kept", async () => {
	const { status } = await run("set", "--out", "tree/", "--threads", "1", "-m", "llava-1.5-7b");
	expect(status).toBe(0);
	expect(readdirSync(join(cwd, "tree"), { recursive: true }).map(String).sort()).toEqual([
		"cat",
		"cat/1.png.safetensors",
		"dog",
		"dog/1.png.safetensors",
	]);
}, 60_000);

test("a file given twice is two images of a conversation", async () => {
	await run("in/a.jpg", "in/a.jpg", "--together", "--out", "x.safetensors");
	expect(read("x.safetensors").tensors.get("pixel_values")?.shape).toEqual([2, 1, 3, 384, 384]);
});

test("rotation of a video is ignored, or applied", async () => {
	const sizes = [];
	for (const more of [[], ["--apply-orientation"]]) {
		await run("turned.mp4", "-m", "qwen2.5-vl-7b", "-s", "num_frames=2", "--out", "x.safetensors", ...more);
		const [[layout]] = JSON.parse(read("x.safetensors").metadata.layouts ?? "[[]]");
		sizes.push(layout.source);
	}
	expect(sizes[1]).toEqual({ width: sizes[0].height, height: sizes[0].width });
});

test("a snapshot's own settings are used", async () => {
	const { status } = await run(
		"in/a.jpg",
		"--config",
		"snapshot",
		"--out",
		"x.safetensors",
		"--backend",
		"pillow",
	);
	expect(status).toBe(0);
	expect(read("x.safetensors").metadata.model).toContain("Pixtral");
});

describe("refuses in one line, and writes nothing", () => {
	test.each([
		["a file of another kind", ["in/a.jpg", "--out", "x.png"], "give a file that ends in .safetensors"],
		[
			"a model whose pixels are not made",
			["in/a.jpg", "-m", "molmo-7b-d", "--out", "no.safetensors"],
			"its pixels are not made",
		],
		[
			"a backend of no such name",
			["in/a.jpg", "--backend", "pil", "--out", "no.safetensors"],
			"expected pillow or torchvision",
		],
		[
			"threads for one batch",
			["in/a.jpg", "--threads", "2", "--out", "no.safetensors"],
			"--threads goes with a folder",
		],
		["one conversation in a folder", ["in", "--together", "--out", "no/"], "--together makes one sample"],
		[
			"a broken file in a batch",
			["in/a.jpg", "broken.jpg", "--out", "no.safetensors"],
			"broken.jpg: cannot be decoded",
		],
		["a file that is not there", ["missing.jpg", "--out", "no.safetensors"], "missing.jpg"],
		[
			"a video for a model without",
			["clip.mp4", "-m", "llava-1.5-7b", "--out", "no.safetensors"],
			"takes no video",
		],
		["two inputs of one name", ["in/a.jpg", "copy/a.jpg", "--out", "no/"], "would both be written"],
		[
			"a file that is none beside one",
			["in/a.jpg", "text.txt", "--together", "--out", "no.safetensors"],
			"of all files or of none",
		],
		["an empty name", ["in/a.jpg", "--out", ""], "give a file or a folder"],
		["no output", ["in/a.jpg"], "--out"],
		["a folder that cannot be made", ["in", "--out", "broken.jpg/x/"], "broken.jpg"],
	])("%s", async (_, args, message) => {
		const { status, out, err } = await run(...args);
		expect(status).toBe(1);
		expect(out).toBe("");
		expect(err).toContain(message);
		expect(err.trim().split("\n")).toHaveLength(1);
		expect(existsSync(join(cwd, "no.safetensors"))).toBe(false);
	});

	test("what is left out of a folder is told after the error", async () => {
		mkdirSync(join(cwd, "mixed"));
		copyFileSync(join(cwd, "clip.mp4"), join(cwd, "mixed/clip.mp4"));
		writeFileSync(join(cwd, "mixed/notes.txt"), "no image");
		const { err } = await run("mixed", "-m", "llava-1.5-7b", "--out", "no.safetensors");
		expect(err.split("\n")).toEqual([
			expect.stringMatching(/^onevision: .*takes no video/),
			"left out: mixed/notes.txt: is text, not an image or video",
			"",
		]);
	});
});
