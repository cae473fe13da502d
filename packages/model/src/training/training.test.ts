/** The training form against transformers and torch: loss and gradients of a packed batch, goldens of oracle/training.py. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assertDefined, float32 } from "@onevision/base";
import { createCounterFrom } from "@onevision/core";
import { nodeRuntime, planTraining, type Tensors } from "@onevision/graph/node";
import { createProcessor } from "@onevision/media";
import { beforeAll, expect, test } from "vitest";
import { type Architecture, readTilesArchitecture } from "../architecture/architecture.ts";
import type { TilesVision } from "../architecture/tiles.ts";
import { createPrompt, type Prompt } from "../generate/prompt.ts";
import { viewsOf } from "../generate/views.ts";
import { modelGraphs } from "../modules/graphs.ts";
import { readChatFolder } from "../node/chat-folder.ts";
import { ModelWeights } from "../node/model-weights.ts";
import { readSnapshotFolder } from "../snapshot-folder.ts";
import { type GoldenChat, messagesOf } from "../testing/goldens.ts";
import { packBatch, type SeenMedia, sampleTokens, type TrainingSample } from "./batch.ts";
import { type BatchShape, trainingGraph } from "./graph.ts";

const folder = fileURLToPath(new URL("../families/llava-onevision/fixtures/onevision", import.meta.url));
const goldens = JSON.parse(readFileSync(new URL("goldens/gradients.json", import.meta.url), "utf8")) as {
	readonly answer: number;
	readonly chats: readonly (GoldenChat & { readonly loss: number })[];
	/** Norm, and dot product with `probe`. */
	readonly gradients: Readonly<Record<string, readonly [number, number]>>;
};

const SHAPE: BatchShape = {
	views: 12,
	sequences: 2,
	length: 128,
	answers: 24,
	pooling: { stride: 2, mode: "bilinear" },
};

let architecture: Architecture<TilesVision>;
let weights: ModelWeights;
/** Two questions about an image, one about two images, one about a video. */
let samples: readonly TrainingSample[];

beforeAll(async () => {
	const { checkpoint, settings } = await readSnapshotFolder(folder, "tiny");
	const config: unknown = JSON.parse(readFileSync(`${folder}/config.json`, "utf8"));
	architecture = readTilesArchitecture(checkpoint, config);
	weights = await ModelWeights.open(folder, "tiny", architecture, modelGraphs(architecture));
	const processor = createProcessor(checkpoint, { settings });
	const chat = await readChatFolder(folder, "tiny");
	const { values } = createCounterFrom(checkpoint, settings).settings;
	const rules = { ...architecture, label: "tiny", chat, processor };
	const prompts = goldens.chats.map((each) => createPrompt(messagesOf(each), 1, rules));
	expect(prompts.map(({ ids }) => ids)).toEqual(goldens.chats.map(({ ids }) => ids));
	const sampleOf = (prompt: Prompt, ...same: readonly Prompt[]): TrainingSample => {
		const { ids, items, images } = prompt;
		const views = viewsOf(items, processor).map((own) => own.map(({ pixels }) => pixels));
		const shared: (readonly number[] | SeenMedia)[] = [];
		let at = 0;
		for (const [index, { start, layout }] of items.entries()) {
			const pooling = architecture.family.pooling(layout, values, images);
			shared.push(ids.slice(at, start), { layout, pooling, views: views[index] ?? [] });
			at = start + layout.visualTokens;
		}
		const questions = [prompt, ...same].map(({ ids: own }) => ({
			prompt: own.slice(at, -goldens.answer),
			answer: own.slice(-goldens.answer),
		}));
		return { shared, questions };
	};
	const [read, what, several, video] = prompts.map((each) => assertDefined(each, "a prompt"));
	if (read && what && several && video) samples = [sampleOf(read, what), sampleOf(several), sampleOf(video)];
});

/** As in the oracle script. */
const probe = (index: number) => (Math.imul(index, 2654435761) >>> 0) / 2 ** 32 - 0.5;

test("loss and gradients of a packed batch are those of its questions asked one by one", async () => {
	const [first, second, third] = samples;
	if (!first || !second || !third) throw new Error("three samples");
	const { inputs, answers } = packBatch(architecture, SHAPE, [[first, third], [second]]);
	expect(answers).toHaveLength(4 * goldens.answer);
	const { graph, loss } = trainingGraph(architecture, SHAPE);
	const plan = planTraining({ loss: loss.sum, count: loss.count, learningRate: 1 });
	const parameters: Record<string, Tensors[string]> = {};
	for (const { name, shape } of graph.parameters) parameters[name] = float32(shape, await weights.read(name));
	const program = await nodeRuntime({ threads: 1 }).load(plan.model);
	const outputs = await program.run({ ...inputs, ...parameters });
	await program.close();
	const total = goldens.chats.reduce((sum, each) => sum + each.loss, 0);
	expect(Number(outputs.loss?.data[0]) / total).toBeCloseTo(1, 5);
	expect(plan.parameters.map(({ name }) => name).sort()).toEqual(Object.keys(goldens.gradients).sort());
	// A key's bias without rotation changes nothing: its gradient is zero but for rounding.
	const least = 1e-3 * Math.max(...Object.values(goldens.gradients).map(([norm]) => norm));
	for (const [name, [own, dot]] of Object.entries(goldens.gradients)) {
		const norm = Math.max(own, least);
		const values = outputs[`gradient:${name}`]?.data as Float32Array;
		let [squares, product, probes] = [0, 0, 0];
		for (const [index, value] of values.entries()) {
			squares += value * value;
			product += value * probe(index);
			probes += probe(index) ** 2;
		}
		expect(Math.abs(Math.sqrt(squares) - own) / norm, name).toBeLessThan(1e-4);
		expect(Math.abs(product - dot) / (norm * Math.sqrt(probes)), name).toBeLessThan(1e-4);
	}
});

test("what does not fit a batch is refused", () => {
	const [first] = samples;
	if (first === undefined) throw new Error("a sample");
	const packed = (shape: Partial<BatchShape>) => () =>
		packBatch(architecture, { ...SHAPE, ...shape }, [[first]]);
	const visual = first.shared.reduce(
		(sum, part) => sum + ("layout" in part ? part.layout.visualTokens : 0),
		0,
	);
	const text = first.shared.reduce((sum, part) => sum + ("layout" in part ? 0 : part.length), 0);
	const length = sampleTokens({ visualTokens: visual, textTokens: text, questions: first.questions });
	expect(packed({ length })).not.toThrow();
	expect(packed({ length: length - 1 })).toThrow(/ends beyond its/);
	expect(packed({ views: 1 })).toThrow(/more than 1 views/);
	expect(packed({ answers: 9 })).toThrow(/more than 9 answer tokens/);
	expect(() => trainingGraph(architecture, { ...SHAPE, pooling: { stride: 2, mode: "max" } })).toThrow(
		/pooling max is not trained here/,
	);
});
