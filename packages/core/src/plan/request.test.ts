/** The request's declaration: every key is in the JSON Schema with a description, and a full request passes. */

import type { JsonSchema } from "@onevision/base/schema";
import { expect, test } from "vitest";
import { type PlanRequest, planRequestSchema } from "./request.ts";

/** A request that sets every option. */
const FULL: PlanRequest = {
	budget: 3500,
	mix: { "single-image": 40, "multi-image": 30, video: 30 },
	model: {
		tower: "siglip-so400m-patch14-384",
		languageModel: "qwen2-7b",
		projector: "mlp2x-gelu",
		tile: 384,
		maxGridSide: 6,
		contextTokens: 32_768,
	},
	purpose: "train",
	parity: "original",
	media: {
		folder: "photos",
		grouping: "folder",
		images: [{ width: 1600, height: 1200, weight: 2 }],
		imagesPerSample: { min: 2, max: 4 },
		videos: [{ width: 1280, height: 720, seconds: 30, fps: 25, weight: 1 }],
	},
	fit: "p95",
	meanTokens: 3000,
	priorities: { "single-image": 1, "multi-image": 2, video: 3 },
	limits: {
		frames: { min: 1, max: 32 },
		images: { min: 1, max: 8 },
		tiles: { min: 1, max: 9 },
		pooling: { min: 1, max: 3 },
	},
	fidelity: { resolution: 0.5, density: 0.25, duration: 0.5, secondsPerFrame: 1 },
	textTokens: { prompt: 128, answer: 128 },
	training: { method: "lora", loraRank: 64, freeze: ["tower"] },
	curriculum: {
		start: "scratch",
		samples: { alignment: 1, knowledge: 2, "single-image": 3, onevision: 4, "task-transfer": 5 },
		order: ["alignment", "knowledge", "single-image", "onevision", "task-transfer"],
		globalBatch: 256,
		epochs: 1,
	},
	hardware: {
		accelerator: "h100-sxm",
		count: 8,
		pricePerHour: 2,
		trainingEfficiency: 0.4,
		prefillEfficiency: 0.5,
		zeroStage: 3,
		microBatch: 1,
		offload: "optimizer",
		activationCheckpointing: true,
		requestBatch: 8,
	},
	inference: { frames: 8, seconds: 30, trainedFrames: 8, trainedSeconds: 10 },
	allow: ["no-single-image"],
};

/** Paths of all properties of a JSON Schema. */
function pathsOf(json: JsonSchema, path = ""): string[] {
	if (Array.isArray(json.anyOf)) return json.anyOf.flatMap((option: JsonSchema) => pathsOf(option, path));
	if (json.type === "array") return pathsOf(json.items as JsonSchema, `${path}[]`);
	const properties = Object.entries((json.properties ?? {}) as Record<string, JsonSchema>);
	return properties.flatMap(([key, inner]) => {
		expect(String(inner.description ?? "").length, `description of ${path}.${key}`).toBeGreaterThan(3);
		const inside = pathsOf(inner, `${path}.${key}`);
		return inside.length > 0 ? inside : [`${path}.${key}`];
	});
}

/** Paths of all values of a request. */
function pathsIn(value: unknown, path = ""): string[] {
	if (Array.isArray(value)) {
		const inside = value.flatMap((item) => pathsIn(item, `${path}[]`));
		return inside.some((one) => one !== `${path}[]`) ? inside : [path];
	}
	if (typeof value !== "object" || value === null) return [path];
	return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, `${path}.${key}`));
}

test("the JSON Schema and the request have exactly the same keys", () => {
	expect(pathsOf(planRequestSchema.json).sort()).toEqual([...new Set(pathsIn(FULL))].sort());
});

test("a request with every option passes unchanged, as does one with none", () => {
	expect(planRequestSchema.parse(FULL, "")).toStrictEqual(FULL);
	expect(planRequestSchema.parse({}, "")).toStrictEqual({});
});

test("the model may be a name instead of a recipe", () => {
	expect(planRequestSchema.parse({ model: "llava-onevision" }, "").model).toBe("llava-onevision");
});

test("a misplaced key is reported with its location", () => {
	const nested = { hardware: { acelerator: "h100-sxm" } };
	expect(() => planRequestSchema.parse(nested, "")).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: hardware.acelerator: no such key; did you mean accelerator? Known: accelerator, count, pricePerHour, trainingEfficiency, prefillEfficiency, zeroStage, microBatch, offload, activationCheckpointing, requestBatch]`,
	);
	expect(() => planRequestSchema.parse({ model: { tower: "x" } }, "")).toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: model.languageModel: missing; Language model, an id of the language-model table]`,
	);
});

test("the JSON Schema is plain JSON", () => {
	expect(JSON.parse(JSON.stringify(planRequestSchema.json))).toEqual(planRequestSchema.json);
});
