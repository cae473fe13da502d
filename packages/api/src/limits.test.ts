import { expect, test } from "vitest";
import { base64Bytes, limitBreaches, limitError } from "./limits.ts";
import type { ApiLimits } from "./providers/model.ts";

const LIMITS: ApiLimits = {
	maxSide: 8000,
	minSide: 10,
	maxRatio: 200,
	maxImages: 3,
	manyImages: { over: 2, maxSide: 2000 },
	maxImageBytes: { bytes: 4000, of: "base64" },
	maxRequestBytes: 8000,
	source: "a page",
};
const image = (width: number, height: number, bytes?: number) => ({
	media: { kind: "image", width, height } as const,
	...(bytes === undefined ? {} : { bytes }),
});

test("every broken limit is told, with its item", () => {
	const found = limitBreaches("Model", LIMITS, [
		image(8001, 9, 3001),
		image(2001, 2001, 3000),
		undefined,
		image(100, 100),
		image(100, 100),
	]);
	expect(found.map(({ limit, item }) => [limit, item])).toEqual([
		["side-too-short", 0],
		["too-narrow", 0],
		["side-too-long", 0],
		["image-too-large", 0],
		["too-many-large-images", 1],
		["too-many-images", undefined],
		["request-too-large", undefined],
	]);
	expect(found[3]?.message).toBe("Model: 8001x9: 4004 bytes as base64, at most 4000; compress or shrink it");
	expect(limitError(found).message).toBe(
		"Model: 8001x9: each side must be at least 10 px; enlarge or pad it (and 6 more)",
	);
});

test("exactly at every limit nothing is broken", () => {
	expect(limitBreaches("Model", LIMITS, [image(8000, 40, 3000), image(2000, 10, 3000)])).toEqual([]);
	expect(limitBreaches("Model", LIMITS, [image(2000, 10), image(10, 2000), image(10, 10)])).toEqual([]);
	expect(limitBreaches("Model", { source: "none" }, [image(1, 1e6, 1e12)])).toEqual([]);
	expect([0, 1, 2, 3, 4].map(base64Bytes)).toEqual([0, 4, 4, 4, 8]);
});

test("a video is no image", () => {
	const video = { media: { kind: "video", width: 9000, height: 9000, frames: 10 } as const };
	expect(limitBreaches("Model", LIMITS, [video, video, video, video])).toEqual([]);
});
