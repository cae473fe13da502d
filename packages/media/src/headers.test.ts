/** Every fixture against what Pillow, libheif, ffprobe and PyAV read from it (fixtures/headers.json, oracle/media_headers.py). */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bytesSource, readHeader, readImageHeader, readVideoHeader } from "./node.ts";

interface ImageGolden {
	readonly kind: "image";
	readonly format: string;
	readonly width: number;
	readonly height: number;
	readonly orientation: number;
}

interface VideoGolden {
	readonly kind: "video";
	readonly format: string;
	readonly width: number;
	readonly height: number;
	readonly rotation: number;
	/** Whether PyAV lists a stream of sound. */
	readonly hasAudio: boolean;
	/** Frames PyAV hands out. */
	readonly decodedFrames: number;
	readonly averageFrameRate: number;
}

const folder = fileURLToPath(new URL("fixtures/", import.meta.url));
const goldens = (
	JSON.parse(readFileSync(`${folder}headers.json`, "utf8")) as {
		files: Record<string, ImageGolden | VideoGolden>;
	}
).files;

/** ffprobe's average_frame_rate differs on purpose: it leaves out the last frame's duration, or takes the nominal rate. */
const VARIABLE_RATES: Record<string, number> = {
	"mp4-variable-rate.mp4": 16 / ((28 * 1001) / 24000),
	// The last frame lasts 41.708333 ms, 41 in the clock of the file.
	"mkv-variable-rate.mkv": 16 / (1.126 + 0.041),
};

test("every file has a golden and every golden a file", () => {
	const files = readdirSync(folder).filter((name) => name !== "headers.json");
	expect(files.sort()).toEqual(Object.keys(goldens).sort());
});

for (const [name, golden] of Object.entries(goldens)) {
	test(name, async () => {
		const header = await readHeader(folder + name);
		const bytes = new Uint8Array(readFileSync(folder + name));
		if (golden.kind === "image") {
			expect(header).toEqual(golden);
			expect(readImageHeader(bytes)).toEqual(golden);
			return;
		}
		const { format, width, height, rotation, hasAudio, decodedFrames } = golden;
		expect(header).toMatchObject({ kind: "video", format, width, height, rotation, hasAudio });
		expect(header).toMatchObject({ frames: decodedFrames });
		expect(header).toMatchObject({ framesExact: true });
		expect(await readVideoHeader(bytes)).toEqual(header);
		expect(await readVideoHeader(new Blob([bytes]))).toEqual(header);
		if (header.kind !== "video") return;
		const rate = VARIABLE_RATES[name] ?? golden.averageFrameRate;
		expect(Math.abs((header.fps ?? 0) / rate - 1)).toBeLessThan(1e-7);
		expect(header.durationSeconds).toBeCloseTo(decodedFrames / rate, 6);
	});
}

test("applyOrientation swaps sides for a quarter turn and leaves nothing to apply", async () => {
	const options = { applyOrientation: true };
	expect(await readHeader(`${folder}jpeg-thumbnail-before-size.jpg`, options)).toEqual({
		kind: "image",
		format: "jpeg",
		width: 43,
		height: 61,
		orientation: 1,
		appliedOrientation: 6,
	});
	expect(await readHeader(`${folder}jpeg-xmp-then-exif.jpg`, options)).toMatchObject({
		width: 61,
		orientation: 1,
	});
	expect(await readHeader(`${folder}tiff-orientation-6.tif`, options)).toMatchObject({
		width: 21,
		height: 31,
	});
	expect(await readHeader(`${folder}mp4-turned-quarter.mp4`, options)).toMatchObject({
		width: 48,
		height: 64,
		rotation: 0,
	});
	expect(await readHeader(`${folder}mp4-turned-half.mov`, options)).toMatchObject({ width: 64, rotation: 0 });
});

test("a reader says what it was given instead", async () => {
	const jpeg = new Uint8Array(readFileSync(`${folder}jpeg-baseline.jpg`));
	const clip = new Uint8Array(readFileSync(`${folder}avi-mpeg4.avi`));
	expect(() => readImageHeader(clip)).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: is a video (avi), not an image; give jpeg, png, webp, gif, bmp, tiff, avif, heic]`,
	);
	await expect(readVideoHeader(bytesSource(jpeg))).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: is an image (jpeg), not a video; give mp4, mov, mkv, webm, avi]`,
	);
});

test("frames are estimated from the rate when there are too many bytes to walk", async () => {
	const bytes = new Uint8Array(readFileSync(`${folder}mkv-long.mkv`));
	const exact = await readVideoHeader(bytes);
	const reckoned = await readVideoHeader(bytes, { maxCountBytes: 1000 });
	expect(exact).toMatchObject({ frames: 600, fps: 24, durationSeconds: 25, framesExact: true });
	expect(reckoned).toMatchObject({ frames: 600, fps: 24, durationSeconds: 25, framesExact: false });
});
