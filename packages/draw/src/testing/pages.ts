/** Inspection pages for every way that a model lays out images; inspect/goldens stores their reviewed pixels. */

import { createCounterFrom } from "@onevision/core";
import type { RgbImage } from "@onevision/media";
import { createProcessor } from "@onevision/media";
import {
	framesToShow,
	type InspectOptions,
	inspectAttention,
	inspectImage,
	inspectSample,
	inspectVideo,
} from "../inspect/index.ts";
import { BACKGROUNDS } from "./backgrounds.ts";

type Settings = Readonly<Record<string, unknown>>;

/** A page for one image; without a view plan for models whose pixels are not reproduced. */
function page(model: string, width: number, height: number, settings: Settings = {}): RgbImage {
	const counter = createCounterFrom(model, settings);
	const [layout] = counter.count({ media: [{ kind: "image", width, height }] }).items;
	if (layout === undefined) throw new Error("no layout");
	const processor = processorOf(model, settings);
	const options: InspectOptions = {
		title: counter.checkpoint.title,
		subtitle: "test",
		...(processor === undefined
			? {}
			: { viewPlan: processor.planViews(layout), resize: processor.resizing("image") }),
	};
	return inspectImage(BACKGROUNDS.photo({ width, height }), layout, options);
}

export function processorOf(model: string, settings: Settings) {
	try {
		return createProcessor(model, { settings });
	} catch {
		return undefined;
	}
}

function together(model: string): RgbImage {
	const sizes = [
		{ width: 320, height: 180 },
		{ width: 90, height: 200 },
		{ width: 64, height: 64 },
	];
	const processor = createProcessor(model);
	const counter = createCounterFrom(model);
	const { items } = counter.count({ media: sizes.map((size) => ({ kind: "image", ...size })) });
	const images = items.map((layout, index) => ({
		name: `image ${index}`,
		image: BACKGROUNDS.photo(layout.source),
		layout,
		viewPlan: processor.planViews(layout, sizes.length),
	}));
	return inspectSample(images, { title: counter.checkpoint.title });
}

/** A clip of 60 frames with a cut in the middle; each frame is one shade. */
function clip(model: string, settings: Settings): RgbImage {
	const processor = createProcessor(model, { settings });
	const layout = processor.layout({ kind: "video", width: 160, height: 90, frames: 60, fps: 10 });
	const weights = Array.from({ length: 60 }, (_, frame) => ({
		seconds: frame / 10,
		bytes: frame % 30 === 0 ? 9000 : 200 + 37 * (frame % 11),
		isKey: frame % 30 === 0,
	}));
	const chosen = layout.frameIndices ?? weights.map((_, frame) => frame);
	const frames = framesToShow(chosen).map((frame) => ({
		frame,
		seconds: frame / 10,
		image: BACKGROUNDS[frame < 30 ? "photo" : "mid-gray"](layout.source),
	}));
	const options = {
		title: processor.checkpoint.title,
		viewPlan: processor.planViews(layout),
		resize: processor.resizing("video"),
	};
	return inspectVideo({ layout, weights, chosen, frames }, options);
}

/** Attention of an answer that reads from one corner of the image, and most from one cell. */
function attention(model: string, width: number, height: number): RgbImage {
	const processor = createProcessor(model);
	const layout = processor.layout({ kind: "image", width, height });
	const weights = ({ rows, cols }: { readonly rows: number; readonly cols: number }) => ({
		grid: { rows, cols },
		values: Array.from({ length: rows * cols }, (_, at) => {
			const [row, col] = [Math.floor(at / cols) / rows, (at % cols) / cols];
			return at === cols + 1 ? 0.02 : 0.01 * Math.max(0, 1 - row - col);
		}),
	});
	return inspectAttention(
		BACKGROUNDS.photo({ width, height }),
		layout,
		{
			...{ canvas: weights(layout.cappedGrid), overview: weights(layout.pooledGrid) },
			onImage: [
				{ name: "overview", share: 0.2 },
				{ name: "tiles", share: 0.3 },
			],
			elsewhere: [{ name: "on the prompt's text", share: 0.5 }],
			...{ answer: "A ferry.", facts: [{ name: "layers, all heads", value: "all 28" }] },
		},
		{ title: processor.checkpoint.title, subtitle: "test", viewPlan: processor.planViews(layout) },
	);
}

export const PAGES = {
	"anyres-unpadded": () => page("llava-onevision-qwen2-7b-ov", 320, 200),
	"anyres-capped": () => page("llava-onevision-qwen2-7b-ov", 600, 900, { anyres_max: 4 }),
	"center-crop": () => page("llava-1.5-7b", 400, 200),
	merged: () => page("qwen2.5-vl-7b", 200, 320),
	"tiles-then-whole": () => page("internvl3-8b", 500, 300),
	"padded-tiles": () => page("llama-4-scout-17b-16e", 400, 250),
	crops: () => page("gemma-3-4b", 800, 200, { do_pan_and_scan: true, pan_and_scan_min_crop_size: 64 }),
	queries: () => page("blip2-opt-2.7b", 200, 300),
	"without-image": () => page("deepseek-vl2-tiny", 300, 200),
	together: () => together("llava-onevision-qwen2-7b-ov"),
	attention: () => attention("llava-onevision-qwen2-7b-ov", 320, 200),
	"clip-sampled": () => clip("llava-onevision-qwen2-7b-ov", { num_frames: 8 }),
	"clip-whole": () => clip("qwen2.5-vl-7b", {}),
} as const satisfies Readonly<Record<string, () => RgbImage>>;

/** Pages that are also stored as images, for people. */
export const SHOWN_PAGES = ["without-image", "queries"] as const satisfies readonly (keyof typeof PAGES)[];
