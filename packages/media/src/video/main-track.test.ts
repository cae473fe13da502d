import { expect, test } from "vitest";
import { mainTrack, type TrackFacts } from "./main-track.ts";

const track = (facts: Partial<TrackFacts>): TrackFacts => ({
	isDefault: false,
	isForImpaired: false,
	frames: 100,
	bitRate: 0,
	...facts,
});

/** Expected values of the first four come from PyAV 18.1's `streams.best("video")` on files with such tracks. */
test.each([
	["a still before the film", [track({ frames: 1, bitRate: 119_000 }), track({ bitRate: 16_028 })], 1],
	["a still that is the default", [track({ frames: 1, isDefault: true }), track({})], 0],
	["the second is the default", [track({}), track({ isDefault: true })], 1],
	["the first of equals", [track({}), track({})], 0],
	["the higher bit rate", [track({ bitRate: 1 }), track({ bitRate: 2 })], 1],
	["five frames are as good as a hundred", [track({ frames: 5 }), track({ frames: 100 })], 0],
	["not one for people who see badly", [track({ isForImpaired: true }), track({})], 1],
	["a lone track", [], 0],
])("%s", (_, tracks, place) => {
	expect(mainTrack(tracks)).toBe(place);
});
