/** Settings that vLLM does not read are refused instead of silently ignored. */

import { describe, expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import { fitSetting } from "../fit.ts";
import { FAMILY_IDS, familyById } from "./index.ts";

const asked = (checkpoint: string, settings: Record<string, unknown>) => () =>
	createCounterFrom(checkpoint, settings).count({
		media: [{ kind: "video", width: 640, height: 480, frames: 300, fps: 25 }],
	});

describe("refused under vLLM's parity", () => {
	test.each([
		["LLaVA-OneVision's cap", "llava-onevision-qwen2-7b-ov", { anyres_max: 4 }],
		["its newlines", "llava-onevision-qwen2-7b-ov", { newline_position: "grid" }],
		["Qwen's number of frames", "qwen2.5-vl-7b", { num_frames: 16 }],
		["every frame for Qwen", "qwen2.5-vl-7b", { fps: "all" }],
		["cuts of MiniCPM-V's frames", "minicpm-v-2.6", { video_max_slice_nums: 2 }],
		["images of MiniCPM-V 4.6 without cuts", "minicpm-v-4.6", { slice_mode: false }],
		["frames of MiniCPM-V 4.6 by rate", "minicpm-v-4.6", { num_frames: "by_fps" }],
	] as const)("%s", (_name, checkpoint, settings) => {
		expect(asked(checkpoint, { ...settings, parity: "vllm" })).toThrow(
			expect.objectContaining({ code: "unsupported" }),
		);
		if (familyById(checkpointById(checkpoint).family).parities.includes("transformers")) {
			expect(asked(checkpoint, { ...settings, parity: "transformers" })).not.toThrow();
		}
	});

	test("in one line that says why", () => {
		expect(asked("qwen3-vl-8b", { num_frames: 16, parity: "vllm" })).toThrowErrorMatchingInlineSnapshot(
			`[OnevisionError: num_frames 16: vllm does not read it for Qwen-VL (2, 2.5, 3, 3.5) and does as with by_fps; leave it out or choose another parity]`,
		);
	});

	test("but not the value that it has anyway", () => {
		for (const id of ["llava-onevision-qwen2-7b-ov", "qwen2.5-vl-7b", "minicpm-v-2.6", "minicpm-v-4.6"]) {
			const { settings } = createCounterFrom(id, { parity: "vllm" });
			expect(asked(id, { ...settings.values, parity: "vllm" }), id).not.toThrow();
		}
	});
});

test("nor is such a setting fitted", () => {
	const sample = { media: [{ kind: "image" as const, width: 1280, height: 720 }] };
	const settings = { parity: "vllm" };
	const checkpoint = "llava-onevision-qwen2-7b-ov";
	expect(() => fitSetting({ checkpoint, settings, sample, setting: "anyres_max", maxTokens: 9000 })).toThrow(
		"anyres_max: vllm does not read it for LLaVA-OneVision; fit another setting",
	);
	const { largest } = fitSetting({ checkpoint, settings, sample, setting: "max_tiles", maxTokens: 9000 });
	expect(largest.visualTokens).toBeLessThanOrEqual(9000);
});

test("an ignored setting is one of the family, of a parity it has", () => {
	for (const id of FAMILY_IDS) {
		const { ignored = {}, parities, settings } = familyById(id);
		for (const [parity, keys] of Object.entries(ignored)) {
			expect(parities, id).toContain(parity);
			for (const key of keys) expect(Object.keys(settings), id).toContain(key);
		}
	}
});
