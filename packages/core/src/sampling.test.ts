/** Which frames are used by default, and where that default comes from. */

import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { CHECKPOINT_IDS, checkpointById } from "./checkpoints.ts";
import { createCounterFrom } from "./count.ts";
import { videoSampling } from "./sampling.ts";

test.each([
	["llava-onevision-qwen2-7b-ov", {}, false, { by: "card", settings: { num_frames: 32 } }],
	["llava-onevision-qwen2-7b-ov", {}, true, { by: "implementation", card: { num_frames: 32 } }],
	["llava-onevision-qwen2-7b-ov", { num_frames: 8 }, false, { by: "asked", settings: { num_frames: 8 } }],
	["llava-onevision-qwen2-7b-ov", { parity: "vllm" }, false, { by: "implementation", settings: {} }],
	["llava-onevision-qwen2-7b-ov", { anyres_max: 4 }, false, { by: "card" }],
	["qwen2.5-vl-7b", {}, false, { by: "card", settings: { fps: 2 } }],
	["qwen2.5-vl-7b", { video_max_pixels: 100352 }, false, { by: "card", choosers: ["num_frames", "fps"] }],
	["qwen2.5-vl-7b", { num_frames: 16 }, false, { by: "asked", settings: { num_frames: 16 } }],
	["qwen2.5-vl-7b", { fps: "all" }, false, { by: "asked", settings: { fps: "all" } }],
	// Its processor samples two frames per second by default, like the model card.
	["qwen3-vl-8b", {}, false, { by: "implementation", settings: {} }],
	["smolvlm2-2.2b", {}, false, { by: "implementation", settings: {} }],
	["instructblipvideo-vicuna-7b", {}, false, { by: "implementation", choosers: [] }],
] as const)("%s with %j, as is %s", (id, asked, asIs, expected) => {
	expect(videoSampling(checkpointById(id), asked, { asIs })).toMatchObject(expected);
});

test("no checkpoint takes every frame of a long clip by default", () => {
	const video = { kind: "video", width: 640, height: 360, frames: 9000, fps: 30 } as const;
	for (const id of CHECKPOINT_IDS) {
		const { by, settings } = videoSampling(checkpointById(id), {});
		try {
			const [item] = createCounterFrom(id, by === "card" ? settings : {}).count({ media: [video] }).items;
			expect(item?.frames, id).toBeLessThan(1200);
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
		}
	}
});
