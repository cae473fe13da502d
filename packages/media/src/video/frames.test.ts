/** Decoded frames against the `ffmpeg` command's: every clip in fixtures/frames.json, with both Node decoders. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import { afterAll, describe, expect, test, vi } from "vitest";
import { openVideo, VIDEO_DECODERS, type VideoDecoderName } from "./open.ts";
import { hasCommand } from "./testing/has-command.ts";
import type { FrameOptions, Video } from "./video.ts";

const FOLDER = new URL("fixtures/", import.meta.url);

interface Clip {
	readonly width: number;
	readonly height: number;
	readonly rotation: number;
	readonly timeBase: string;
	/** Timestamp, decoding time, bytes and flags, as ffprobe prints them, in file order. */
	readonly packets: readonly (readonly [string | number | null, string | number | null, number, string])[];
	readonly pts: readonly (number | null)[];
	readonly frames: readonly string[];
	readonly scaled: readonly string[];
	readonly turned?: readonly string[];
}

const { clips }: { clips: Record<string, Clip> } = JSON.parse(
	readFileSync(new URL("frames.json", FOLDER), "utf8"),
);

const pathOf = (name: string) => fileURLToPath(new URL(name, FOLDER));

async function hashes(video: Video, frames: readonly number[], options?: FrameOptions): Promise<string[]> {
	const found: string[] = [];
	for await (const { frame, image } of video.frames(frames, options)) {
		expect(frame).toBe(frames[found.length]);
		found.push(createHash("sha256").update(image.data).digest("hex"));
	}
	return found;
}

const every = (total: number, step: number, from = 0) =>
	Array.from({ length: Math.ceil((total - from) / step) }, (_, place) => from + place * step);

function describeDecoder(decoder: VideoDecoderName): void {
	test.each(Object.entries(clips))("%s", async (name, clip) => {
		const video = await openVideo(pathOf(name), { decoder, threads: 1 });
		try {
			const { index, width, height, rotation } = video;
			expect({ width, height, rotation }).toEqual({
				width: clip.width,
				height: clip.height,
				rotation: clip.rotation,
			});
			expect(`${index.timeBase.numerator}/${index.timeBase.denominator}`).toBe(clip.timeBase);
			const packets = index.packets.map(({ pts, dts, bytes, isKey, isShown }) => [
				pts ?? null,
				dts ?? null,
				bytes,
				(isKey ? "K" : "") + (isShown ? "" : "D"),
			]);
			expect(packets).toEqual(clip.packets);
			if (index.isTimed) expect(index.frames.map(({ pts }) => pts)).toEqual(clip.pts);
			const total = clip.frames.length;
			expect(index.frames.length).toBe(total);
			expect(await hashes(video, every(total, 1))).toEqual(clip.frames);
			// Widely spaced frames start at other key frames than neighboring ones.
			const some = every(total, 7, 3);
			expect(await hashes(video, some)).toEqual(some.map((frame) => clip.frames[frame]));
			const last = total - 1;
			expect(await hashes(video, [last, last])).toEqual([clip.frames[last], clip.frames[last]]);
			const fifths = every(total, 5);
			expect(await hashes(video, fifths, { size: { width: 40, height: 30 } })).toEqual(clip.scaled);
			if (clip.turned === undefined) return;
			expect(await hashes(video, fifths, { rotation: "apply" })).toEqual(clip.turned);
		} finally {
			await video.close();
		}
	});

	test("every frame alone, in clips whose key frames are not all starting points", async () => {
		for (const name of ["open-gop.mp4", "hevc-open-gop.mp4", "refresh.mp4", "edit.mp4"]) {
			const clip = clips[name];
			const video = await openVideo(pathOf(name), { decoder, threads: 1 });
			// One process per frame is slow, so the command is tested on the frames around each key frame.
			const step = decoder === "ffmpeg" ? 11 : 1;
			for (const frame of every(video.index.frames.length, step, 1)) {
				expect(await hashes(video, [frame]), `${name} ${frame}`).toEqual([clip?.frames[frame]]);
			}
			await video.close();
		}
	});

	test("exiting a loop early leaves the decoder ready", async () => {
		const video = await openVideo(pathOf("b-frames.mp4"), { decoder });
		for (let round = 0; round < 3; round++) {
			for await (const { frame } of video.frames(every(48, 1))) if (frame === 20) break;
		}
		expect(await hashes(video, [47])).toEqual([clips["b-frames.mp4"]?.frames[47]]);
		await video.close();
	});

	test("gives up a decoder without progress", async () => {
		const path = pathOf("b-frames.mp4");
		await expect(openVideo(path, { decoder, timeoutSeconds: 0.001 })).rejects.toThrow(
			`${path}: decoding stood still for 0.001 s; raise timeoutSeconds or leave it out`,
		);
	});

	test("closing ends the loop", async () => {
		const video = await openVideo(pathOf("b-frames.mp4"), { decoder });
		const read = async () => {
			for await (const { frame } of video.frames(every(48, 1))) if (frame === 2) await video.close();
		};
		await expect(read()).rejects.toThrow("is closed; open it again");
	});

	test("an abort ends the loop with the signal's reason", async () => {
		const controller = new AbortController();
		const video = await openVideo(pathOf("b-frames.mp4"), { decoder, signal: controller.signal });
		const reason = new Error("enough");
		const read = async () => {
			for await (const { frame } of video.frames(every(48, 1))) if (frame === 2) controller.abort(reason);
		};
		await expect(read()).rejects.toBe(reason);
		await video.close();
	});
}

for (const decoder of VIDEO_DECODERS) {
	describe.skipIf(decoder === "ffmpeg" && !hasCommand("ffmpeg"))(decoder, () => describeDecoder(decoder));
}

describe("bad requests", () => {
	const opened = openVideo(pathOf("b-frames.mp4"));
	afterAll(async () => (await opened).close());
	const read = async (frames: readonly number[], options?: FrameOptions) => {
		for await (const _ of (await opened).frames(frames, options));
	};

	test("frames there are not", async () => {
		await expect(read([48])).rejects.toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: frame 48: this video has whole numbers from 0 to 47]`,
		);
		await expect(read([-1])).rejects.toThrow(OnevisionError);
		await expect(read([1.5])).rejects.toThrow(OnevisionError);
	});

	test("frames out of order", async () => {
		await expect(read([5, 3])).rejects.toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: frame 3 after 5: frames come in the order of display; sort them]`,
		);
	});

	test("impossible frame sizes", async () => {
		await expect(read([0], { size: { width: 0, height: 5 } })).rejects.toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: size 0x5: expected whole numbers from 1, px]`,
		);
		const huge = { width: 100_000, height: 100_000 };
		await expect(read([0], { size: huge })).rejects.toThrow("67108864 px");
	});

	test("two loops at once", async () => {
		const video = await opened;
		for await (const _ of video.frames([0, 1])) {
			await expect(read([2])).rejects.toThrow("being read already");
		}
	});

	test("none", async () => {
		await expect(read([])).resolves.toBeUndefined();
	});

	test("files that are no videos", async () => {
		const still = fileURLToPath(new URL("../fixtures/png-rgb.png", import.meta.url));
		await expect(openVideo("no-such.mp4")).rejects.toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: no-such.mp4: no such file; check the path]`,
		);
		await expect(openVideo(still)).rejects.toThrow("an image (png), not a video");
		await expect(openVideo("b.mp4", { decoder: "ffmepg" as "ffmpeg" })).rejects.toThrow(
			'decoder "ffmepg": there are',
		);
	});

	test("a decoder that is not there", async () => {
		vi.stubEnv("PATH", "");
		const opened = openVideo(pathOf("bt601.mp4"), { decoder: "ffmpeg" });
		await expect(opened).rejects.toThrow(
			"the commands ffmpeg and ffprobe are not there; install FFmpeg 4.4 or later",
		);
		vi.unstubAllEnvs();
	});

	test("a closed video", async () => {
		const video = await openVideo(pathOf("bt601.mp4"));
		await video.close();
		await expect(video.frames([0]).next()).rejects.toThrow("is closed; open it again");
	});
});
