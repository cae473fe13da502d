/** Reads snapshots of Kimi K2.5. Source: transformers 5.18 models/kimi_k25, its processors and configurations. */

import { integer } from "@onevision/base/schema";
import { expectSame, expectVideoClass, readSampling } from "../../snapshot/frames.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { expectResize, NO_SUCH_STEP, temporalFrames, videoNotes } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { kindTower } from "../../snapshot/tower-kinds.ts";
import { framesPerSecond, mergePair, mergeSide, patchSide, sizeObject } from "../../snapshot/values.ts";
import type { KimiK25Constants, KimiK25Settings } from "./layout.ts";

type KimiK25Reading = SnapshotReading<"kimi-k2.5", KimiK25Constants, KimiK25Settings>;

const patches = integer("Patches", { min: 1, max: 2 ** 32 });

function readKimiK25(snapshot: OpenSnapshot): KimiK25Reading {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "kimi_k25_vision" });
	const text = languageModel(config, { type: "deepseek_v3", spelled: { kimi_k2: "deepseek_v3" } });
	const vision = config.child("vision_config");
	const [merge = 2, other = 2] = vision?.read("merge_kernel_size", mergePair) ?? [2, 2];
	if (merge !== other) {
		throw unsupported(
			`config.json vision_config merge_kernel_size: ${merge} and ${other}; only squares are counted`,
		);
	}
	const parts = { tower: tower.tower, projector: { kind: "patch-merger", merge }, text } as const;
	const original = image.child("media_proc_cfg");
	if (original !== undefined) {
		return { ...parts, ...readMediaProc(original, tower.patch, merge, text.notes) };
	}
	expectClass(image, "image_processor_type", ["Kimi_K25ImageProcessor"]);
	checkKimiGrid(image, tower.patch, merge);
	const video = snapshot.video();
	expectVideoClass(video, "Kimi_K25VideoProcessor", ["Kimi_K25ImageProcessor"]);
	checkKimiGrid(video, tower.patch, merge);
	const maxSide = kimiSide(image);
	expectSame(video, "size", kimiSide(video), maxSide);
	const { samples, frames, fps } = readSampling(video, { samples: true, fps: 2 });
	const settings: Partial<KimiK25Settings> = {
		// With a null fps nothing sets the number of frames, so all are used.
		...(samples && (frames !== undefined || fps !== undefined) ? {} : { num_frames: "all" }),
		...(frames !== undefined && samples ? { num_frames: frames } : {}),
	};
	return {
		family: "kimi-k2.5",
		constants: {
			patch: tower.patch,
			merge,
			maxPatches: image.read("max_patches", patches) ?? 16_384,
			frameMaxPatches: video.read("max_patches", patches) ?? 4096,
			maxSide,
			chunk: video.read("temporal_patch_size", temporalFrames) ?? 4,
			fps: fps ?? 2,
		},
		settings,
		...parts,
		notes: videoNotes(video, image, text.notes),
	};
}

/**
 * The file in moonshotai/Kimi-K2.5 is for its own code, which uses other names for the same limits
 * (kimi_k25_vision_processing.py).
 */
function readMediaProc(
	media: Section,
	patch: number,
	merge: number,
	notes: readonly string[],
): Pick<KimiK25Reading, "family" | "constants" | "notes"> {
	const own = media.read("patch_size", patchSide) ?? 14;
	const ownMerge = media.read("merge_kernel_size", mergeSide) ?? 2;
	if (own !== patch || ownMerge !== merge) {
		throw contradiction(
			`${media.path}: patch_size ${own} and merge_kernel_size ${ownMerge}, config.json vision_config: ${patch} and ${merge}; the prompt and the model would disagree, make them equal`,
		);
	}
	for (const key of ["fixed_output_tokens", "in_patch_limit_video", "max_num_frames_each_video"]) {
		if (media.read(key, patches) !== undefined) {
			throw unsupported(`${media.path} ${key}: only null is counted`);
		}
	}
	const maxPatches = media.read("in_patch_limit", patches) ?? 16_384;
	const constants = {
		patch,
		merge,
		maxPatches,
		frameMaxPatches: media.read("in_patch_limit_each_frame", patches) ?? maxPatches,
		maxSide: media.read("patch_limit_on_one_side", patches) ?? 512,
		chunk: media.read("temporal_merge_kernel_size", temporalFrames) ?? 4,
		fps: media.read("sample_fps", framesPerSecond) ?? 2,
	};
	media.refuseOthers(["config_type", "image_mean", "image_std", "timestamp_mode"], "kimi_k25");
	return {
		family: "kimi-k2.5",
		constants,
		notes: [
			...notes,
			"media_proc_cfg is for code of the repository: images count alike, frames are chosen as transformers does, which may take one fewer",
		],
	};
}

/** Checks that `patch_size` and `merge_size` match the tower's. */
function checkKimiGrid(section: Section, patch: number, merge: number): void {
	const own = section.read("patch_size", patchSide) ?? 14;
	const ownMerge = section.read("merge_size", mergeSide) ?? 2;
	if (own !== patch || ownMerge !== merge) {
		throw contradiction(
			`${section.path}: patch_size ${own} and merge_size ${ownMerge}, config.json vision_config: ${patch} and ${merge}; the prompt and the model would disagree, make them equal`,
		);
	}
	expectResize(section);
}

function kimiSide(section: Section): number {
	const size = sizeObject(section, "size", true) ?? { max_height: 512, max_width: 512 };
	if (size.max_height !== undefined && size.max_height === size.max_width) return size.max_height;
	throw unsupported(`${section.path} size: transformers needs equal max_height and max_width here`);
}

export const snapshot = {
	readers: {
		kimi_k25: {
			family: "kimi-k2.5",
			processors: ["Kimi_K25Processor"],
			ignored: { image: NO_SUCH_STEP, video: NO_SUCH_STEP },
			source: "Kimi_K25ImageProcessor and Kimi_K25VideoProcessor",
			read: readKimiK25,
		},
	},
} as const satisfies SnapshotSupport;
