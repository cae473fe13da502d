/**
 * Snapshots of MiniCPM-V: 4.6, and 2 to 4.5 in the format of their own code. Source: transformers 5.18
 * models/minicpmv4_6/{processing,image_processing,video_processing,configuration,modeling}_minicpmv4_6.py.
 */

import { choice, either, integer, list, number } from "@onevision/base/schema";
import { resampler } from "../checkpoints/minicpm.ts";
import type { MinicpmVConstants, MinicpmVSettings } from "../families/minicpm-v/layout.ts";
import type { DecoderType } from "./decoders.ts";
import { expectSame, expectVideoClass } from "./frames.ts";
import { languageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize, NO_SUCH_STEP, videoNotes } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, show, unsupported } from "./section.ts";
import { kindTower } from "./tower-kinds.ts";
import { flag, frameCount, mergeSide, patchSide, tokenCount, viewSide, word } from "./values.ts";

const slices = integer("Cuts", { min: 1, max: 1000 });
const mode = choice("Patches merged into one token", ["16x", "4x"]);
const pair = list("Patches per side", mergeSide, { min: 2, max: 2 });

interface Cuts {
	readonly constants: Pick<MinicpmVConstants, "patch" | "slice" | "maxSlices" | "downsample">;
	readonly cuts: boolean;
}

function readCuts(part: Section): Cuts {
	expectResize(part);
	return {
		constants: {
			patch: part.read("patch_size", patchSide) ?? 14,
			slice: part.read("scale_resolution", viewSide) ?? 448,
			maxSlices: part.read("max_slice_nums", slices) ?? 9,
			downsample: part.read("downsample_mode", mode) ?? "16x",
		},
		cuts: part.read("slice_mode", flag) ?? true,
	};
}

function readMinicpm46(snapshot: OpenSnapshot): ReadingOf<"minicpm-v"> {
	const { config, image } = snapshot;
	const tower = kindTower(config, { type: "minicpmv4_6_vision" });
	const text = languageModel(config, { type: "qwen3_5_text" });
	expectClass(image, "image_processor_type", ["MiniCPMV4_6ImageProcessor"]);
	const pictures = readCuts(image);
	const video = snapshot.video();
	expectVideoClass(video, "MiniCPMV4_6VideoProcessor", ["MiniCPMV4_6ImageProcessor"]);
	const frames = readCuts(video);
	checkAgainstModel(config, tower.patch, pictures);
	expectSame(video, "patch_size", frames.constants.patch, pictures.constants.patch);
	expectSame(video, "scale_resolution", frames.constants.slice, pictures.constants.slice);
	if (frames.constants.downsample !== pictures.constants.downsample) {
		throw unsupported(`${video.path} downsample_mode: OneVision counts frames and pictures with one mode`);
	}
	if (image.read("use_image_id", flag) === false) {
		throw unsupported(
			`${image.path} use_image_id: false; pictures are counted with their numbers before them`,
		);
	}
	if ((video.read("stack_frames", frameCount) ?? 1) !== 1) {
		throw unsupported(`${video.path} stack_frames: frames side by side are not counted; remove it`);
	}
	const { maxSlices } = frames.constants;
	const settings: Partial<MinicpmVSettings> = {
		...(pictures.cuts ? {} : { slice_mode: false }),
		...(frames.cuts ? {} : { video_slice_mode: false }),
		...(maxSlices === pictures.constants.maxSlices ? {} : { video_max_slice_nums: maxSlices }),
		...((video.read("do_sample_frames", flag) ?? true) ? {} : { num_frames: "all" as const }),
	};
	const maxFrames = video.read("max_num_frames", frameCount) ?? 128;
	return {
		family: "minicpm-v",
		constants: { ...pictures.constants, maxFrames },
		settings,
		trainedFrames: maxFrames,
		tower: tower.tower,
		projector: { kind: "q-former", parameters: mergers(tower.hidden, tower.mlp, text.hidden) },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

/** The counted rule merges 2x2 patches inside the tower and 2x2 after it. */
function checkAgainstModel(config: Section, patch: number, { constants }: Cuts): void {
	const vision = config.child("vision_config");
	const inner = vision?.read("window_kernel_size", pair) ?? [2, 2];
	const outer = config.read("merge_kernel_size", pair) ?? [2, 2];
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

/** Attention over windows, two norms and two layers inside the tower; a norm and two layers after it. */
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

/** Decoders of the releases by `version` of config.json; 2.5 has none. */
const OLDER: Readonly<Record<string, { readonly type: DecoderType; readonly maxFrames: number }>> = {
	"2.5": { type: "llama", maxFrames: 0 },
	"2.6": { type: "qwen2", maxFrames: 64 },
	"4": { type: "llama", maxFrames: 64 },
	"4.5": { type: "qwen3", maxFrames: 0 },
};

const versionNumber = either(number("A version", { min: 0, max: 100 }), word);

/**
 * configuration_minicpm.py, modeling_minicpmv.py and image_processing_minicpmv.py of huggingface.co/openbmb/MiniCPM-V-2,
 * whose older copies keep the cuts in config.json alone.
 */
function readSecond({ config, opened }: OpenSnapshot): ReadingOf<"minicpm-v-resampler"> {
	const encoder = config.read("vision_encoder", word) ?? "";
	if (!encoder.startsWith("vit_so400m_patch14_siglip_384")) {
		throw unsupported(
			`config.json vision_encoder ${show(encoder)}: MiniCPM-V 2 is counted with vit_so400m_patch14_siglip_384`,
		);
	}
	const image = opened().image;
	if (image !== undefined) expectClass(image, "image_processor_type", ["MiniCPMVImageProcessor"]);
	const { constants, cuts } = readCuts(image ?? config);
	const queries = config.read("query_num", tokenCount) ?? 64;
	const written = image?.read("image_feature_size", tokenCount) ?? 64;
	if (queries !== written || constants.patch !== 14 || !cuts || config.read("slice_mode", flag) === false) {
		throw contradiction(
			`${(image ?? config).path}: image_feature_size ${written}, patch_size ${constants.patch}, config.json query_num ${queries}, patches of 14 px; they must agree, and pictures are counted with cuts`,
		);
	}
	const text = languageModel(config, { type: "llama", flat: true });
	const { patch, slice, maxSlices } = constants;
	const whole = config.read("drop_vision_last_layer", flag) === false;
	return {
		family: "minicpm-v-resampler",
		constants: {
			patch,
			slice,
			maxSlices,
			frameSlices: CARD_FRAME_SLICES,
			queries,
			imageId: false,
			maxFrames: 0,
		},
		tower: whole ? "siglip-so400m-patch14-384-full" : "siglip-so400m-patch14-384",
		projector: resampler(text.hidden, queries),
		text,
		notes: [...text.notes],
	};
}

/** configuration_minicpm.py and image_processing_minicpmv.py of huggingface.co/openbmb/MiniCPM-V-2_6 and its kin. */
function readOlder(snapshot: OpenSnapshot): ReadingOf<"minicpm-v-resampler"> {
	const { config } = snapshot;
	const version = String(config.read("version", versionNumber) ?? 2.5);
	if (config.has("vision_encoder") && !config.has("vision_config")) return readSecond(snapshot);
	const { image } = snapshot;
	const release = Object.hasOwn(OLDER, version) ? OLDER[version] : undefined;
	if (release === undefined) {
		throw unsupported(`config.json version ${version}: known: ${Object.keys(OLDER).sort().join(", ")}`);
	}
	const tower = kindTower(config, {
		type: "minicpmv4_6_vision",
		spelled: ["siglip", "siglip_vision_model", "idefics2"],
	});
	const text = languageModel(config, { type: release.type, flat: true });
	expectClass(image, "image_processor_type", ["MiniCPMVImageProcessor"]);
	const { constants, cuts } = readCuts(image);
	const queries = config.read("query_num", tokenCount) ?? 64;
	const written = image.read("image_feature_size", tokenCount) ?? 64;
	if (queries !== written || constants.patch !== tower.patch || !cuts) {
		throw contradiction(
			`${image.path}: image_feature_size ${written}, patch_size ${constants.patch} and slice_mode ${cuts}, config.json query_num ${queries}, patches of ${tower.patch} px; they must agree, and pictures are counted with cuts`,
		);
	}
	const imageId = image.read("use_image_id", flag) ?? version !== "2.5";
	return {
		family: "minicpm-v-resampler",
		constants: {
			patch: constants.patch,
			slice: constants.slice,
			maxSlices: constants.maxSlices,
			frameSlices: CARD_FRAME_SLICES,
			queries,
			imageId,
			maxFrames: release.maxFrames,
		},
		tower: tower.tower,
		projector: resampler(text.hidden, queries),
		text,
		notes: [...text.notes],
	};
}

/** `max_slice_nums` for the frames of a clip on the model cards. */
const CARD_FRAME_SLICES = 2;

export const MINICPM_READERS = {
	minicpmv: {
		family: "minicpm-v-resampler",
		processors: ["MiniCPMVProcessor"],
		ignored: {
			image: [
				"im_start",
				"im_end",
				"im_start_token",
				"im_end_token",
				"im_id_start",
				"im_id_end",
				"slice_start",
				"slice_end",
				"slice_start_token",
				"slice_end_token",
				"unk",
				"unk_token",
				"norm_mean",
				"norm_std",
				"version",
				"mean",
				"std",
			],
		},
		source: "huggingface.co/openbmb/MiniCPM-V-2_6 image_processing_minicpmv.py",
		original: true,
		read: readOlder,
	},
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
} as const satisfies Record<string, Reader>;
