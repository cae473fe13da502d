/** Many files at once: the same tensors as one at a time, in order, whatever goes wrong with some of the files. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, test } from "vitest";
import { digestsOf } from "../testing/goldens.ts";
import { preprocessSamples } from "./batch.ts";
import { preprocessBatch } from "./one-batch.ts";
import { runInOrder } from "./pool.ts";

const fixture = (name: string): string => new URL(`../decode/fixtures/${name}`, import.meta.url).pathname;
const clip = new URL("../fixtures/mp4-h264-b-frames.mp4", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "onevision-batch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MODEL = "llava-onevision-qwen2-7b-ov";

describe("samples", () => {
	test("come out in order, equal to one at a time, failures with their reason", async () => {
		const empty = join(folder, "empty.jpg");
		writeFileSync(empty, "");
		const samples = [
			[fixture("jpeg-420.jpg")],
			[fixture("jpeg-truncated.jpg")],
			[fixture("png-rgba.png"), fixture("webp-lossy.webp")],
			[empty],
			[join(folder, "missing.png")],
			[clip],
			[clip, fixture("png-rgb.png")],
			[fixture("bmp-24-bit.bmp")],
		];
		const results = [];
		for await (const result of preprocessSamples(MODEL, samples, { threads: 2 })) results.push(result);
		expect(results.map(({ files }) => files)).toEqual(samples);
		const errors = results.map((result) => ("error" in result ? result.error.message : undefined));
		expect(errors).toEqual([
			undefined,
			expect.stringContaining("jpeg-truncated.jpg: cannot be decoded as jpeg"),
			undefined,
			expect.stringContaining("empty.jpg: is empty"),
			expect.stringContaining("missing.png"),
			undefined,
			expect.stringContaining("a video is a sample of its own"),
			undefined,
		]);
		for (const [index, result] of results.entries()) {
			if ("error" in result) continue;
			const { tensors, layouts } = await preprocessBatch(MODEL, [samples[index] ?? []]);
			expect(digestsOf(result.tensors)).toEqual(digestsOf(tensors));
			expect(result.layouts).toEqual(layouts.flat());
		}
	}, 60_000);

	test("are the same in reused memory", async () => {
		const names = [
			"jpeg-444.jpg",
			"png-gray.png",
			"tiff-cmyk.tiff",
			"gif.gif",
			"jpeg-cmyk.jpg",
			"png-palette.png",
		];
		const samples = [...names, ...names].map((name) => [fixture(name)]);
		let count = 0;
		for await (const result of preprocessSamples(MODEL, samples, { threads: 1, reuseMemory: true })) {
			const { tensors } = await preprocessBatch(MODEL, [result.files]);
			expect("tensors" in result && digestsOf(result.tensors)).toEqual(digestsOf(tensors));
			count++;
		}
		expect(count).toBe(12);
	}, 60_000);

	test("are laid out in the orientation they will be loaded in", async () => {
		const turned = ["avif-orientation-6.avif", "tiff-orientation-6.tif"].map(
			(name) => new URL(`../fixtures/${name}`, import.meta.url).pathname,
		);
		const samples = [[fixture("jpeg-exif-6.jpg"), ...turned], [fixture("jpeg-exif-3.jpg")]];
		const options = { threads: 1, decode: { applyOrientation: true } };
		let count = 0;
		for await (const result of preprocessSamples("qwen2.5-vl-7b", samples, options)) {
			const { tensors } = await preprocessBatch("qwen2.5-vl-7b", [result.files], options);
			expect("tensors" in result && digestsOf(result.tensors)).toEqual(digestsOf(tensors));
			count++;
		}
		expect(count).toBe(2);
	}, 60_000);

	test("do not stop the others when their memory was transferred elsewhere", async () => {
		const samples = Array.from({ length: 6 }, () => [fixture("jpeg-444.jpg")]);
		let count = 0;
		for await (const result of preprocessSamples(MODEL, samples, { threads: 1, reuseMemory: true })) {
			if (!("tensors" in result)) throw result.error;
			const buffers = new Set(Object.values(result.tensors).map(({ data }) => data.buffer as ArrayBuffer));
			structuredClone(null, { transfer: [...buffers] });
			count++;
		}
		expect(count).toBe(6);
	}, 60_000);

	test("are refused at once for an invalid model or number", async () => {
		await expect(preprocessSamples("molmo-7b-d", []).next()).rejects.toThrow("its pixels are not made");
		await expect(preprocessSamples(MODEL, [], { threads: 0 }).next()).rejects.toThrow("threads 0");
		await expect(preprocessSamples(MODEL, [], { timeoutSeconds: 1e9 }).next()).rejects.toThrow(
			"timeoutSeconds",
		);
		await expect(preprocessBatch(MODEL, [[]])).rejects.toThrow("a sample without files");
	});
});

describe("the pool", () => {
	const code = `
		const { parentPort } = require("node:worker_threads");
		parentPort.on("message", (task) => {
			if (task === "hang") for (;;);
			if (task === "throw") throw new Error("on purpose");
			if (task === "exit") process.exit(3);
			setTimeout(() => parentPort.postMessage(task * 2), task % 3 * 5);
		});`;
	const run = (tasks: Iterable<number | string>, threads: number) =>
		runInOrder<number | string, number>(tasks, {
			start: () => new Worker(code, { eval: true, stderr: true }),
			threads,
			timeoutSeconds: 1,
		});

	test("keeps the order and survives threads that hang or die", async () => {
		const outcomes = [];
		for await (const outcome of run([1, "hang", 2, "throw", 3, "exit", 4, 5], 2)) outcomes.push(outcome);
		const answer = (value: number) => ({ kind: "answer", answer: value });
		expect(outcomes).toEqual([
			answer(2),
			{ kind: "timeout" },
			answer(4),
			{ kind: "died", why: "on purpose" },
			answer(6),
			{ kind: "died", why: "ended with status 3" },
			answer(8),
			answer(10),
		]);
	}, 30_000);

	test("starts no thread after its loop exits, and ends the running ones", async () => {
		const workers: Worker[] = [];
		const slow = `const { parentPort } = require("node:worker_threads");
			parentPort.on("message", () => setTimeout(() => parentPort.postMessage(1), 50));`;
		const ended = new Set<number>();
		const start = () => {
			const worker = new Worker(slow, { eval: true });
			const number = workers.push(worker);
			worker.once("exit", () => ended.add(number));
			return worker;
		};
		const tasks = Array.from({ length: 12 }, (_, i) => i);
		for await (const _ of runInOrder(tasks, { start, threads: 3, timeoutSeconds: 5 })) break;
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(workers.length).toBeLessThanOrEqual(3);
		expect(ended.size).toBe(workers.length);
	}, 30_000);

	test("failing to start a thread or to send a task is an outcome", async () => {
		const start = () => {
			throw new Error("no threads today");
		};
		const outcomes = [];
		for await (const outcome of runInOrder([1, 2, 3], { start, threads: 2, timeoutSeconds: 5 }))
			outcomes.push(outcome);
		expect(outcomes).toEqual(Array(3).fill({ kind: "died", why: "no threads today" }));
		const unsendable = run([1, (() => 1) as never, 2], 1);
		const kinds = [];
		for await (const { kind } of unsendable) kinds.push(kind);
		expect(kinds).toEqual(["answer", "died", "answer"]);
	}, 30_000);

	test("holds no more tasks than its limit", async () => {
		let asked = 0;
		function* endless() {
			for (;;) yield asked++;
		}
		for await (const _ of run(endless(), 2)) if (asked > 10) break;
		expect(asked).toBeLessThan(16);
	}, 30_000);
});
