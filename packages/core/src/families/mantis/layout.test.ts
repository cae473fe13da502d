import { expect, test } from "vitest";
import { mantisSiglip } from "./layout.ts";

test.each([
	["SigLIP at 384 px", { tile: 384, patch: 14 }, 729],
	["CLIP at 336 px", { tile: 336, patch: 14 }, 576],
])("%s", (_name, constants, tokens) => {
	const { image } = mantisSiglip.counter(constants, {}, "original");
	const layout = image({ kind: "image", width: 1920, height: 1080 }, 12);
	expect([layout.visualTokens, layout.towerTokens]).toEqual([tokens, tokens]);
	expect(layout.wrapper.text).toEqual(["(image 12: <Image>", "</Image>)"]);
	expect(layout.wrapper.estimatedTextTokens).toBeGreaterThan(5);
});

test("video is refused", () => {
	const { video } = mantisSiglip.counter({ tile: 384, patch: 14 }, {}, "original");
	expect(() => video({ kind: "video", width: 1, height: 1, frames: 1 })).toThrow(
		expect.objectContaining({ code: "unsupported" }),
	);
});
