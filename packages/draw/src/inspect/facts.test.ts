/** The numbers on a page: each is a field of the layout, and none that determines the tokens is missing. */

import { CHECKPOINT_IDS, createCounterFrom, type ItemLayout } from "@onevision/core";
import { expect, test } from "vitest";
import { factsOf, notesOf, partsOf, tokensText } from "./facts.ts";

function layoutOf(
	model: string,
	settings = {},
	item: object = { kind: "image", width: 1654, height: 2339 },
): ItemLayout {
	const [layout] = createCounterFrom(model, settings).count({ media: [item as never] }).items;
	if (layout === undefined) throw new Error("no layout");
	return layout;
}
const lines = (layout: ItemLayout) =>
	[...factsOf(layout), ...partsOf(layout)].map(({ name, value }) => `${name}: ${value}`);

test("a document under LLaVA-OneVision: tiles, unpadding and the cap", () => {
	const layout = layoutOf("llava-onevision-qwen2-7b-ov");
	expect(lines(layout)).toEqual([
		"source: 1654×2339 px",
		"canvas: 1920×2304 px",
		"image on it: 1630×2304 px",
		"tiles: 6×5 of 384×384 px",
		"views: 31",
		"patches of a view: 27×27",
		"tower tokens: 22,599",
		"stitched: 162×135",
		"after unpadding: 162×115",
		"after the cap: 96×68",
		"overview: 729",
		"grid: 6,528",
		"newlines: 96",
	]);
	expect(tokensText(layout)).toBe("7,353");
});

test("omits steps that change nothing; queries are not a grid", () => {
	expect(lines(layoutOf("blip2-opt-2.7b"))).toEqual([
		"source: 1654×2339 px",
		"canvas: 224×224 px",
		"views: 1",
		"patches of a view: 16×16",
		"tower tokens: 256",
		"queries of a view: 32",
		"grid: 32",
	]);
});

test("a clip has frames and pooling", () => {
	const clip = { kind: "video", width: 640, height: 360, frames: 288, fps: 24 };
	expect(lines(layoutOf("llava-onevision-qwen2-7b-ov", { num_frames: 12 }, clip))).toEqual([
		"source: 640×360 px",
		"canvas: 384×384 px",
		"frames used: 12",
		"views: 12",
		"patches of a view: 27×27",
		"tower tokens: 8,748",
		"pooled to: 14×14",
		"grid: 2,352",
		"newlines: 1",
	]);
});

test.each(CHECKPOINT_IDS)("%s: the parts sum to the tokens", (model) => {
	const layout = layoutOf(model, {}, { kind: "image", width: 1107, height: 820 });
	const sum = partsOf(layout).reduce((total, { value }) => total + Number(value.replaceAll(",", "")), 0);
	expect(sum).toBe(layout.visualTokens);
});

test("writes a range as such, with its reason among the notes", () => {
	const layout = { ...layoutOf("llava-1.5-7b"), range: { min: 1000, max: 2000, why: "it depends" } };
	expect(tokensText(layout)).toBe("1,000–2,000");
	expect(notesOf(layout)).toEqual(["a range, not a count: it depends"]);
});
