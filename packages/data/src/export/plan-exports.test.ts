/**
 * Exports of plans: files as the targets' own parsers read them. `checked.json` says which bytes those parsers read, and
 * what they made of them; it comes from oracle/exports.py.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import { type Plan, type PlanRequest, plan } from "@onevision/core";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { exportPlan, PLAN_TARGETS, type PlanTargetId } from "./index.ts";
import { exportStages } from "./stages.ts";

const MEDIA: NonNullable<PlanRequest["media"]> = {
	images: [{ width: 1920, height: 1080 }],
	imagesPerSample: { min: 4, max: 4 },
	videos: [{ width: 1280, height: 720, seconds: 30 }],
};

const PLANS = {
	/** Every stage, from alignment on. */
	recipe: plan({
		media: MEDIA,
		model: "llava-onevision-qwen2-0.5b-ov",
		budget: 3500,
		curriculum: { start: "scratch" },
		limits: { tiles: { min: 9, max: 9 } },
	}),
	/** Task transfer with adapters. */
	lora: plan({
		media: MEDIA,
		model: "qwen2.5-vl-7b",
		budget: 2000,
		training: { method: "lora", loraRank: 64 },
		curriculum: { samples: { "task-transfer": 1001 } },
	}),
	deploy: plan({ media: MEDIA, model: "llava-onevision-qwen2-7b-ov", purpose: "deploy", budget: 3500 }),
	qwen: plan({ media: MEDIA, model: "qwen2.5-vl-7b", purpose: "deploy", budget: 2000 }),
} as const;

const CASES: readonly (readonly [keyof typeof PLANS, PlanTargetId])[] = [
	...(["trl", "llava", "llama-factory", "ms-swift", "transformers"] as const).map(
		(target) => ["recipe", target] as const,
	),
	...(["trl", "llama-factory", "ms-swift"] as const).map((target) => ["lora", target] as const),
	...(["deploy", "qwen"] as const).flatMap((name) =>
		(["vllm", "sglang", "transformers"] as const).map((target) => [name, target] as const),
	),
];

const checked = JSON.parse(
	readFileSync(fileURLToPath(new URL("goldens/checked.json", import.meta.url)), "utf8"),
) as {
	readonly files: Readonly<Record<string, { readonly sha256: string; readonly by: string }>>;
	/** What the parsers made of the files. */
	readonly found: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test.each(CASES)("%s to %s: the bytes that the target's parser read", async (name, target) => {
	const { files } = exportPlan(PLANS[name], target);
	for (const { name: file, text } of files) {
		const golden = `goldens/${name}/${target}/${file}`;
		await expect(text).toMatchFileSnapshot(golden);
	}
	for (const { name: file, text } of files) {
		if (file === "README.md") continue;
		expect([file, checked.files[`${name}/${target}/${file}`]?.sha256]).toEqual([file, sha256(text)]);
	}
});

test.each([
	"recipe",
	"deploy",
	"qwen",
] as const)("%s: the processor loaded counts what was planned", (name) => {
	const found = checked.found[`${name}/transformers/processor.py`];
	const { scenarios } = PLANS[name];
	const single = scenarios.find(({ scenario }) => scenario === "single-image");
	const video = scenarios.find(({ scenario }) => scenario === "video");
	expect(found?.["single-image"]).toBe(single?.chosen.visualTokens.max);
	expect(found?.video).toMatchObject({ num_frames: video?.chosen.allocation.settings.num_frames });
});

test.each(["recipe", "lora"] as const)("%s: trl trained each stage's parts at its rates", (name) => {
	const found = checked.found[`${name}/trl/train.py`];
	for (const { name: stage, plan: planned, maxLength } of exportStages(PLANS[name])) {
		const { trainable: trained, learningRates: rates } = planned;
		expect(found?.[stage]).toEqual({ trained: [...trained].sort(), rates, max_length: maxLength });
	}
});

test("LLaVA-NeXT's parser reads each stage's parts, rates and length", () => {
	for (const { name, plan: planned, maxLength } of exportStages(PLANS.recipe)) {
		const found = checked.found[`recipe/llava/${name}.sh`];
		expect(found).toMatchObject({ model_max_length: maxLength });
		expect(String(found?.tunable).split(",")).toHaveLength(planned.trainable.length);
	}
});

test("every export names what it cannot say, and a README with its source", () => {
	for (const [name, target] of CASES) {
		const { files, notes } = exportPlan(PLANS[name], target);
		const readme = files.find(({ name: file }) => file === "README.md")?.text ?? "";
		expect(notes.length).toBeGreaterThan(0);
		for (const note of notes) expect(readme).toContain(`* ${note}`);
		expect(readme).toContain(PLAN_TARGETS[target].source);
	}
});

describe("stages", () => {
	test("samples are whole and sum, by the largest remainders", () => {
		const [stage] = exportStages(PLANS.lora);
		expect(stage?.samples).toEqual({ "single-image": 401, "multi-image": 300, video: 300 });
		for (const each of exportStages(PLANS.recipe)) {
			const { samples } = each;
			expect(samples["single-image"] + samples["multi-image"] + samples.video).toBe(each.plan.samples);
		}
	});

	test("a length takes the longest planned sample with its text, a tile in alignment", () => {
		const [alignment, ...rest] = exportStages(PLANS.recipe);
		expect(alignment?.maxLength).toBe(1024);
		const longest = Math.max(...PLANS.recipe.scenarios.map(({ chosen }) => chosen.contextTokens));
		expect(rest.at(-1)?.maxLength).toBe(Math.ceil((longest + 256) / 256) * 256);
		expect(exportStages(PLANS.recipe, 999).map(({ maxLength }) => maxLength)).toEqual([
			999, 999, 999, 999, 999,
		]);
	});

	test("a trainer's stages have the plan's rates, parts and steps", () => {
		const { files } = exportPlan(PLANS.recipe, "ms-swift");
		const documents = files.filter(({ name }) => name.endsWith(".yaml")).map(({ text }) => parse(text));
		expect(
			documents.map((each) => [
				each.learning_rate,
				each.vit_lr,
				each.freeze_llm,
				each.freeze_vit,
				each.freeze_aligner,
			]),
		).toEqual([
			[0.001, undefined, true, true, false],
			...Array.from({ length: 4 }, () => [0.00001, 0.000002, false, false, false]),
		]);
	});
});

test.each([
	["a deployment plan to a trainer", PLANS.qwen, "trl", "invalid-input"],
	["another family to LLaVA-NeXT", PLANS.lora, "llava", "unsupported"],
] as const)("%s is refused", (_, refused: Plan, target, code) => {
	expect(() => exportPlan(refused, target)).toThrow(OnevisionError);
	expect(() => exportPlan(refused, target)).toThrow(expect.objectContaining({ code }));
});

test("a snapshot's files get the settings where transformers reads them", () => {
	const snapshot = {
		"config.json": '{"model_type": "llava_onevision", "vision_aspect_ratio": "anyres_max_9"}',
		"processor_config.json":
			'{"processor_class": "LlavaOnevisionProcessor", "vision_aspect_ratio": "anyres_max_9"}',
		"preprocessor_config.json": '{"image_processor_type": "LlavaOnevisionImageProcessor", "do_pad": true}',
	};
	const { files } = exportPlan(PLANS.deploy, "transformers", { snapshot });
	const of = (name: string) => JSON.parse(files.find((file) => file.name === name)?.text ?? "{}") as unknown;
	expect(of("config.json")).toMatchObject({ vision_aspect_ratio: "anyres_max_3" });
	expect(of("processor_config.json")).toMatchObject({ vision_aspect_ratio: "anyres_max_3" });
	expect(of("preprocessor_config.json")).not.toHaveProperty("num_frames");
	expect(of("video_preprocessor_config.json")).toMatchObject({ do_pad: true, num_frames: 17 });
	expect(() => exportPlan(PLANS.deploy, "transformers", { snapshot: { "config.json": "[]" } })).toThrow(
		"not a JSON object",
	);
});
