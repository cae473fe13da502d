/**
 * A batch thread: makes one sample after another and transfers its tensors. Loads only decoding and pixel code until
 * a video comes, to keep its heap small. V8 lets a heap under 8 MiB accumulate 64 MB of decoded images before
 * collecting them; a larger heap is collected at every image (heap.cc `kV8ActivationThreshold`).
 */

import { parentPort, workerData } from "node:worker_threads";
import { makeTensors, type Tensors } from "../preprocess/pieces.ts";
import { assertImages, pipelinesOf, planImages } from "../preprocess/recipe.ts";
import type { RgbImage } from "../rgb-image.ts";
import { readImage, withNames } from "./files.ts";
import { END, HOLD } from "./pool.ts";
import {
	type BatchAnswer,
	type BatchSetup,
	type BatchTask,
	buffersOf,
	type Refusal,
	refusalOf,
} from "./protocol.ts";
import type { LaidOutSample } from "./sample.ts";

const setup = workerData as BatchSetup;
const pipelines = pipelinesOf(setup.recipe);
const ending = new AbortController();

parentPort?.on("message", async (message: BatchTask | typeof END) => {
	if (message === END) {
		ending.abort(new Error("the batch has ended"));
		parentPort?.close();
		return;
	}
	try {
		const made = await make(message);
		parentPort?.postMessage(made, buffersOf(made.tensors));
	} catch (error) {
		parentPort?.postMessage(refusalOf(error));
	}
});

async function make({ sample, reuse }: BatchTask): Promise<Exclude<BatchAnswer, Refusal>> {
	try {
		if (sample.kind === "images") return await makeOfImages(sample, reuse);
		const { makeOfVideo } = await import("./clip.ts");
		parentPort?.postMessage(HOLD);
		return await makeOfVideo(sample.files[0], setup, ending.signal, reuse);
	} catch (error) {
		throw withNames(sample.files, error);
	}
}

async function makeOfImages(
	{ files, layouts }: Extract<LaidOutSample, { kind: "images" }>,
	reuse: Tensors | undefined,
) {
	const images: RgbImage[] = [];
	for (const [index, layout] of layouts.entries()) {
		const image = await readImage(files[index] ?? "", setup.decode);
		assertImages(layout, [image]);
		images.push(image);
	}
	return { tensors: makeTensors(planImages(pipelines.image, [layouts]), images, reuse), layouts };
}
