/** Frames decoded in Chromium against FFmpeg's. Runs where Chromium is installed, as in continuous integration. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHROMIUM, openTestPage, type TestPage } from "../testing/page.ts";
import { openVideo } from "./open.ts";
import type { PageFrame } from "./testing/web-page.ts";
import type { FrameOptions } from "./video.ts";

const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

describe.skipIf(CHROMIUM === undefined)("in Chromium", () => {
	let page: TestPage | undefined;

	beforeAll(async () => {
		page = await openTestPage(fileURLToPath(new URL("testing/web-page.ts", import.meta.url)), FIXTURES);
	}, 120_000);

	afterAll(() => page?.close());

	async function inPage(
		file: string,
		frames: readonly number[],
		options?: FrameOptions,
	): Promise<PageFrame[]> {
		return (await page?.call("framesInPage", file, frames, options ?? {})) as PageFrame[];
	}

	/** Mean and maximum difference of a value, 0 to 255, between two frames. */
	function difference(a: Uint8Array, b: Uint8Array): { mean: number; most: number } {
		let [sum, most] = [0, 0];
		for (const [at, value] of a.entries()) {
			const off = Math.abs(value - (b[at] ?? 0));
			sum += off;
			most = Math.max(most, off);
		}
		return { mean: sum / a.length, most };
	}

	async function pixelsInPage(file: string, frames: readonly number[], options?: FrameOptions) {
		const found = await inPage(file, frames, options);
		expect(found.map(({ frame }) => frame)).toEqual(frames);
		return found.map(({ pixels = "" }) => new Uint8Array(Buffer.from(pixels, "base64")));
	}

	async function framesHere(file: string, options?: FrameOptions): Promise<Uint8Array[]> {
		const video = await openVideo(join(FIXTURES, file));
		const all: Uint8Array[] = [];
		const every = video.index.frames.map((_, frame) => frame);
		for await (const { image } of video.frames(every, options)) all.push(image.data);
		await video.close();
		return all;
	}

	/** Frames minus their common content, so that a different color matrix hardly matters and motion does. */
	function motion(frames: readonly Uint8Array[]): Float64Array[] {
		const mean = new Float64Array(frames[0]?.length ?? 0);
		for (const frame of frames) {
			for (const [at, value] of frame.entries()) mean[at] = (mean[at] ?? 0) + value / frames.length;
		}
		return frames.map((frame) => Float64Array.from(frame, (value, at) => value - (mean[at] ?? 0)));
	}

	function nearest(wanted: Float64Array, all: readonly Float64Array[]): number {
		const distances = all.map((other) =>
			wanted.reduce((sum, value, at) => sum + Math.abs(value - (other[at] ?? 0)), 0),
		);
		return distances.indexOf(Math.min(...distances));
	}

	test.each([
		["b-frames.mp4", [0, 11, 12, 30, 47]],
		["open-gop.mkv", [10, 11, 12, 13]],
		["odd-vp9.webm", [0, 5, 11]],
		["hidden-vp8.webm", [3, 12, 23]],
		["uneven.mp4", [9, 10, 19]],
		["edit.mp4", [0, 1, 23]],
		["av1.mkv", [0, 12, 23]],
		["turned-90.mp4", [0, 20]],
	])("%s: the very frames asked for", async (file, some) => {
		const options: FrameOptions = { rotation: file.startsWith("turned") ? "apply" : "ignore" };
		const here = await framesHere(file, options);
		const every = here.map((_, frame) => frame);
		const there = await pixelsInPage(file, every, options);
		const ours = motion(here);
		// A clip may repeat an image; then the first copy is just as correct.
		const same = (frame: number) =>
			here.findIndex((other) => Buffer.from(other).equals(here[frame] ?? other));
		expect(motion(there).map((frame) => nearest(frame, ours))).toEqual(every.map(same));
		expect(await pixelsInPage(file, some, options)).toEqual(some.map((frame) => there[frame]));
	});

	test.each(["bt601.mp4", "bt709.mp4"])("%s: a tagged matrix is heeded, pixels are close", async (file) => {
		const here = await framesHere(file);
		for (const [place, theirs] of (await pixelsInPage(file, [0, 4])).entries()) {
			const { mean, most } = difference(here[4 * place] ?? theirs, theirs);
			expect(mean).toBeLessThan(2);
			expect(most).toBeLessThan(24);
		}
	});

	test("another size", async () => {
		const [scaled] = await inPage("b-frames.mp4", [5], { size: { width: 48, height: 32 } });
		expect(scaled).toMatchObject({ frame: 5, width: 48, height: 32 });
		expect(Buffer.from(scaled?.pixels ?? "", "base64").length).toBe(48 * 32 * 3);
	});
});
