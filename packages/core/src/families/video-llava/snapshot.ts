/** Reads snapshots of Video-LLaVA. Source: transformers 5.18 models/video_llava, its processors and configurations. */

import { llava } from "../../snapshot/base-config.ts";
import { checkVideoView, checkView, readFrames } from "../../snapshot/checks.ts";
import { mlp, readLlava } from "../../snapshot/llava-variants.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { unsupported } from "../../snapshot/section.ts";
import { tokenCount } from "../../snapshot/values.ts";
import { CLIP_LIKE_VIEW, squareView } from "../../snapshot/view.ts";
import type { VideoLlavaCheckpoint } from "./checkpoints.ts";
import type { VideoLlavaConstants, VideoLlavaSettings } from "./layout.ts";

type VideoLlavaReading = SnapshotReading<"video-llava", VideoLlavaConstants, VideoLlavaSettings>;

/** Frames per clip in training: PKU-YuanGroup/Video-LLaVA processing_video.py at 805a9f3. */
const VIDEO_LLAVA_FRAMES = 8;

function readVideoLlava(snapshot: OpenSnapshot): VideoLlavaReading {
	const llava = readLlava(snapshot, { patch: 14, additional: 1 });
	const { image, processor } = snapshot;
	expectClass(image, "image_processor_type", ["VideoLlavaImageProcessor"]);
	if (image.isNull("do_center_crop")) {
		throw unsupported(
			`${image.path} do_center_crop: null switches the crop off in this class, and views keep their shape`,
		);
	}
	const view = squareView(image, CLIP_LIKE_VIEW);
	const notes = [...llava.notes];
	checkView(view, llava.tower, notes);
	if ((processor.read("num_additional_image_tokens", tokenCount) ?? 1) !== 1) {
		throw unsupported(
			"processor_config.json num_additional_image_tokens: a frame keeps one class token in this family, so it must be 1",
		);
	}
	const video = snapshot.video();
	expectClass(video, "video_processor_type", ["VideoLlavaVideoProcessor"]);
	checkVideoView(video, squareView(video, CLIP_LIKE_VIEW), view.side);
	const frames = readFrames(video);
	return {
		family: "video-llava",
		constants: { tile: view.side, patch: llava.patch, trainedFrames: VIDEO_LLAVA_FRAMES },
		settings: frames,
		recommendedSettings: { num_frames: frames.num_frames ?? VIDEO_LLAVA_FRAMES },
		trainedFrames: VIDEO_LLAVA_FRAMES,
		tower: llava.tower.tower,
		projector: mlp(llava.tower.featureLayers),
		text: llava.text,
		notes,
	};
}

export const snapshot = {
	readers: {
		video_llava: {
			family: "video-llava",
			processors: ["VideoLlavaProcessor"],
			ignored: {},
			source: "VideoLlavaProcessor, VideoLlavaImageProcessor and VideoLlavaVideoProcessor",
			read: readVideoLlava,
		},
	},
	configOf: (checkpoint: VideoLlavaCheckpoint) => llava("video_llava", checkpoint),
} as const satisfies SnapshotSupport;
