/** Many samples under one model: what is counted, what is refused, and how both are reported. */

import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { createAnyCounter } from "./any-counter.ts";
import type { NamedSample } from "./compare/comparison.ts";
import { countJson, countLine, countSamples } from "./count-samples.ts";

const named = (name: string, width: number, height: number): NamedSample => ({
	name,
	items: [name],
	sample: { id: name, media: [{ kind: "image", width, height }] },
});
const clip: NamedSample = {
	name: "clip",
	items: ["clip"],
	sample: { id: "clip", media: [{ kind: "video", width: 640, height: 360, frames: 90, fps: 30 }] },
};

test("a refused sample is reported and does not stop the others", () => {
	const counter = createAnyCounter("llava-1.5-7b", {});
	const counts = countSamples(counter, [clip, named("a", 640, 480), named("b", 30, 40)]);
	expect(counts.counted.map(({ sample }) => sample.name)).toEqual(["a", "b"]);
	const json = countJson({ counter, ...counts, leftOut: [] });
	expect(json).toMatchObject({
		model: "llava-1.5-7b",
		summary: { samples: 2, visualTokens: { total: 2 * 576 } },
		samples: [{ id: "a", visualTokens: 576 }, { id: "b" }],
		failed: [{ id: "clip", code: "unsupported" }],
	});
	expect(json).not.toHaveProperty("loading");
	expect(countJson({ counter, counted: [], failed: [], leftOut: [], loading: "stored" })).toMatchObject({
		summary: { samples: 0 },
		loading: "stored",
	});
});

test("a line holds its count or its error, under its id", () => {
	const counter = createAnyCounter("llava-onevision-qwen2-7b-ov", { num_frames: 8 });
	const counted = countLine(counter, { line: 1, id: "x", sample: clip.sample });
	expect(counted).toMatchObject({ id: "x", items: [{ frames: 8, wrapper: { markers: 0 } }] });
	expect(JSON.stringify(counted)).not.toContain("frameIndices");
	const error = new OnevisionError("invalid-input", "line is not JSON");
	expect(countLine(counter, { line: 7, sample: error })).toEqual({
		line: 7,
		error: "line is not JSON",
		code: "invalid-input",
	});
});
