/**
 * JPEG file to tensors: decoded, resized, cut, normalized. Ours against transformers' processors on Pillow and on
 * torchvision, on one thread and on all cores, and against transformers.js, with the error of each against the
 * reference in the same table. Engines take turns; each figure is the best of its rounds.
 *
 * transformers.js takes part where `npm run bench:setup` has installed it.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
	type Backend,
	createProcessor,
	decodeImage,
	type ProcessedBatch,
	preprocessSamples,
} from "@onevision/media/node";
import sharp from "sharp";
import { startPython } from "./peer.ts";

const MODELS = ["llava-onevision-qwen2-7b-ov", "qwen2.5-vl-7b"] as const;
const ROUNDS = 9;
/** Samples of one round on all cores, per thread: before the clock runs, in all after that, and of them those in a row that count. */
const WARM_UP = 3;
const MANY = 12;
const IN_A_ROW = 5;
/** One step of an 8-bit value, in each model's normalized values. */
const STEP = { "llava-onevision-qwen2-7b-ov": 1 / 255 / 0.5, "qwen2.5-vl-7b": 1 / 255 / 0.26862954 };

type Model = (typeof MODELS)[number];

interface Engine {
	readonly name: string;
	/** Seconds an image took. */
	round(): Promise<number>;
	/** The pixels, once, to be compared. */
	pixels(): Promise<Float32Array>;
	stop?(): Promise<void> | void;
}

export async function benchPixels(python: string | undefined): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	try {
		for (const [title, jpeg] of await jpegs(folder)) {
			for (const model of MODELS) await compare(title, jpeg, model, python, folder);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** A 1080p image of the examples, and the same scene at 12 megapixels with the grain of a camera. */
async function jpegs(folder: string): Promise<readonly (readonly [string, string])[]> {
	const small = fileURLToPath(new URL("../examples/media/harbour.jpg", import.meta.url));
	const large = join(folder, "large.jpg");
	const { data, info } = await sharp(small)
		.resize(4000, 3000, { fit: "fill" })
		.raw()
		.toBuffer({ resolveWithObject: true });
	let state = 1;
	for (let i = 0; i < data.length; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) | 0;
		data[i] = Math.min(255, Math.max(0, (data[i] ?? 0) + (state >> 29)));
	}
	await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
		.jpeg({ quality: 90 })
		.toFile(large);
	return [
		["1080p", small],
		["12 MP", large],
	];
}

async function compare(
	title: string,
	jpeg: string,
	model: Model,
	python: string | undefined,
	folder: string,
) {
	const cores = cpus().length;
	const one = ours(jpeg, model, "torchvision", true);
	const batch = oursOnAllCores(jpeg, model, cores);
	const engines: Engine[] = [
		one,
		ours(jpeg, model, "torchvision", false),
		ours(jpeg, model, "pillow", true),
		ours(jpeg, model, "pillow", false),
		batch,
	];
	let peer: Engine | undefined;
	if (python !== undefined) {
		for (const backend of ["torchvision", "pillow"] as const) {
			engines.push(await transformers(python, jpeg, model, backend, 1, folder));
		}
		peer = await transformers(python, jpeg, model, "torchvision", cores, folder);
		engines.push(peer);
	}
	const javascript = await transformersJs(jpeg, model);
	if (javascript !== undefined) engines.push(javascript);
	try {
		const best = new Map(engines.map((engine) => [engine, Number.POSITIVE_INFINITY]));
		for (let round = 0; round < ROUNDS; round++) {
			for (const engine of engines) best.set(engine, Math.min(best.get(engine) ?? 0, await engine.round()));
		}
		await report(`${title}, ${model}`, engines, best, STEP[model]);
		const seconds = (engine: Engine | undefined): number => (engine && best.get(engine)) ?? Number.NaN;
		reportScaling(cores, seconds(one), seconds(batch), seconds(peer));
	} finally {
		for (const engine of engines) await engine.stop?.();
	}
}

async function report(
	title: string,
	engines: readonly Engine[],
	best: ReadonlyMap<Engine, number>,
	step: number,
) {
	console.log(`  ${title}`);
	const [first] = engines;
	const own = (first && best.get(first)) ?? Number.NaN;
	const reference = engines.find(({ name }) => name.startsWith("transformers, torchvision"));
	const expected = await reference?.pixels();
	for (const engine of engines) {
		const seconds = best.get(engine) ?? Number.NaN;
		const error = expected === undefined ? "" : errorOf(await engine.pixels(), expected, step);
		const rate = `${(1 / seconds).toFixed(1)} images/s`;
		console.log(
			`    ${engine.name.padEnd(50)} ${rate.padStart(15)} ${(seconds / own).toFixed(2).padStart(6)}×  ${error}`,
		);
	}
}

/** How a batch on all cores stands to one thread and to the peer, and what its threads spend beside the work itself. */
function reportScaling(cores: number, one: number, batch: number, peer: number): void {
	const beside = (batch * cores - one) * 1000;
	const against = Number.isNaN(peer) ? "" : `, ${(peer / batch).toFixed(2)} of transformers' on as many`;
	console.log(
		`    ${cores} threads make ${(one / batch).toFixed(2)} of one thread's images${against}; ${beside.toFixed(1)} ms an image beside decoding and making`,
	);
}

function errorOf(pixels: Float32Array, expected: Float32Array, step: number): string {
	if (pixels.length !== expected.length)
		return `${pixels.length} values where the reference has ${expected.length}`;
	let most = 0;
	let sum = 0;
	for (let i = 0; i < pixels.length; i++) {
		const error = Math.abs((pixels[i] ?? 0) - (expected[i] ?? 0)) / step;
		most = Math.max(most, error);
		sum += error;
	}
	return most === 0
		? "equal to the bit"
		: `error ${most.toFixed(1)} most, ${(sum / pixels.length).toFixed(4)} mean (of 255)`;
}

/** `reuses`: each batch is made in the memory of the one before, as in a pipeline; else in new memory, as the peers do. */
function ours(jpeg: string, model: Model, backend: Backend, reuses: boolean): Engine {
	sharp.concurrency(1);
	const processor = createProcessor(model, { backend });
	let last: ProcessedBatch | undefined;
	const run = async (reuse?: ProcessedBatch) =>
		processor.images([[await decodeImage(readFileSync(jpeg))]], reuse);
	return {
		name: `OneVision, ${backend}, 1 thread${reuses ? ", same memory" : ""}`,
		round: async () => {
			const start = performance.now();
			last = await run(reuses ? last : undefined);
			return (performance.now() - start) / 1000;
		},
		pixels: async () => (await run()).tensors.pixel_values?.data as Float32Array,
	};
}

function oursOnAllCores(jpeg: string, model: Model, threads: number): Engine {
	const options = { threads, reuseMemory: true };
	// More samples than are timed: no thread runs dry while the clock runs.
	const samples = Array.from({ length: threads * (WARM_UP + MANY + 2) }, () => [jpeg]);
	return {
		name: `OneVision, torchvision, ${threads} threads, same memory`,
		round: async () => {
			const done: number[] = [];
			for await (const result of preprocessSamples(model, samples, options)) {
				if ("error" in result) throw result.error;
				done.push(performance.now());
				if (done.length === threads * (WARM_UP + MANY)) break;
			}
			return fastest(done.slice(threads * WARM_UP), threads * IN_A_ROW) / 1000;
		},
		pixels: async () => {
			for await (const result of preprocessSamples(model, [[jpeg]], options)) {
				if ("tensors" in result) return (result.tensors.pixel_values?.data as Float32Array).slice();
			}
			return new Float32Array();
		},
	};
}

/** Time per sample of the `count` in a row that took least, as one thread's best round is that of one sample. */
function fastest(done: readonly number[], count: number): number {
	const spans = done.slice(count).map((end, index) => end - (done[index] ?? Number.NaN));
	return Math.min(...spans) / count;
}

async function transformers(
	python: string,
	jpeg: string,
	model: Model,
	backend: Backend,
	threads: number,
	folder: string,
): Promise<Engine> {
	const target = join(folder, `${model}-${backend}-${threads}.bin`);
	const peer = startPython(python, "pixels_peer.py", [model, backend, String(threads), target, jpeg]);
	await peer.read();
	return {
		name: `transformers, ${backend}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
		round: async () => Number(await peer.ask("round")),
		pixels: async () => {
			const bytes = readFileSync(target);
			return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
		},
		stop: peer.stop,
	};
}

/** What is used of transformers.js. */
interface TransformersJs {
	readonly RawImage: { read(path: string): Promise<unknown> };
	readonly [processor: string]: unknown;
}

/** Its class and configuration per model: those of the checkpoints' preprocessor_config.json. */
const IN_JAVASCRIPT = {
	"llava-onevision-qwen2-7b-ov": {
		processor: "LlavaOnevisionImageProcessor",
		config: {
			do_convert_rgb: true,
			do_normalize: true,
			do_rescale: true,
			do_resize: true,
			image_mean: [0.5, 0.5, 0.5],
			image_std: [0.5, 0.5, 0.5],
			resample: 3,
			rescale_factor: 1 / 255,
			size: { height: 384, width: 384 },
		},
	},
	"qwen2.5-vl-7b": {
		processor: "Qwen2VLImageProcessor",
		config: {
			do_convert_rgb: true,
			do_normalize: true,
			do_rescale: true,
			do_resize: true,
			image_mean: [0.48145466, 0.4578275, 0.40821073],
			image_std: [0.26862954, 0.26130258, 0.27577711],
			resample: 3,
			rescale_factor: 1 / 255,
			patch_size: 14,
			temporal_patch_size: 2,
			merge_size: 2,
			min_pixels: 3136,
			max_pixels: 12845056,
		},
	},
} as const;

async function transformersJs(jpeg: string, model: Model): Promise<Engine | undefined> {
	const file = new URL(
		"peers/node_modules/@huggingface/transformers/dist/transformers.node.mjs",
		import.meta.url,
	);
	if (!existsSync(file)) {
		console.log("  (no transformers.js: npm run bench:setup)");
		return undefined;
	}
	const library = (await import(pathToFileURL(fileURLToPath(file)).href)) as TransformersJs;
	const { processor: name, config } = IN_JAVASCRIPT[model];
	const Processor = library[name] as new (
		config: object,
	) => (images: unknown[]) => Promise<{ pixel_values: { data: Float32Array } }>;
	const processor = new Processor(config);
	const run = async () => processor([await library.RawImage.read(jpeg)]);
	return {
		name: `transformers.js (${name})`,
		round: async () => {
			const start = performance.now();
			await run();
			return (performance.now() - start) / 1000;
		},
		pixels: async () => (await run()).pixel_values.data,
	};
}
