/** Samples as a model takes them: drawn, through the processor of the snapshot, and tokenized. */

import { assertDefined, assertInternal } from "@onevision/base";
import type { ItemLayout, MediaItem, Scenario } from "@onevision/core";
import type { Clip, FloatTensor, ProcessedBatch, RgbImage } from "@onevision/media";
import {
	type AskedQuestion,
	type SeenMedia,
	sampleTokens,
	type TrainingSample,
} from "@onevision/model/training";
import type { LabModel } from "../model/snapshot.ts";
import { END } from "../model/vocabulary.ts";
import { DRAWINGS } from "../tasks/draw.ts";
import type { Scenes } from "../tasks/scenes.ts";
import type { LabSample } from "./sample.ts";

/** Tokens and views of a sample, known before it is drawn. */
export interface SampleSize {
	readonly tokens: number;
	readonly views: number;
	/** Tokens that are predicted. */
	readonly answers: number;
}

/** Media of a sample by their sizes, as counting takes them. */
function itemsOf<S extends Scenario>({ scenario, scene }: LabSample<S>): readonly MediaItem[] {
	return ITEMS[scenario](scene);
}

const ITEMS: { readonly [S in Scenario]: (scene: Scenes[S]) => readonly MediaItem[] } = {
	"single-image": ({ side }) => [{ kind: "image", width: side, height: side }],
	"multi-image": (scene) => scene.map(({ side }) => ({ kind: "image", width: side, height: side })),
	video: ({ side, frames }) => [{ kind: "video", width: side, height: side, frames }],
};

function layoutsOf(model: LabModel, sample: LabSample): readonly ItemLayout[] {
	const items = itemsOf(sample);
	return items.map((item) => model.processor.layout(item, items.length));
}

export function sizeOf(model: LabModel, sample: LabSample): SampleSize {
	const layouts = layoutsOf(model, sample);
	const questions = questionsOf(model, sample);
	const sum = (of: (layout: ItemLayout) => number) =>
		layouts.reduce((total, layout) => total + of(layout), 0);
	return {
		tokens: sampleTokens({ visualTokens: sum((layout) => layout.visualTokens), textTokens: 0, questions }),
		views: sum(({ views }) => views),
		answers: questions.reduce((total, { answer }) => total + answer.length, 0),
	};
}

function questionsOf({ vocabulary }: LabModel, { questions }: LabSample): AskedQuestion[] {
	return questions.map(({ text, answer }) => ({
		prompt: vocabulary.encode(text),
		answer: [vocabulary.id(answer), vocabulary.id(END)],
	}));
}

/** Changes what is seen of a sample: its images or frames, its place in the batch, and the images of the whole batch. */
export type SeeSample = (
	images: readonly RgbImage[],
	index: number,
	all: readonly (readonly RgbImage[])[],
) => readonly RgbImage[];

const asDrawn: SeeSample = (images) => images;

/** Draws and processes samples, each scenario's in one call of the processor. */
export function prepareSamples(
	model: LabModel,
	samples: readonly LabSample[],
	see: SeeSample = asDrawn,
): TrainingSample[] {
	const originals = samples.map(drawSample);
	const images = originals.map((own, index) => see(own, index, originals));
	const views = new Map<LabSample, readonly (readonly Float32Array[])[]>();
	const stills = [...samples.entries()].filter(([, { scenario }]) => scenario !== "video");
	const clips = [...samples.entries()].filter(([, { scenario }]) => scenario === "video");
	if (stills.length > 0) {
		const batch = model.processor.images(stills.map(([index]) => images[index] ?? []));
		for (const [at, own] of viewsOf(batch, "pixel_values").entries()) views.set(sampleOf(stills, at), own);
	}
	if (clips.length > 0) {
		const batch = model.processor.videos(clips.map(([index, sample]) => clipOf(sample, images[index] ?? [])));
		for (const [at, own] of viewsOf(batch, "pixel_values_videos").entries())
			views.set(sampleOf(clips, at), own);
	}
	return samples.map((sample) => {
		const layouts = layoutsOf(model, sample);
		const own = assertDefined(views.get(sample), "the views of a sample");
		const shared = layouts.map(
			(layout, item): SeenMedia => ({
				layout,
				pooling: model.architecture.family.pooling(layout, model.settings, layouts.length),
				views: own[item] ?? [],
			}),
		);
		return { shared, questions: questionsOf(model, sample) };
	});
}

function sampleOf(entries: readonly (readonly [number, LabSample])[], at: number): LabSample {
	return assertDefined(entries[at]?.[1], "a sample");
}

/** The images of a sample, or the frames of its clip. */
export function drawSample<S extends Scenario>({ scenario, scene }: LabSample<S>): readonly RgbImage[] {
	return DRAWINGS[scenario](scene);
}

function clipOf(sample: LabSample, frames: readonly RgbImage[]): Clip {
	const [item] = itemsOf(sample);
	if (item?.kind !== "video") throw new Error("internal: a clip that is no video");
	return { item, frames };
}

/** By sample and item, the views: [items, most views, 3, side, side], or [views, 3, side, side] one after the other. */
function viewsOf({ tensors, layouts }: ProcessedBatch, name: string): Float32Array[][][] {
	const { shape, data } = tensors[name] as FloatTensor;
	assertInternal(data instanceof Float32Array, `${name} is not float32`);
	const size = shape.slice(-3).reduce((product, side) => product * side, 1);
	const most = shape.length === 5 ? shape[1] : undefined;
	let next = 0;
	return layouts.map((items) =>
		items.map(({ views }) => {
			const first = next;
			next += most ?? views;
			return Array.from({ length: views }, (_, view) =>
				data.subarray((first + view) * size, (first + view + 1) * size),
			);
		}),
	);
}
