/** Frames listed without a decoder, against ffprobe's packets, and thousands of damaged files. */

import { readFileSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { readFrameIndex } from "./read-index.ts";

const FOLDER = new URL("fixtures/", import.meta.url);

interface Clip {
	readonly timeBase: string;
	readonly packets: readonly (readonly [number | null, unknown, number, string])[];
	readonly pts: readonly (number | null)[];
}

const { clips }: { clips: Record<string, Clip> } = JSON.parse(
	readFileSync(new URL("frames.json", FOLDER), "utf8"),
);
const listed = Object.entries(clips).filter(([name]) => !name.endsWith(".avi"));
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, FOLDER)));

test.each(listed)("%s", async (name, { timeBase, packets, pts }) => {
	const index = await readFrameIndex(read(name));
	// Frames, sizes and key frames in display order; the clock may start elsewhere.
	const shown = packets.filter(([, , , flags]) => !flags.includes("D"));
	const ordered = [...shown].sort(([a], [b]) => (a ?? 0) - (b ?? 0));
	expect(index.frames.map(({ bytes, isKey }) => [bytes, isKey])).toEqual(
		ordered.map(([, , bytes, flags]) => [bytes, flags.includes("K")]),
	);
	const tick = 1 / Number(timeBase.split("/")[1]);
	const [first = 0] = pts.map((time) => time ?? 0);
	for (const [frame, { seconds }] of index.frames.entries()) {
		const expected = ((pts[frame] ?? 0) - first) * tick;
		expect(Math.abs(seconds - (index.frames[0]?.seconds ?? 0) - expected)).toBeLessThan(tick + 1e-9);
	}
});

test("AVI is refused with what to do", async () => {
	await expect(readFrameIndex(read("odd-jpeg.avi"))).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: frames of an AVI are not listed without a decoder: AVI lists no times; openVideo reads it with FFmpeg]`,
	);
});

test("damaged files are listed or refused", async () => {
	let state = 1;
	const random = (below: number) => {
		state = Math.imul(state, 1_103_515_245) + 12_345;
		return ((state >>> 8) & 0xffff) % below;
	};
	for (const name of ["b-frames.mp4", "fragments.mp4", "edit.mp4", "open-gop.mkv", "hidden-vp8.webm"]) {
		const bytes = read(name);
		for (let run = 0; run < 40; run++) {
			const copy = bytes.slice();
			for (let change = 0; change <= random(8); change++) copy[random(copy.length)] = random(256);
			const cut = run % 6 === 0 ? copy.subarray(0, random(copy.length)) : copy;
			try {
				const { frames } = await readFrameIndex(cut);
				expect(frames.length).toBeGreaterThan(0);
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
			}
		}
	}
});
