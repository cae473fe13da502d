/** Media typed as words. */

import { describe, expect, test } from "vitest";
import { parseTyped } from "./typed.ts";

const image = (width: number, height: number) => ({ kind: "image", width, height, turned: false });
const clip = (width: number, height: number, frames: number, fps: number) => ({
	kind: "video",
	...{ width, height, frames, fps },
});

describe("typed sizes", () => {
	test.each([
		["1920x1080", [image(1920, 1080)]],
		["1920 × 1080", [image(1920, 1080)]],
		["1080p image", [image(1920, 1080)]],
		["480p", [image(854, 480)]],
		["4K", [image(3840, 2160)]],
		["3x 640x480", [image(640, 480), image(640, 480), image(640, 480)]],
		["60 s 720p clip", [clip(1280, 720, 1800, 30)]],
		["1.5 min of 640x360 video at 24 fps", [clip(640, 360, 2160, 24)]],
		["1280x720@25 fps 2 h", [clip(1280, 720, 180_000, 25)]],
	])("%s", (text, items) => {
		expect(parseTyped(text)).toEqual([{ name: text.replace(/\s+/g, " "), items }]);
	});

	test("several, separated by commas, semicolons or lines", () => {
		expect(parseTyped("1080p, 10x10;\n 5 s 720p").map(({ items }) => items.length)).toEqual([1, 1, 1]);
	});

	test.each([
		["", "nothing is typed"],
		["a photo", "no size in it"],
		["1920x1080 nice", '"nice" says nothing here'],
		["0x 1080p", "1 to 1000 of a kind"],
		["5000x 1080p", "1 to 1000 of a kind"],
		["720p clip", "a clip needs a duration"],
		["720p at 24 fps", "a rate needs a duration"],
		["48 h 720p clip", "at most 24 hours"],
		["1 ms 720p clip", "no frames in that time"],
	])("%s is refused", (text, why) => {
		expect(() => parseTyped(text)).toThrow(why);
	});
});
