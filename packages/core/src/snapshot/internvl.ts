/**
 * Snapshots of InternVL in transformers' own format (the repositories whose names end in -hf). Source: transformers 5.18
 * models/internvl/{processing,video_processing,configuration}_internvl.py, models/got_ocr2/image_processing_got_ocr2.py.
 */

import { integer, number } from "@onevision/base/schema";
import { normalizedBy } from "../checkpoints/pixels.ts";
import { checkVideoView, checkView, readFrames } from "./checks.ts";
import { languageModel } from "./language-models.ts";
import { internvlTower } from "./native-towers.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { flag, tokenCount } from "./values.ts";
import { squareView, type ViewDefaults } from "./view.ts";

/** GotOcr2ImageProcessor and InternVLVideoProcessor. */
const VIEW: ViewDefaults = { size: { height: 384, width: 384 }, crops: false };
export const tiles = integer("Tiles", { min: 1, max: 144 });

/** OpenGVLab/InternVL training arguments and model cards: 8 to 32 frames in training, 8 on the card. */
export const TRAINED_FRAMES = 32;
export const CARD_FRAMES = 8;

function readInternvl(snapshot: OpenSnapshot): ReadingOf<"internvl"> {
	const { config, processor, image } = snapshot;
	const tower = internvlTower(config);
	const text = languageModel(config, { type: "qwen2" });
	expectClass(image, "image_processor_type", ["GotOcr2ImageProcessor"]);
	const notes = [...text.notes];
	const view = squareView(image, VIEW, { numberIsSquare: true });
	checkView(view, tower, notes);
	const ratio =
		config.read("downsample_ratio", number("Share of a side that is kept", { min: 1 / 8, max: 1 })) ?? 0.5;
	const merge = Math.round(1 / ratio);
	const side = Math.floor(view.side / tower.patch);
	const tokens = processor.read("image_seq_length", tokenCount) ?? 256;
	if (merge * ratio !== 1 || side % merge !== 0 || tokens !== (side / merge) ** 2) {
		throw contradiction(
			`processor_config.json image_seq_length ${tokens}: tiles of ${side}x${side} patches at downsample_ratio ${ratio} do not give as many tokens`,
		);
	}
	const video = snapshot.video();
	expectClass(video, "video_processor_type", ["InternVLVideoProcessor"]);
	checkVideoView(video, squareView(video, VIEW, { numberIsSquare: true }), view.side);
	const frames = readInternvlFrames(video);
	return {
		family: "internvl",
		pixels: { image: normalizedBy("clip"), video: normalizedBy("clip") },
		constants: {
			tile: view.side,
			patch: tower.patch,
			merge,
			minTiles: image.read("min_patches", tiles) ?? 1,
			maxTiles: image.read("max_patches", tiles) ?? 12,
			trainedFrames: TRAINED_FRAMES,
			cardFrames: CARD_FRAMES,
		},
		settings: frames,
		usual: { num_frames: frames.num_frames ?? CARD_FRAMES },
		trainedFrames: TRAINED_FRAMES,
		tower: tower.tower,
		projector: { kind: "pixel-shuffle", merge },
		text,
		notes,
	};
}

/** Frames from the middle of equal shares of the clip; only a number of them is counted. */
function readInternvlFrames(video: Section): { readonly num_frames?: number } {
	if (video.isNull("initial_shift")) {
		throw unsupported(`${video.path} initial_shift: null; transformers fails on it, remove it`);
	}
	const shift = video.has("initial_shift") ? video.read("initial_shift", flag) : true;
	const frames = readFrames(video);
	const samples = video.read("do_sample_frames", flag) ?? false;
	if (samples && frames.num_frames === undefined) {
		throw contradiction(
			`${video.path}: do_sample_frames without num_frames; transformers fails on every video`,
		);
	}
	if (samples && shift !== true) {
		throw unsupported(
			`${video.path} initial_shift: false; frames are counted from the middle of their share`,
		);
	}
	return frames;
}

export const INTERNVL_READERS = {
	internvl: {
		family: "internvl",
		processors: ["InternVLProcessor"],
		// InternVLProcessor passes crop_to_patches true to every call, so that of the file does nothing.
		ignored: {
			image: ["crop_to_patches"],
			video: ["crop_to_patches", "min_patches", "max_patches"],
			processor: ["start_image_token", "end_image_token", "context_image_token", "video_token"],
		},
		source: "InternVLProcessor, GotOcr2ImageProcessor and InternVLVideoProcessor",
		read: readInternvl,
	},
} as const satisfies Record<string, Reader>;
