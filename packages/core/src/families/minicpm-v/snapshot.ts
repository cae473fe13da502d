/**
 * Reads snapshots of MiniCPM-V 4.6. Source: transformers 5.18 models/{minicpmv4_6,vision_config}, their processors and
 * configurations.
 */

import { expectSame, expectVideoClass } from "../../snapshot/frames.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { type Cuts, readCuts } from "../../snapshot/minicpm.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { NO_SUCH_STEP, videoNotes } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { flag, frameCount, mergePair, mergeSide } from "../../snapshot/values.ts";
import type { MinicpmVCheckpoint } from "./checkpoints.ts";
import type { MinicpmVConstants, MinicpmVSettings } from "./layout.ts";

type MinicpmVReading = SnapshotReading<"minicpm-v", MinicpmVConstants, MinicpmVSettings>;

function readMinicpm46(snapshot: OpenSnapshot): MinicpmVReading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "minicpmv4_6_vision" });
	const text = languageModel(config, { type: "qwen3_5_text" });
	expectClass(image, "image_processor_type", ["MiniCPMV4_6ImageProcessor"]);
	const images = readCuts(image);
	const video = snapshot.video();
	expectVideoClass(video, "MiniCPMV4_6VideoProcessor", ["MiniCPMV4_6ImageProcessor"]);
	const frames = readCuts(video);
	checkAgainstModel(config, tower.patch, images);
	expectSame(video, "patch_size", frames.constants.patch, images.constants.patch);
	expectSame(video, "scale_resolution", frames.constants.slice, images.constants.slice);
	if (frames.constants.downsample !== images.constants.downsample) {
		throw unsupported(`${video.path} downsample_mode: OneVision counts frames and images with one mode`);
	}
	if (image.read("use_image_id", flag) === false) {
		throw unsupported(`${image.path} use_image_id: false; images are counted with their numbers before them`);
	}
	if ((video.read("stack_frames", frameCount) ?? 1) !== 1) {
		throw unsupported(`${video.path} stack_frames: frames side by side are not counted; remove it`);
	}
	const { maxSlices } = frames.constants;
	const settings: Partial<MinicpmVSettings> = {
		...(images.cuts ? {} : { slice_mode: false }),
		...(frames.cuts ? {} : { video_slice_mode: false }),
		...(maxSlices === images.constants.maxSlices ? {} : { video_max_slice_nums: maxSlices }),
		...((video.read("do_sample_frames", flag) ?? true) ? {} : { num_frames: "all" as const }),
	};
	const maxFrames = video.read("max_num_frames", frameCount) ?? 128;
	return {
		family: "minicpm-v",
		constants: { ...images.constants, maxFrames },
		settings,
		trainedFrames: maxFrames,
		tower: tower.tower,
		projector: { kind: "q-former", parameters: mergers(tower.hidden, tower.mlp, text.hidden) },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

/** Checks the model against the counting rule, which merges 2x2 patches inside the tower and 2x2 after it. */
function checkAgainstModel(config: Section, patch: number, { constants }: Cuts): void {
	const vision = config.child("vision_config");
	const inner = vision?.read("window_kernel_size", mergePair) ?? [2, 2];
	const outer = config.read("merge_kernel_size", mergePair) ?? [2, 2];
	const times = config.read("merger_times", mergeSide) ?? 1;
	if ([...inner, ...outer].some((side) => side !== 2) || times !== 1) {
		throw unsupported(
			"config.json: only two merges of 2x2 patches are counted (window_kernel_size, merge_kernel_size, merger_times)",
		);
	}
	if (patch === constants.patch) return;
	throw contradiction(
		`preprocessor_config.json patch_size ${constants.patch}, config.json vision_config patch_size ${patch}: the prompt and the model would disagree; make them equal`,
	);
}

/** Inside the tower: windowed attention, two norms and two layers. After it: a norm and two layers. */
function mergers(hidden: number, mlp: number, text: number): number {
	const joined = 4 * hidden;
	const inside =
		4 * (hidden ** 2 + hidden) +
		2 * hidden +
		2 * joined +
		(joined * 4 * mlp + 4 * mlp) +
		(4 * mlp * hidden + hidden);
	return inside + 2 * joined + joined ** 2 + joined + joined * text + text;
}

export const snapshot = {
	readers: {
		minicpmv4_6: {
			family: "minicpm-v",
			processors: ["MiniCPMV4_6Processor"],
			ignored: {
				image: [...NO_SUCH_STEP, "size"],
				video: [...NO_SUCH_STEP, "size", "use_image_id"],
			},
			source: "MiniCPMV4_6ImageProcessor and MiniCPMV4_6VideoProcessor",
			read: readMinicpm46,
		},
	},
	configOf: ({ constants }: MinicpmVCheckpoint) => ({
		model_type: "minicpmv4_6",
		vision_config: { patch_size: constants.patch },
	}),
} as const satisfies SnapshotSupport;
