/**
 * Frame counts against decoders. Each clip's header claims a different count from what is decoded; every counter
 * reads it, and a decoder runs to the last frame. fixtures/counts.json holds FFmpeg's results
 * (oracle/video_counts.py).
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { readVideoHeader, type VideoHeader } from "./header.ts";
import { openVideo, type VideoDecoderName } from "./open.ts";
import { readFrameIndex } from "./read-index.ts";
import { hasCommand } from "./testing/has-command.ts";

interface Golden {
	readonly width: number;
	readonly height: number;
	/** Frame count in the track header; 0 in MKV. */
	readonly claimed: number;
	readonly tracks?: number;
	readonly track?: number;
	readonly frames: number;
}

const FOLDER = new URL("fixtures/", import.meta.url);
const { clips }: { clips: Record<string, Golden> } = JSON.parse(
	readFileSync(new URL("counts.json", FOLDER), "utf8"),
);
const pathOf = (name: string) => fileURLToPath(new URL(`counts/${name}`, FOLDER));
const bytesOf = (name: string) => new Uint8Array(readFileSync(pathOf(name)));

const whatOf = ({ width, height, frames, tracks, track }: VideoHeader) => ({
	width,
	height,
	frames,
	...(tracks !== undefined && { tracks, track }),
});

test.each(Object.entries(clips))("header of %s", async (name, { claimed: _, ...golden }) => {
	const header = await readVideoHeader(bytesOf(name));
	expect(whatOf(header)).toEqual(golden);
	expect(header.framesExact).toBe(true);
});

test.each(Object.entries(clips))("index of %s without a decoder", async (name, { frames }) => {
	const index = await readFrameIndex(bytesOf(name)).catch((error: unknown) => error);
	const isRefused = name.endsWith(".avi") || name === "fragments-behind.mp4";
	if (isRefused) expect(index).toMatchObject({ code: "unsupported" });
	else expect(index).toMatchObject({ frames: { length: frames } });
});

function describeDecoder(decoder: VideoDecoderName): void {
	test.each(Object.entries(clips))("%s", async (name, { width, height, frames, tracks, track }) => {
		const header = await readVideoHeader(bytesOf(name));
		const video = await openVideo(pathOf(name), { decoder, threads: 1 });
		try {
			expect(video).toMatchObject({ width, height, ...(tracks !== undefined && { tracks, track }) });
			const { index } = video;
			expect(index.frames.length).toBe(frames);
			expect((index.fps ?? 0) / (header.fps ?? 0)).toBeCloseTo(1, 9);
			expect((index.durationSeconds ?? 0) / (header.durationSeconds ?? 0)).toBeCloseTo(1, 9);
			let decoded = 0;
			for await (const { image } of video.frames(index.frames.map((_, frame) => frame))) {
				expect(image.data.length).toBe(width * height * 3);
				decoded++;
			}
			expect(decoded).toBe(frames);
		} finally {
			await video.close();
		}
	});
}

describe("node-av decodes what was counted", () => describeDecoder("node-av"));
describe.runIf(hasCommand("ffmpeg"))("the ffmpeg command decodes what was counted", () =>
	describeDecoder("ffmpeg"),
);

test("frames of a gap in an AVI keep their times, with B-frames too", async () => {
	for (const name of ["gap.avi", "gap-b-frames.avi"]) {
		const video = await openVideo(pathOf(name), { decoder: "node-av", threads: 1 });
		const ticks = video.index.frames.map(({ seconds }) => Math.round(seconds * 24));
		await video.close();
		const steps = ticks.slice(1).map((tick, place) => tick - (ticks[place] ?? 0));
		// 21 consecutive frames of 48 are missing.
		expect(
			steps.filter((step) => step !== 1),
			name,
		).toEqual([22]);
	}
});

test("an index that points outside the file, or that is longer than itself, is damage", async () => {
	const bytes = bytesOf("gap-opendml.avi");
	const view = new DataView(bytes.buffer);
	const at = Buffer.from(bytes).indexOf("indx") + 8 + 24;
	const place = Number(view.getBigUint64(at, true));
	for (const wrong of [bytes.length * 2, 2 ** 60]) {
		view.setBigUint64(at, BigInt(wrong), true);
		await expect(readVideoHeader(bytes)).rejects.toThrow(OnevisionError);
	}
	view.setBigUint64(at, BigInt(place), true);
	view.setUint32(place + 8 + 4, 1_000_000, true);
	await expect(readVideoHeader(bytes)).rejects.toThrow("has an index longer than its chunk");
});

/** Forged tables once made track selection loop forever. One second each is far more than any file needs. */
test("damaged indexes, tables and tracks are refused or counted quickly", async () => {
	let seed = 7;
	const below = (limit: number) => {
		seed = (seed * 1_103_515_245 + 12_345) & 0x7fff_ffff;
		return seed % limit;
	};
	const names = ["gap.avi", "gap-opendml.avi", "gap-no-index.avi", "fragments-behind.mp4", "two-tracks.mp4"];
	for (const name of [...names, "still-first.mov", "second-track.mkv"]) {
		const clean = bytesOf(name);
		for (let run = 0; run < 60; run++) {
			const bytes = clean.slice();
			const near = Math.min(bytes.length, 4000);
			for (let change = 0; change <= below(6); change++) {
				const at = below(near);
				bytes[run % 2 === 0 ? at : bytes.length - 1 - at] = below(4) === 0 ? 255 : below(256);
			}
			const header = await readVideoHeader(bytes).catch((error: unknown) => error);
			if (!(header instanceof OnevisionError)) expect(header, `${name} ${run}`).toHaveProperty("frames");
		}
	}
}, 60_000);
