/** Costs of a set of requests, and the order of models. */

import type { Sample } from "@onevision/core";
import {
	checkpointById,
	createCounterFrom,
	estimateRequest,
	estimateRequests,
	HARDWARE,
	modelOf,
	resolveHardwareId,
} from "@onevision/core";
import { describe, expect, test } from "vitest";
import { byQuality, compareDeployments } from "./compare.ts";
import type { DeploymentQuestion } from "./deployment.ts";

const setup = {
	hardware: HARDWARE["h100-sxm"],
	prefillEfficiency: 0.5,
	requestBatch: 16,
	pricePerHour: 4,
} as const;
const text = { promptTokens: 100, answerTokens: 50 };
const small: Sample = { media: [{ kind: "image", width: 300, height: 300 }] };
const large: Sample = { media: [{ kind: "image", width: 4000, height: 3000 }] };
const clip: Sample = { media: [{ kind: "video", width: 640, height: 360, frames: 240, fps: 24 }] };
const ask = (ids: readonly string[], question: Partial<DeploymentQuestion> = {}) =>
	compareDeployments(
		ids.map((id) => ({ id, model: id, settings: {} })),
		{ samples: [small, large], text, setup, ...question },
	);

describe("a set of requests", () => {
	const { parts } = checkpointById("qwen2.5-vl-7b");
	const model = modelOf(parts);
	const counter = createCounterFrom("qwen2.5-vl-7b");
	const layouts = [small, large].map((sample) => counter.count(sample));

	test("costs the mean of its requests, each as often as it occurs", () => {
		const [one, other] = layouts.map(
			(layout) => estimateRequest(model, layout, text, setup).pricePer1000 ?? 0,
		);
		const weighted = layouts.map((layout, index) => ({ layout, weight: index === 0 ? 3 : 1 }));
		const { pricePer1000 } = estimateRequests(model, weighted, text, setup);
		expect(pricePer1000).toBeCloseTo((3 * (one ?? 0) + (other ?? 0)) / 4, 12);
	});

	test("runs on what holds its largest request", () => {
		const [least] = layouts.map((layout) => estimateRequest(model, layout, text, setup).memory);
		const memoryBytes = (least?.weights ?? 0) + 1.5 * (least?.kvCache ?? 0);
		const tight = { ...setup, hardware: { ...HARDWARE.a10g, memoryBytes } };
		const alone = layouts.map((layout) => estimateRequest(model, layout, text, tight).accelerators);
		const { accelerators } = estimateRequests(
			model,
			layouts.map((layout) => ({ layout, weight: 1 })),
			text,
			tight,
		);
		expect(alone[0]).toBeLessThan(alone[1] ?? 0);
		expect(accelerators).toBe(alone[1]);
	});
});

test("equal requests count as often as they are given", () => {
	const [deployment] = ask(["qwen2.5-vl-7b"], { samples: [small, small, small, large] });
	expect(deployment?.outcomes).toHaveLength(4);
	expect(deployment?.visualTokens?.p50).toBe(121);
	expect(deployment?.visualTokens?.total).toBe(3 * 121 + (deployment?.visualTokens?.max ?? 0));
});

test("a closed model costs its list price; without one it is unknown", () => {
	const [priced, unpriced] = ask(["gpt-4o", "qwen3.7-plus"], { samples: [small] });
	// 85 + 170 image tokens, at 2.5 USD per million input tokens and 10 per million output.
	expect(priced?.usdPer1000Requests).toBeCloseTo(((255 + 100) * 2.5 + 50 * 10) / 1000, 9);
	expect(priced?.secondsToFirstToken).toBeUndefined();
	expect(unpriced?.usdPer1000Requests).toBeUndefined();
});

test("prices of one's own come first", () => {
	const [own] = ask(["gpt-4o"], { samples: [small], prices: { "gpt-4o": { inputUsd: 1000, outputUsd: 0 } } });
	expect(own?.usdPer1000Requests).toBeCloseTo(355, 9);
});

test("refused requests are counted, keep nothing and cost nothing", () => {
	const [both] = ask(["llava-1.5-7b"], { samples: [small, clip] });
	const [image] = ask(["llava-1.5-7b"], { samples: [small] });
	expect(both).toMatchObject({ refused: 1, takesVideo: false });
	expect(both?.qualityKept.value).toBeCloseTo((image?.qualityKept.value ?? 0) / 2, 12);
	expect(both?.usdPer1000Requests).toBeCloseTo(image?.usdPer1000Requests ?? 0, 12);
	const [nothing] = ask(["llava-1.5-7b"], { samples: [clip] });
	expect(nothing?.visualTokens).toBeUndefined();
	expect(nothing?.usdPer1000Requests).toBeUndefined();
});

test("a limit is searched with room for text in the window", () => {
	const question = { samples: [clip], maxTokens: 100_000, text: { promptTokens: 1000, answerTokens: 1000 } };
	const [deployment] = ask(["llava-next-video-7b"], question);
	expect(deployment?.overContext).toBe(0);
	expect(deployment?.contextTokens?.max).toBeLessThanOrEqual(deployment?.contextWindowTokens ?? 0);
});

test("sorted: what fits by quality, closed models by price, what is over, what refuses", () => {
	const ids = ["paligemma-3b-896", "claude-opus-4-7", "gpt-4o", "llava-1.5-7b", "qwen2.5-vl-7b"];
	const sorted = ask(ids, { samples: [large], maxTokens: 1500 }).sort(byQuality);
	expect(sorted.map(({ id }) => id)).toEqual([
		"qwen2.5-vl-7b",
		"llava-1.5-7b",
		"gpt-4o",
		"paligemma-3b-896",
		"claude-opus-4-7",
	]);
	const refusing = ask(["llava-1.5-7b", "qwen2.5-vl-7b"], { samples: [clip], maxTokens: 100 }).sort(
		byQuality,
	);
	expect(refusing.at(-1)?.id).toBe("llava-1.5-7b");
});

test("an accelerator that is not known names the nearest", () => {
	expect(resolveHardwareId("H100-SXM")).toBe("h100-sxm");
	expect(() => resolveHardwareId("h10-sxm")).toThrow(/did you mean h100-sxm\?/);
});
