/** Settings to paste: in the form each tool accepts, with a note where a tool cannot accept them. */

import { readFileSync } from "node:fs";
import { OnevisionError } from "@onevision/base";
import { describe, expect, test } from "vitest";
import { CHECKPOINTS } from "../checkpoints.ts";
import type { CheckpointId } from "../families/index.ts";
import type { PasteBlock } from "./paste.ts";
import { plan } from "./plan.ts";
import type { PlanRequest } from "./request.ts";

const MEDIA: NonNullable<PlanRequest["media"]> = {
	images: [{ width: 1920, height: 1080 }],
	imagesPerSample: { min: 4, max: 4 },
	videos: [{ width: 1280, height: 720, seconds: 30 }],
};

function blocks(
	model: CheckpointId,
	changes: PlanRequest = {},
): Record<PasteBlock["tool"], PasteBlock | undefined> {
	const { paste } = plan({ media: MEDIA, ...changes, model, purpose: "deploy" });
	const of = (tool: PasteBlock["tool"]) => paste.find((block) => block.tool === tool);
	return { transformers: of("transformers"), vllm: of("vllm") };
}

test("LLaVA-OneVision: the cap on processor and model, frames in the call; vLLM cannot be told the cap", () => {
	expect(blocks("llava-onevision-qwen2-7b-ov")).toMatchInlineSnapshot(`
		{
		  "transformers": {
		    "lines": [
		      "processor.vision_aspect_ratio = "anyres_max_3"",
		      "model.config.vision_aspect_ratio = "anyres_max_3"",
		      "inputs = processor(…, videos_kwargs={"do_sample_frames": True, "num_frames": 17})  # video",
		    ],
		    "notes": [
		      "several images of one request go in nested, images=[[first, second]], or by apply_chat_template; a flat list is laid out as single images",
		    ],
		    "tool": "transformers",
		  },
		  "vllm": {
		    "lines": [
		      "--max-model-len 3840",
		      "--limit-mm-per-prompt '{"image":4,"video":1}'",
		      "--media-io-kwargs '{"video":{"num_frames":17}}'",
		    ],
		    "notes": [
		      "sized by these counts; vLLM counts this family in its own way: --parity vllm plans with its numbers",
		      "no argument sets anyres_max 3: write it into the snapshot's configuration",
		    ],
		    "tool": "vllm",
		  },
		}
	`);
});

test("LLaVA-OneVision: a grid limit becomes the list of pinpoints, height first", () => {
	const { transformers } = blocks("llava-onevision-qwen2-7b-ov", { limits: { tiles: { min: 4, max: 4 } } });
	expect(transformers?.lines.join("\n")).toContain(
		'"image_grid_pinpoints": [[384 * r, 384 * c] for r in range(1, 7) for c in range(1, 7) if r * c <= 4]',
	);
});

test("Qwen2.5-VL: sizes in pixels, apart for images and video; what differs by scenario goes with the request", () => {
	expect(blocks("qwen2.5-vl-7b")).toMatchInlineSnapshot(`
		{
		  "transformers": {
		    "lines": [
		      "inputs = processor(…, images_kwargs={"size": {"shortest_edge": 3136, "longest_edge": 602112}})  # multi-image",
		      "inputs = processor(…, videos_kwargs={"do_sample_frames": True, "num_frames": 8})  # video",
		    ],
		    "notes": [],
		    "tool": "transformers",
		  },
		  "vllm": {
		    "lines": [
		      "--max-model-len 3328",
		      "--limit-mm-per-prompt '{"image":4,"video":1}'",
		    ],
		    "notes": [
		      "with each request, as mm_processor_kwargs: {"max_pixels":12845056} for single-image, {"max_pixels":602112} for multi-image, {"max_pixels":602112} for video",
		      "sized by these counts; vLLM counts this family in its own way: --parity vllm plans with its numbers",
		      "no argument sets num_frames 8: write it into the snapshot's configuration",
		    ],
		    "tool": "vllm",
		  },
		}
	`);
});

test("Qwen3-VL: a number of frames needs the rate taken away, which would be refused beside it", () => {
	expect(blocks("qwen3-vl-8b").transformers?.lines.join("\n")).toContain('"fps": None');
});

test("SmolVLM2: its edge is part of the size", () => {
	const { transformers, vllm } = blocks("smolvlm2-2.2b", { budget: 500, allow: ["budget-below-1024"] });
	expect([...(transformers?.lines ?? []), ...(vllm?.lines ?? []), ...(vllm?.notes ?? [])].join("\n")).toMatch(
		/"size": ?\{"longest_edge": ?\d+\}/,
	);
});

test("a model whose code is its own has no transformers block", () => {
	expect(blocks("nvila-8b").transformers).toBeUndefined();
});

test("GLM-4V and MiniCPM-V 4.6 sample by their own rule only: frames are chosen before the call", () => {
	for (const model of ["glm-4.1v-9b", "glm-4.6v", "minicpm-v-4.6"] as const) {
		const { transformers } = blocks(model);
		expect(transformers?.lines.join("\n"), model).toContain('"do_sample_frames": False');
		expect(transformers?.lines.join("\n"), model).not.toContain("num_frames");
		expect(transformers?.notes.join("\n"), model).toMatch(/give it \d+ frames spread evenly over the clip/);
	}
});

/** From `valid_kwargs` of each class of transformers (oracle/kwargs.py). */
const { families } = JSON.parse(
	readFileSync(new URL("../goldens/processor-kwargs.json", import.meta.url), "utf8"),
) as {
	families: Record<string, { images: readonly string[] | null; videos: readonly string[] | null }>;
};

test("every argument is one that the family's processor takes", () => {
	let arguments_ = 0;
	for (const model of Object.keys(CHECKPOINTS) as CheckpointId[]) {
		const { family } = CHECKPOINTS[model];
		for (const mix of [{ "single-image": 100 }, { "multi-image": 100 }, { video: 100 }]) {
			let made: ReturnType<typeof blocks>;
			try {
				made = blocks(model, { mix, budget: 1500 });
			} catch (error) {
				if (error instanceof OnevisionError) continue;
				throw error;
			}
			for (const line of made.transformers?.lines ?? []) {
				for (const [, kind = "", values = ""] of line.matchAll(
					/(images|videos)_kwargs=(\{.*?\})(?=[,)] *(?:videos_kwargs|#|$))/g,
				)) {
					const taken = families[family]?.[kind as "images" | "videos"] ?? [];
					const keys = [...values.replace(/: \{[^}]*\}/g, ":").matchAll(/"(\w+)":/g)].map(([, key]) => key);
					for (const key of keys) expect(taken, `${model}, ${line}`).toContain(key);
					arguments_ += keys.length;
				}
			}
		}
	}
	expect(arguments_).toBeGreaterThan(100);
}, 120_000);

describe("over every checkpoint", () => {
	test("lines are whole: quotes and brackets close, JSON is JSON", () => {
		for (const model of Object.keys(CHECKPOINTS) as CheckpointId[]) {
			let made: ReturnType<typeof blocks>;
			try {
				made = blocks(model, { mix: { "single-image": 100 } });
			} catch (error) {
				if (error instanceof OnevisionError) continue;
				throw error;
			}
			for (const line of made.transformers?.lines ?? []) {
				const count = (character: string): number => line.split(character).length;
				expect([count("("), count("["), count("{")], line).toEqual([count(")"), count("]"), count("}")]);
			}
			for (const line of made.vllm?.lines ?? []) {
				const [, json] = /^--[\w-]+ '(.*)'$/.exec(line) ?? [];
				if (json === undefined) expect(line).toMatch(/^--max-model-len \d+$/);
				else expect(JSON.parse(json)).toBeTypeOf("object");
			}
		}
	});
});
