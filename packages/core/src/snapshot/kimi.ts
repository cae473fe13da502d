/**
 * Snapshots of Kimi's models: K2.5, and Kimi-VL in its own format. Sources: transformers 5.18 models/kimi_k25; the Python
 * files of huggingface.co/moonshotai/Kimi-VL-A3B-Instruct.
 */

import { integer, list } from "@onevision/base/schema";
import type { KimiK25Settings } from "../families/kimi-k2.5/layout.ts";
import { expectSame, expectVideoClass, readSampling } from "./frames.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize, NO_SUCH_STEP, temporalFrames, videoNotes } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { kindTower } from "./tower-kinds.ts";
import { flag, framesPerSecond, mergeSide, patchSide, sizeObject } from "./values.ts";

const patches = integer("Patches", { min: 1, max: 2 ** 32 });
const pair = list("Patches per side", mergeSide, { min: 2, max: 2 });

function readKimiK25(snapshot: OpenSnapshot): ReadingOf<"kimi-k2.5"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "kimi_k25_vision" });
	const text = languageModel(config, { type: "deepseek_v3", spelled: { kimi_k2: "deepseek_v3" } });
	const vision = config.child("vision_config");
	const [merge = 2, other = 2] = vision?.read("merge_kernel_size", pair) ?? [2, 2];
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
		// With a null for fps nothing says how many frames, and all are taken.
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

/** The file of moonshotai/Kimi-K2.5 is for code of its own: other names of the same limits (kimi_k25_vision_processing.py). */
function readMediaProc(
	media: Section,
	patch: number,
	merge: number,
	notes: readonly string[],
): Pick<ReadingOf<"kimi-k2.5">, "family" | "constants" | "notes"> {
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
			"media_proc_cfg is for code of the repository: pictures count alike, frames are chosen as transformers does, which may take one fewer",
		],
	};
}

/** A token of `patch_size` and `merge_size` that is the tower's. */
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

/** configuration_kimi_vl.py and image_processing_kimi_vl.py of huggingface.co/moonshotai/Kimi-VL-A3B-Instruct. */
function readKimiVl(snapshot: OpenSnapshot): ReadingOf<"kimi-vl"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "moonvit" });
	const text = languageModel(config, { type: "deepseek_v3" });
	const kernel = config.child("vision_config")?.read("merge_kernel_size", pair) ?? [2, 2];
	const own = image.read("merge_kernel_size", pair) ?? [2, 2];
	expectClass(image, "image_processor_type", ["KimiVLImageProcessor"]);
	const patch = image.read("patch_size", patchSide) ?? 14;
	const [merge = 2] = kernel;
	if (patch !== tower.patch || [...kernel, ...own].some((side) => side !== merge)) {
		throw contradiction(
			`${image.path}: patch_size ${patch} and merge_kernel_size ${own.join("x")}, config.json vision_config: ${tower.patch} and ${kernel.join("x")}; they must be equal and square`,
		);
	}
	if ((image.read("pad_input", flag) ?? false) === false) {
		throw unsupported(
			`${image.path} pad_input: false crops pictures to whole tokens; only padded ones are counted`,
		);
	}
	return {
		family: "kimi-vl",
		constants: {
			patch,
			merge,
			maxPatches: image.read("in_token_limit", integer("Patches", { min: 1, max: 2 ** 32 })) ?? 4096,
		},
		tower: tower.tower,
		projector: { kind: "patch-merger", merge },
		text,
		notes: [...text.notes],
	};
}

export const KIMI_READERS = {
	kimi_k25: {
		family: "kimi-k2.5",
		processors: ["Kimi_K25Processor"],
		ignored: { image: NO_SUCH_STEP, video: NO_SUCH_STEP },
		source: "Kimi_K25ImageProcessor and Kimi_K25VideoProcessor",
		read: readKimiK25,
	},
	kimi_vl: {
		family: "kimi-vl",
		processors: ["KimiVLProcessor"],
		ignored: { image: ["num_pooled_tokens"] },
		source: "huggingface.co/moonshotai/Kimi-VL-A3B-Instruct image_processing_kimi_vl.py",
		original: true,
		read: readKimiVl,
	},
} as const satisfies Record<string, Reader>;
