/**
 * Damaged and forged clips, through the index and the decoders: each must give a result or an error in time, and
 * never crash.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import { afterAll, describe, expect, test } from "vitest";
import { frameIndexOf } from "./frame-index.ts";
import { BadInput } from "./node-av/input.ts";
import { rowsOf } from "./node-av/protocol.ts";
import { openSession } from "./node-av/session.ts";
import { openVideo, VIDEO_DECODERS, type VideoDecoderName } from "./open.ts";
import { planRuns } from "./runs.ts";
import { hasCommand } from "./testing/has-command.ts";

const folder = mkdtempSync(join(tmpdir(), "onevision-video-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) =>
	new Uint8Array(readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))));

/** Seeded random integers below `below` (mulberry32). */
function generator(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
	};
}

/** Changes some bytes at random positions, and truncates one file in six. */
function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
	const copy = bytes.slice();
	for (let change = 0; change <= random(12); change++) copy[random(copy.length)] = random(256);
	return random(6) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}

/** Opens a file, decodes every fifth frame, and counts the outcomes. */
async function tryFile(path: string, decoder: VideoDecoderName, counts: Map<string, number>): Promise<void> {
	const note = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
	try {
		const video = await openVideo(path, { decoder, threads: 1, timeoutSeconds: 20 });
		const wanted = video.index.frames.flatMap((_, frame) => (frame % 5 === 0 ? [frame] : [])).slice(0, 50);
		let answered = 0;
		try {
			for await (const { frame, image } of video.framesOrMissing(wanted, {
				size: { width: 16, height: 16 },
			})) {
				expect(frame).toBe(wanted[answered++]);
				note(image === undefined ? "missing" : "frame");
			}
		} finally {
			await video.close();
		}
		expect(answered).toBe(wanted.length);
		note("opened");
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		expect(error.message).not.toContain("\n");
		note(error.code);
	}
}

/** Mutations per clip through the full decoder. Each one starts a thread or two processes. */
const WHOLE_RUNS: Readonly<Record<VideoDecoderName, number>> = { "node-av": 2, ffmpeg: 1 };
/** Mutations per clip through node-av in this thread: all are listed, every fourth is decoded. */
const DIRECT_RUNS = 300;
const CLIPS = [
	"b-frames.mp4",
	"hevc-open-gop.mp4",
	"odd-vp9.webm",
	"hidden-vp8.webm",
	"av1.mkv",
	"h264.avi",
	"odd-jpeg.avi",
	"fragments.mp4",
	"edit.mp4",
];

const DEMUXERS: Readonly<Record<string, string>> = {
	mp4: "mov",
	mkv: "matroska",
	webm: "matroska",
	avi: "avi",
};

/** Lists a file, and decodes it if asked, without a thread: a crash would end the test run. */
function tryDirectly(path: string, decode: boolean): void {
	const demuxer = DEMUXERS[path.split(".").at(-1) ?? ""] ?? "";
	const nothing = () => undefined;
	try {
		const setup = { path, demuxer, track: 0, threads: 1, shared: new SharedArrayBuffer(16) };
		const session = openSession(setup, nothing);
		try {
			const { packets, timeBase } = session.opened;
			const index = frameIndexOf(rowsOf(packets), timeBase);
			const wanted = index.frames.flatMap((_, frame) => (frame % 5 === 0 ? [frame] : [])).slice(0, 20);
			const options = { size: { width: 16, height: 16 }, appliesRotation: false };
			const isWanted = new Set(wanted);
			const onFrame = (frame: number, pixels: Uint8Array) => {
				expect(isWanted.delete(frame)).toBe(true);
				expect(pixels.length).toBe(16 * 16 * 3);
			};
			if (decode) session.run({ runs: planRuns(index, wanted, 4), options }, nothing, onFrame);
		} finally {
			session.close();
		}
	} catch (error) {
		if (!(error instanceof OnevisionError || error instanceof BadInput)) throw error;
	}
}

test.each(CLIPS)("thousands of mutations: %s", (name) => {
	const bytes = read(name);
	const random = generator(bytes.length + 1);
	const path = join(folder, `direct-${name}`);
	for (let run = 0; run < DIRECT_RUNS; run++) {
		writeFileSync(path, mutate(bytes, random));
		tryDirectly(path, run % 4 === 0);
	}
});

test("a program can exit cleanly in the middle of decoding", () => {
	const open = new URL("open.ts", import.meta.url).href;
	const clip = fileURLToPath(new URL("../../../../examples/media/delivery.mp4", import.meta.url));
	const program = `
		const { openVideo } = await import(${JSON.stringify(open)});
		const video = await openVideo(${JSON.stringify(clip)}, { decoder: "node-av" });
		for await (const _ of video.frames(video.index.frames.map((_, frame) => frame))) process.exit(7);`;
	const args = ["--import", "tsx", "-C", "source", "--input-type=module", "-e", program];
	const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
	expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
});

for (const decoder of VIDEO_DECODERS) {
	describe.skipIf(decoder === "ffmpeg" && !hasCommand("ffmpeg"))(decoder, () => {
		test.each(CLIPS)("mutated %s", async (name) => {
			const bytes = read(name);
			const random = generator(bytes.length);
			const counts = new Map<string, number>();
			for (let run = 0; run < WHOLE_RUNS[decoder]; run++) {
				const path = join(folder, `${decoder}-${name}`);
				writeFileSync(path, mutate(bytes, random));
				await tryFile(path, decoder, counts);
			}
			for (const what of counts.keys()) {
				expect(["opened", "frame", "missing", "unreadable-file", "over-limit"]).toContain(what);
			}
		});

		test("a truncated clip lists its remaining frames", async () => {
			const bytes = read("open-gop.mkv");
			const path = join(folder, `cut-${decoder}.mkv`);
			// The second half is zeros, so the file is as long as its header says.
			writeFileSync(path, bytes.slice().fill(0, bytes.length / 2));
			const video = await openVideo(path, { decoder });
			const total = video.index.frames.length;
			expect(total).toBeLessThan(48);
			await video.close();
		});

		test("names a frame whose bytes are missing, and still returns the others", async () => {
			const bytes = read("odd-jpeg.avi");
			const video = await openVideo(
				join(fileURLToPath(new URL("fixtures/", import.meta.url)), "odd-jpeg.avi"),
				{ decoder },
			);
			const { position = 0, bytes: size } = video.index.frames[4] ?? { bytes: 0 };
			await video.close();
			const path = join(folder, `hole-${decoder}.avi`);
			writeFileSync(path, bytes.slice().fill(0, position + 8, position + size));
			const holed = await openVideo(path, { decoder });
			const found: (number | undefined)[] = [];
			for await (const { frame, image } of holed.framesOrMissing([2, 4, 6])) {
				found.push(image === undefined ? undefined : frame);
			}
			expect(found).toEqual([2, undefined, 6]);
			await expect(async () => {
				for await (const _ of holed.frames([2, 4, 6]));
			}).rejects.toThrow("frame 4 of 12 (at 0.33 s) could not be decoded");
			await holed.close();
		});

		test("names that look like options or addresses are names", async () => {
			for (const name of ["-version.mp4", "concat:a|b.mp4", "pipe:0.mp4", "%03d.mp4", "ünï cödé.mp4"]) {
				const path = join(folder, name);
				writeFileSync(path, read("bt601.mp4"));
				const video = await openVideo(path, { decoder });
				for await (const { image } of video.frames([0])) expect(image.width).toBe(96);
				await video.close();
			}
		});

		test("a playlist is not followed", async () => {
			const path = join(folder, "list.mp4");
			writeFileSync(path, "#EXTM3U\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n");
			await expect(openVideo(path, { decoder })).rejects.toThrow("is not a video");
		});

		test("an empty file", async () => {
			const path = join(folder, "empty.mp4");
			writeFileSync(path, "");
			await expect(openVideo(path, { decoder })).rejects.toThrow("is not a video");
		});
	});
}
