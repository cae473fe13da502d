/** Golden rows of the LLaVA and Qwen-VL families. */

import { checkpointById } from "./checkpoints.ts";
import type { Checkpoint } from "./families/index.ts";
import { describeGoldens, type GoldenGroup, type GoldenRow } from "./testing/goldens.ts";

const llavaOf = (group: GoldenGroup): Checkpoint => ({
	...(checkpointById("llava-1.5-7b") as Extract<Checkpoint, { family: "llava" }>),
	constants: { tile: Number(group.constants.crop_size), patch: Number(group.constants.patch_size) },
});

/** LLaVA-OneVision with a tower of `side` × `side` patches. */
const onevisionOf = (side: number): Checkpoint => {
	const checkpoint = checkpointById("llava-onevision-qwen2-7b-ov") as Extract<
		Checkpoint,
		{ family: "llava-onevision" }
	>;
	return { ...checkpoint, constants: { ...checkpoint.constants, tile: side * 14 } };
};

const anyresMax = (name: unknown): Record<string, unknown> =>
	typeof name === "string" && name.startsWith("anyres_max_")
		? { anyres_max: Number(name.slice("anyres_max_".length)) }
		: {};

const numFrames = (_group: GoldenGroup, row: GoldenRow): Record<string, unknown> =>
	row.num_frames === undefined || row.num_frames === null ? {} : { num_frames: row.num_frames };

const qwenSettings = (group: GoldenGroup, row: GoldenRow): Record<string, unknown> => {
	const { shortest_edge, longest_edge } = group.constants.size as Record<string, number>;
	if (group.kind === "image" || group.kind === "images")
		return { min_pixels: shortest_edge, max_pixels: longest_edge };
	const { do_sample_frames: sampled, fps: _fps, ...rest } = group.settings;
	return {
		...rest,
		video_min_pixels: shortest_edge,
		video_max_pixels: longest_edge,
		...(sampled === false ? { num_frames: "all" } : {}),
		...(typeof row.askedFps === "number" ? { fps: row.askedFps } : {}),
		...numFrames(group, row),
	};
};

describeGoldens({ file: "llava", checkpoint: llavaOf });
describeGoldens({ file: "llava_next" });
describeGoldens({ file: "llava_next_video", settings: numFrames });
describeGoldens({
	file: "llava_onevision",
	settings: (group, row) => ({ ...anyresMax(group.settings.vision_aspect_ratio), ...numFrames(group, row) }),
	leftOut: {
		"several images in a flat list: each as if alone":
			"to the processor a flat list is one image per message",
		"video, do_sample_frames with fps": "num_frames says the same once the clip is known",
	},
});
describeGoldens({
	file: "llava_next_repo",
	checkpoint: ({ kind, checkpoint }, row) => (kind === "video" ? onevisionOf(Number(row.side)) : checkpoint),
	settings: ({ settings, kind }, row) => ({
		parity: "original",
		...anyresMax(settings.image_aspect_ratio),
		...(kind === "video"
			? {
					num_frames: "all",
					video_pooling: row.mm_spatial_pool_stride,
					pooling_mode: row.mm_spatial_pool_mode,
					newline_position: row.mm_newline_position,
				}
			: {}),
	}),
});
describeGoldens({
	file: "qwen2_vl",
	checkpoint: ({ checkpoint }) => (checkpoint.startsWith("qwen") ? checkpoint : "qwen2-vl-7b"),
	settings: qwenSettings,
});
describeGoldens({
	file: "qwen3_vl",
	checkpoint: ({ checkpoint }) => (checkpoint.startsWith("qwen") ? checkpoint : "qwen3-vl-8b"),
	settings: qwenSettings,
});
describeGoldens({ file: "video_llava" });
describeGoldens({
	file: "idefics2",
	column: "total",
	settings: ({ settings }) => ({ ...settings }),
	leftOut: {
		"no splitting, several images side by side: neighboring markers merge":
			"whether images touch is up to the text",
		"splitting, several images side by side: neighboring markers merge":
			"whether images touch is up to the text",
	},
});
