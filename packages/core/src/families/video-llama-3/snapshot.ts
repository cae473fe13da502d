/**
 * Reads snapshots of VideoLLaMA 3. Source: transformers 5.18 models/video_llama_3, its processors and configurations.
 */

import { expectVideoClass, readSampling } from "../../snapshot/frames.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import {
	checkGrid,
	NO_SUCH_STEP,
	type PixelDefaults,
	pixelLimits,
	videoNotes,
} from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, frameCount, mergeSide } from "../../snapshot/values.ts";
import type { VideoLlama3Constants, VideoLlama3Settings } from "./layout.ts";

type VideoLlama3Reading = SnapshotReading<"video-llama-3", VideoLlama3Constants, VideoLlama3Settings>;

const VIDEO_LLAMA_IMAGE: PixelDefaults = {
	patch: 14,
	merge: 1,
	temporalPatch: 1,
	min: 56 ** 2,
	max: 28 * 28 * 1280,
	readsPixels: true,
};

const VIDEO_LLAMA_VIDEO: PixelDefaults = {
	patch: 14,
	merge: 2,
	temporalPatch: 1,
	min: 128 * 28 * 28,
	max: 28 * 28 * 768,
	readsPixels: true,
};

function readVideoLlama3(snapshot: OpenSnapshot): VideoLlama3Reading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "video_llama_3_vision" });
	const text = languageModel(config, { type: "qwen2" });
	expectClass(image, "image_processor_type", ["VideoLlama3ImageProcessor"]);
	// For images, the model merges as many patches as the processor specifies.
	const imageMerge = image.read("merge_size", mergeSide) ?? 1;
	checkGrid(image, VIDEO_LLAMA_IMAGE, { patch: tower.patch, merge: imageMerge, temporalPatch: 1 });
	const limits = pixelLimits(image, VIDEO_LLAMA_IMAGE);
	const video = snapshot.video();
	expectVideoClass(video, "VideoLlama3VideoProcessor", ["VideoLlama3ImageProcessor"]);
	const frameMerge = video.read("merge_size", mergeSide) ?? 2;
	checkGrid(video, VIDEO_LLAMA_VIDEO, { patch: tower.patch, merge: frameMerge, temporalPatch: 1 });
	const videoLimits = pixelLimits(video, VIDEO_LLAMA_VIDEO);
	const { samples, frames, fps } = readSampling(video, { samples: false });
	if (samples && frames === undefined && fps === undefined) {
		throw contradiction(
			`${video.path}: do_sample_frames without fps or num_frames; transformers fails on every video`,
		);
	}
	const sampling = {
		...(samples && fps !== undefined ? { fps } : {}),
		...(samples && frames !== undefined ? { num_frames: frames } : {}),
	};
	const settings: Partial<VideoLlama3Settings> = {
		...sampling,
		...((video.read("use_token_compression", flag) ?? true) ? {} : { use_token_compression: false }),
	};
	return {
		family: "video-llama-3",
		constants: {
			patch: tower.patch,
			imageMerge,
			frameMerge,
			minPixels: limits.min,
			maxPixels: limits.max,
			videoMinPixels: videoLimits.min,
			videoMaxPixels: videoLimits.max,
			minFrames: video.read("min_frames", frameCount) ?? 4,
			maxFrames: video.read("max_frames", frameCount) ?? 180,
		},
		settings,
		recommendedSettings: Object.keys(sampling).length === 0 ? { ...settings, fps: 1 } : settings,
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

export const snapshot = {
	readers: {
		video_llama_3: {
			family: "video-llama-3",
			processors: ["VideoLlama3Processor"],
			ignored: { image: NO_SUCH_STEP, video: NO_SUCH_STEP },
			source: "VideoLlama3ImageProcessor and VideoLlama3VideoProcessor",
			read: readVideoLlama3,
		},
	},
} as const satisfies SnapshotSupport;
