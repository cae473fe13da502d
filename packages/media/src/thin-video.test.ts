/** Videos with fewer frames: which, when, and that decoders read them. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { thinnedItem, thinVideo } from "./thin-video.ts";
import { openVideo } from "./video/open.ts";
import { hasCommand } from "./video/testing/has-command.ts";

const TURNED = fileURLToPath(new URL("video/fixtures/turned-90.mp4", import.meta.url));
const ITEM = { kind: "video", width: 96, height: 64, frames: 48, fps: 24, hasAudio: false } as const;

test.skipIf(!hasCommand("ffmpeg"))("evenly spaced frames at their own times, upright", async () => {
	const { bytes, mimeType } = await thinVideo(readFileSync(TURNED), ITEM, 5);
	expect(mimeType).toBe("video/x-msvideo");
	const folder = mkdtempSync(join(tmpdir(), "onevision-thin-"));
	const path = join(folder, "thin.avi");
	writeFileSync(path, bytes);
	const [thin, whole] = await Promise.all(
		[path, TURNED].map((each) => openVideo(each, { decoder: "ffmpeg" })),
	);
	if (thin === undefined || whole === undefined) throw new Error("not opened");
	const { width, height, index } = thin;
	expect({
		kind: "video",
		width,
		height,
		hasAudio: false,
		frames: index.frames.length,
		fps: index.fps,
	}).toEqual(thinnedItem(ITEM, 5, 90));
	expect([width, height, index.fps]).toEqual([64, 96, 2.5]);
	expect(index.frames.map(({ seconds }) => seconds.toFixed(3))).toEqual(
		[0, 0.4, 0.8, 1.2, 1.6].map((seconds) => seconds.toFixed(3)),
	);
	// JPEG changes pixels a little; a neighboring frame differs more.
	const frames = thin.frames([0, 1, 2, 3, 4]);
	for await (const { image } of whole.frames([0, 9, 19, 28, 38], { rotation: "apply" })) {
		const { value } = await frames.next();
		const found = value?.image.data ?? new Uint8Array();
		const difference = image.data.reduce((sum, each, at) => sum + Math.abs(each - (found[at] ?? 255)), 0);
		expect(difference / image.data.length).toBeLessThan(4);
	}
	await Promise.all([thin.close(), whole.close()]);
	rmSync(folder, { recursive: true });
});

test.skipIf(!hasCommand("ffmpeg"))("what is no video is refused without its path", async () => {
	const error = await thinVideo(new Uint8Array(1000), ITEM, 5).catch((each: unknown) => each);
	expect(error).toMatchObject({
		...{ code: "unreadable-file", message: expect.not.stringContaining("onevision-video-") },
	});
});

test("no item for a video without a rate, or too many frames", () => {
	const { fps: _fps, ...unrated } = ITEM;
	expect(thinnedItem(unrated, 5)).toBeUndefined();
	expect(thinnedItem({ ...ITEM, frames: 4800 }, 2000)).toBeUndefined();
	expect(thinnedItem({ ...ITEM, frames: 4800 }, 3)).toMatchObject({ frames: 3, fps: 3 / 200 });
});
