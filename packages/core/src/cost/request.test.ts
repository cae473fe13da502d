/** One request: a phase is never faster than compute at peak or than reading its weights, and costs scale. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById } from "../checkpoints.ts";
import { createCounter } from "../count.ts";
import { HARDWARE, type Hardware, type HardwareId } from "../facts/hardware.ts";
import type { CheckpointId } from "../families/index.ts";
import { decodeFlops } from "./flops.ts";
import { kvCacheBytes } from "./memory.ts";
import { modelOf } from "./model.ts";
import { estimateRequest, type RequestSetup } from "./request.ts";

const H100: Hardware = HARDWARE["h100-sxm"];
const SETUP: RequestSetup = { hardware: H100, prefillEfficiency: 0.5, requestBatch: 1 };
const TEXT = { promptTokens: 100, answerTokens: 50 };

function estimate(
	setup: Partial<RequestSetup> = {},
	text = TEXT,
	id: CheckpointId = "llava-onevision-qwen2-7b-ov",
) {
	const layout = createCounter(id).count({ media: [{ kind: "image", width: 1000, height: 800 }] });
	const model = modelOf(checkpointById(id).parts);
	return { layout, model, cost: estimateRequest(model, layout, text, { ...SETUP, ...setup }) };
}

test("the prompt is visual, surrounding and text tokens", () => {
	const { layout, cost } = estimate();
	expect(cost.promptTokens).toBe(layout.contextTokens + 100);
});

test("FLOPs and memory sum", () => {
	const { cost } = estimate({ requestBatch: 8 });
	const { tower, projector, prefill, decode, total } = cost.flops;
	expect(tower + projector + prefill + decode).toBe(total);
	expect(cost.memory.total).toBe(cost.memory.weights + 8 * cost.memory.kvCache);
});

test("the cache holds prompt and answer", () => {
	const { cost, model } = estimate();
	expect(cost.memory.kvCache).toBe(kvCacheBytes(model.languageModel, cost.promptTokens + 50));
});

describe("roofline", () => {
	const setups = fc.record({
		hardware: fc.constantFrom(...(Object.keys(HARDWARE) as HardwareId[])).map((id): Hardware => HARDWARE[id]),
		prefillEfficiency: fc.double({ min: 0.01, max: 1, noNaN: true }),
		requestBatch: fc.integer({ min: 1, max: 64 }),
	});

	test("no phase is faster than its arithmetic at peak or than reading the weights once", () => {
		fc.assert(
			fc.property(setups, fc.integer({ min: 1, max: 40 }), (setup, answerTokens) => {
				const { cost, model } = estimate(setup, { promptTokens: 100, answerTokens });
				const { flops, accelerators } = cost;
				const rate = setup.hardware.flopsPerSecond * accelerators;
				const bandwidth = setup.hardware.bandwidthBytesPerSecond * accelerators;
				const first = flops.tower + flops.projector + flops.prefill;
				expect(cost.leastSecondsToFirstToken).toBeGreaterThanOrEqual((first / rate) * (1 - 1e-12));
				expect(cost.leastSecondsToFirstToken).toBeGreaterThanOrEqual(
					(2 * model.parameters.languageModel) / bandwidth,
				);
				expect(cost.secondsToFirstToken).toBeGreaterThanOrEqual(cost.leastSecondsToFirstToken);
				const decoding = cost.seconds - cost.secondsToFirstToken;
				const steps = answerTokens - 1;
				expect(decoding * (1 + 1e-9)).toBeGreaterThanOrEqual(
					(steps * 2 * model.parameters.languageModel) / bandwidth,
				);
				expect(decoding * (1 + 1e-9)).toBeGreaterThanOrEqual(
					(cost.requestBatch * flops.decode) / (rate * setup.prefillEfficiency),
				);
			}),
			{ seed: 8, numRuns: 200 },
		);
	});

	test("a single request decodes at the speed of memory: weights and cache per token", () => {
		const { cost, model } = estimate({}, { promptTokens: 100, answerTokens: 2 });
		const bytes =
			2 * model.parameters.languageModel + kvCacheBytes(model.languageModel, cost.promptTokens + 1);
		expect(cost.seconds - cost.secondsToFirstToken).toBeCloseTo(bytes / H100.bandwidthBytesPerSecond, 9);
		expect(cost.flops.decode).toBe(decodeFlops(model.languageModel, cost.promptTokens));
	});

	test("a mixture of experts reads its active weights only", () => {
		const { cost, model } = estimate({}, { promptTokens: 100, answerTokens: 2 }, "qwen3-vl-30b-a3b");
		const seconds = cost.seconds - cost.secondsToFirstToken;
		const dense = (2 * model.parameters.languageModel) / H100.bandwidthBytesPerSecond;
		expect(seconds).toBeLessThan(0.2 * dense);
		expect(seconds).toBeGreaterThan(0.08 * dense);
	});
});

describe("scale", () => {
	test("an answer of one token is the first token alone", () => {
		const { cost } = estimate({}, { promptTokens: 100, answerTokens: 1 });
		expect(cost.flops.decode).toBe(0);
		expect(cost.seconds).toBe(cost.secondsToFirstToken);
	});
	test("longer answers and prompts cost more, a better efficiency less", () => {
		const seconds = (promptTokens: number, answerTokens: number, prefillEfficiency = 0.5): number =>
			estimate({ prefillEfficiency }, { promptTokens, answerTokens }).cost.seconds;
		expect(seconds(100, 60)).toBeGreaterThan(seconds(100, 50));
		expect(seconds(5000, 50)).toBeGreaterThan(seconds(100, 50));
		expect(seconds(100, 50, 0.9)).toBeLessThan(seconds(100, 50));
	});
	test("decoding together is cheaper for each, and takes no less time", () => {
		const [alone, together] = [1, 16].map((requestBatch) => estimate({ requestBatch }).cost);
		expect(together?.acceleratorSeconds).toBeLessThan(alone?.acceleratorSeconds ?? 0);
		expect(together?.seconds).toBeGreaterThanOrEqual(alone?.seconds ?? 0);
	});
	test("price is accelerator time: 1,000 requests of s seconds at p per hour cost 1000·s·p/3600", () => {
		const { cost } = estimate({ pricePerHour: 3.6 });
		expect(cost.pricePer1000).toBeCloseTo(cost.acceleratorSeconds, 12);
		expect(estimate().cost).not.toHaveProperty("pricePer1000");
	});
	test("a model too large for one accelerator takes as many as hold it", () => {
		const { cost } = estimate({}, TEXT, "llava-onevision-qwen2-72b-ov");
		expect(cost.accelerators).toBe(Math.ceil((cost.memory.weights + cost.memory.kvCache) / H100.memoryBytes));
		expect(cost.accelerators).toBeGreaterThan(1);
		expect(estimate().cost.accelerators).toBe(1);
	});
	test("no more are decoded together than fit, and asking for more buys nothing", () => {
		const { cost } = estimate({ requestBatch: 4096 });
		const { weights, kvCache } = cost.memory;
		expect(cost.accelerators).toBe(1);
		expect(cost.requestBatch).toBe(Math.floor((H100.memoryBytes - weights) / kvCache));
		expect(estimate({ requestBatch: 1_000_000 }).cost).toEqual(cost);
		expect(estimate({ requestBatch: 4 }).cost.requestBatch).toBe(4);
	});
});

test.each(CHECKPOINT_IDS)("%s: an image request has usable numbers", (id) => {
	const { cost } = estimate({}, TEXT, id);
	const { secondsToFirstToken, seconds, acceleratorSeconds, flops, memory } = cost;
	for (const value of [secondsToFirstToken, acceleratorSeconds, flops.total, flops.tower, memory.total]) {
		expect(value).toBeGreaterThan(0);
		expect(Number.isFinite(value)).toBe(true);
	}
	expect(seconds).toBeGreaterThan(secondsToFirstToken);
});
