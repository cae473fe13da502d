/** Questions to start from: the lesson's, its exercises', and the page's own. */

import type { PlanRequest } from "@onevision/core";
import type { PlanInput, PresetId } from "./plan-input.ts";

interface Preset {
	readonly title: string;
	readonly detail: string;
	readonly input: Partial<PlanInput>;
	/** Sizes that occur, where the question names them. */
	readonly media: PlanRequest["media"] | undefined;
}

/** As in examples/exercises/product-80-10-10.yaml: documents, screenshots, photos and charts. */
const PRODUCT_MEDIA = {
	images: [
		{ width: 1654, height: 2339, weight: 3 },
		{ width: 1170, height: 2532, weight: 2 },
		{ width: 4032, height: 3024, weight: 2 },
		{ width: 1280, height: 800, weight: 1 },
	],
	imagesPerSample: { min: 2, max: 4 },
	videos: [{ width: 1280, height: 720, seconds: 20, fps: 30 }],
};

export const PRESETS: Readonly<Record<PresetId, Preset>> = {
	lesson: {
		title: "The lesson's mix",
		detail: "40 % single image, 30 % several, 30 % video, 3,500 tokens",
		input: { budget: 3500, mix: [40, 30, 30] },
		media: undefined,
	},
	"exercise-1": {
		title: "Exercise 1: a product",
		detail: "80 % single image, 10 % of 2 to 4 images, 10 % video of 8 to 16 frames, 3,700 tokens",
		input: {
			budget: 3700,
			mix: [80, 10, 10],
			media: "described",
			describedBy: "exercise-1",
			frames: { min: 8, max: 16 },
		},
		media: PRODUCT_MEDIA,
	},
	video: {
		title: "Mostly video",
		detail: "20 % single image, 10 % several, 70 % video, 8,192 tokens",
		input: { budget: 8192, mix: [20, 10, 70] },
		media: undefined,
	},
};

export const PRESET_IDS = Object.keys(PRESETS) as readonly PresetId[];
