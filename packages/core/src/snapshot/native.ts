/**
 * Snapshots of ERNIE-4.5-VL, VideoLLaMA 3 and HunyuanVL: pictures at their own shape. Source: transformers 5.18
 * models/{ernie4_5_vl_moe,video_llama_3,hunyuan_vl}, {processing,image_processing,video_processing,
 * configuration,modeling}_<model>.py.
 */

import type { Ernie45VlSettings } from "../families/ernie-4.5-vl/layout.ts";
import type { VideoLlama3Settings } from "../families/video-llama-3/layout.ts";
import { ERNIE, HUNYUAN as HUNYUAN_POSITIONS } from "../positions/models.ts";
import { expectVideoClass, readSampling } from "./frames.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import {
	checkGrid,
	NO_SUCH_STEP,
	type PixelDefaults,
	pixelLimits,
	temporalFrames,
	videoNotes,
} from "./pixel-limits.ts";
import { withFourSections, withSections } from "./positions.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, unsupported } from "./section.ts";
import { kindTower } from "./tower-kinds.ts";
import { flag, frameCount, mergeSide } from "./values.ts";

const ERNIE_IMAGE: PixelDefaults = {
	patch: 14,
	temporalPatch: 1,
	min: 56 ** 2,
	max: 6177 * 28 ** 2,
	readsPixels: false,
};
const ERNIE_VIDEO: PixelDefaults = { patch: 14, min: 299 * 28 ** 2, max: 1196 * 28 ** 2, readsPixels: false };

function readErnie(snapshot: OpenSnapshot): ReadingOf<"ernie-4.5-vl"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "ernie4_5_vl_moe_vision" });
	const text = languageModel(config, { type: "ernie4_5_vl_moe_text" });
	const vision = config.child("vision_config");
	const merge = vision?.read("spatial_merge_size", mergeSide) ?? 2;
	const temporalMerge = vision?.read("temporal_merge_size", temporalFrames) ?? 2;
	const grid = { patch: tower.patch, merge };
	expectClass(image, "image_processor_type", ["Ernie4_5_VLMoeImageProcessor"]);
	checkGrid(image, ERNIE_IMAGE, { ...grid, temporalPatch: 1 });
	const limits = pixelLimits(image, ERNIE_IMAGE);
	const video = snapshot.video();
	expectVideoClass(video, "Ernie4_5_VLMoeVideoProcessor", ["Ernie4_5_VLMoeImageProcessor"]);
	checkGrid(video, ERNIE_VIDEO, {
		...grid,
		temporalPatch: temporalMerge,
		keys: { temporalPatch: "temporal_merge_size" },
	});
	if (temporalMerge !== 2) {
		throw unsupported(`${video.path} temporal_patch_size: ${temporalMerge}; transformers accepts 2 only`);
	}
	const videoLimits = pixelLimits(video, ERNIE_VIDEO);
	const { samples, frames, fps } = readSampling(video, { samples: true });
	const settings: Partial<Ernie45VlSettings> = samples
		? { ...(fps === undefined ? {} : { fps }), ...(frames === undefined ? {} : { num_frames: frames }) }
		: { num_frames: "all" };
	const joined = tower.hidden * merge ** 2;
	return {
		family: "ernie-4.5-vl",
		// The file lists height, width, time.
		positions: withSections(ERNIE, config, [2, 0, 1]),
		constants: {
			...grid,
			temporalMerge,
			minPixels: limits.min,
			maxPixels: limits.max,
			videoMinPixels: videoLimits.min,
			videoMaxPixels: videoLimits.max,
			minFrames: video.read("min_frames", frameCount) ?? 16,
			maxFrames: video.read("max_frames", frameCount) ?? 180,
		},
		settings,
		tower: tower.tower,
		// Two layers and a norm over space, the same over time, one to the language model and a norm.
		projector: {
			kind: "q-former",
			parameters:
				2 * (joined ** 2 + joined) +
				2 * joined +
				(temporalMerge * joined ** 2 + joined + joined ** 2 + joined + 2 * joined) +
				joined * text.hidden +
				2 * text.hidden,
		},
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

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

function readVideoLlama3(snapshot: OpenSnapshot): ReadingOf<"video-llama-3"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "video_llama_3_vision" });
	const text = languageModel(config, { type: "qwen2" });
	expectClass(image, "image_processor_type", ["VideoLlama3ImageProcessor"]);
	// The model merges as many patches as the processor says with every picture.
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
		usual: Object.keys(sampling).length === 0 ? { ...settings, fps: 1 } : settings,
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

const HUNYUAN: PixelDefaults = {
	patch: 16,
	temporalPatch: 1,
	min: 512 ** 2,
	max: 2048 ** 2,
	readsPixels: true,
};

function readHunyuan(snapshot: OpenSnapshot): ReadingOf<"hunyuan-vl"> {
	const { config, processor, image } = snapshot;
	const tower = kindTower(config, { type: "hunyuan_vl_vision" });
	const text = languageModel(config, { type: "hunyuan_vl_text" });
	const merge = config.child("vision_config")?.read("spatial_merge_size", mergeSide) ?? 2;
	expectClass(image, "image_processor_type", ["HunYuanVLImageProcessor"]);
	checkGrid(image, HUNYUAN, { patch: tower.patch, merge });
	const limits = pixelLimits(image, HUNYUAN);
	if ((image.read("spatial_patch_size", mergeSide) ?? 1) !== 1) {
		throw unsupported(`${image.path} spatial_patch_size: only 1 is counted`);
	}
	if (processor.read("cat_extra_token", flag) === false) {
		throw unsupported(
			"processor_config.json cat_extra_token: false; a begin and an end embedding are counted with every picture",
		);
	}
	const { hidden } = tower;
	return {
		family: "hunyuan-vl",
		positions: withFourSections(HUNYUAN_POSITIONS, config),
		constants: { patch: tower.patch, merge, minPixels: limits.min, maxPixels: limits.max },
		tower: tower.tower,
		// Two convolutions, a layer, newline, begin, end and separator embeddings, two norms.
		projector: {
			kind: "q-former",
			parameters:
				2 * hidden ** 2 * merge ** 2 +
				2 * hidden +
				8 * hidden ** 2 +
				4 * hidden +
				4 * hidden * text.hidden +
				text.hidden +
				4 * hidden +
				3 * text.hidden +
				hidden +
				text.hidden,
		},
		text,
		notes: [...text.notes],
	};
}

export const NATIVE_READERS = {
	ernie4_5_vl_moe: {
		family: "ernie-4.5-vl",
		processors: ["Ernie4_5_VLMoeProcessor"],
		// Times are drawn into the frames, which changes no count.
		ignored: { image: NO_SUCH_STEP, video: [...NO_SUCH_STEP, "draw_on_frames", "font"] },
		source: "Ernie4_5_VLMoeImageProcessor and Ernie4_5_VLMoeVideoProcessor",
		read: readErnie,
	},
	video_llama_3: {
		family: "video-llama-3",
		processors: ["VideoLlama3Processor"],
		ignored: { image: NO_SUCH_STEP, video: NO_SUCH_STEP },
		source: "VideoLlama3ImageProcessor and VideoLlama3VideoProcessor",
		read: readVideoLlama3,
	},
	hunyuan_vl: {
		family: "hunyuan-vl",
		processors: ["HunYuanVLProcessor"],
		ignored: { image: NO_SUCH_STEP },
		source: "HunYuanVLProcessor and HunYuanVLImageProcessor",
		read: readHunyuan,
	},
} as const satisfies Record<string, Reader>;
