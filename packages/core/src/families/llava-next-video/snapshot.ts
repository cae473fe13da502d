/**
 * Reads snapshots of LLaVA-NeXT-Video. Source: transformers 5.18 models/llava_next_video, its processors and
 * configurations.
 */

import { integer } from "@onevision/base/schema";
import { llava, pinpoints } from "../../snapshot/base-config.ts";
import { checkVideoView, readFrames } from "../../snapshot/checks.ts";
import { mlp, OLD_KEYS, readLlava, readNext } from "../../snapshot/llava-variants.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { CLIP_CLASS } from "../../snapshot/pixels.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { word } from "../../snapshot/values.ts";
import { CLIP_LIKE_VIEW, squareView } from "../../snapshot/view.ts";
import type { LlavaNextVideoCheckpoint } from "./checkpoints.ts";
import type { LlavaNextVideoConstants, LlavaNextVideoSettings } from "./layout.ts";

type LlavaNextVideoReading = SnapshotReading<
	"llava-next-video",
	LlavaNextVideoConstants,
	LlavaNextVideoSettings
>;

/** Frames per clip from the model card. No file of the checkpoint specifies it. */
const NEXT_VIDEO_FRAMES = 32;

function readLlavaNextVideo(snapshot: OpenSnapshot): LlavaNextVideoReading {
	const llava = readLlava(snapshot, { additional: 0 });
	const { tile, canvases, notes } = readNext(snapshot, llava);
	const { config } = snapshot;
	const video = snapshot.video();
	const videoClass = expectClass(video, "video_processor_type", ["LlavaNextVideoVideoProcessor"]);
	if (videoClass === undefined && video.read("image_processor_type", word) === "LlavaNextImageProcessor") {
		throw unsupported(
			`no file for the video processor: transformers 5.18 takes the name in ${video.path} for that of the whole processor and never ends; add video_preprocessor_config.json`,
		);
	}
	checkVideoView(video, squareView(video, CLIP_LIKE_VIEW), tile);
	const stride = config.read("spatial_pool_stride", integer("Pooling stride", { min: 1, max: 64 })) ?? 2;
	if (stride !== 2) {
		throw unsupported(
			`config.json spatial_pool_stride: ${stride}; the processor counts a quarter of a frame's patches, which is stride 2`,
		);
	}
	const side = Math.floor(tile / llava.patch);
	if (side % 2 !== 0) {
		throw unsupported(
			`frames of ${side}x${side} patches: pooling by 2 leaves ${Math.floor(side / 2) ** 2} features, the processor counts ${Math.floor(side ** 2 / 4)}; an even number of patches is needed`,
		);
	}
	const frames = readFrames(video);
	return {
		family: "llava-next-video",
		pixels: { image: CLIP_CLASS, video: CLIP_CLASS },
		constants: { tile, patch: llava.patch, canvases, trainedFrames: NEXT_VIDEO_FRAMES },
		settings: frames,
		recommendedSettings: { num_frames: frames.num_frames ?? NEXT_VIDEO_FRAMES },
		trainedFrames: NEXT_VIDEO_FRAMES,
		tower: llava.tower.tower,
		projector: mlp(llava.tower.featureLayers),
		text: llava.text,
		notes,
	};
}

export const snapshot = {
	readers: {
		llava_next_video: {
			family: "llava-next-video",
			processors: ["LlavaNextVideoProcessor"],
			ignored: { image: OLD_KEYS, video: [...OLD_KEYS, "image_grid_pinpoints"] },
			source: "LlavaNextVideoProcessor, LlavaNextImageProcessor and LlavaNextVideoVideoProcessor",
			read: readLlavaNextVideo,
		},
	},
	configOf: (checkpoint: LlavaNextVideoCheckpoint) =>
		llava("llava_next_video", checkpoint, pinpoints(checkpoint.constants.canvases)),
} as const satisfies SnapshotSupport;
