/**
 * Reads snapshots of InternVL (2, 2.5, 3, 3.5). Source: transformers 5.18
 * models/{internvl,internvl_chat,vision_config}, their processors and configurations.
 */

import { integer, number } from "@onevision/base/schema";
import { normalizedBy } from "../../facts/normalizations.ts";
import { checkVideoView, checkView, readFrames } from "../../snapshot/checks.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { internvlTower } from "../../snapshot/native-towers.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { flag, tokenCount, viewSide } from "../../snapshot/values.ts";
import { squareView, type ViewDefaults } from "../../snapshot/view.ts";
import type { InternvlCheckpoint } from "./checkpoints.ts";
import type { InternvlConstants, InternvlSettings } from "./layout.ts";

type InternvlReading = SnapshotReading<"internvl", InternvlConstants, InternvlSettings>;

/** Class defaults of GotOcr2ImageProcessor and InternVLVideoProcessor. */
const VIEW: ViewDefaults = { size: { height: 384, width: 384 }, crops: false };

const tiles = integer("Tiles", { min: 1, max: 144 });

/** OpenGVLab/InternVL training arguments and model cards: 8 to 32 frames in training, 8 on the card. */
const TRAINED_FRAMES = 32;

const CARD_FRAMES = 8;

function readInternvl(snapshot: OpenSnapshot): InternvlReading {
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
		recommendedSettings: { num_frames: frames.num_frames ?? CARD_FRAMES },
		trainedFrames: TRAINED_FRAMES,
		tower: tower.tower,
		projector: { kind: "pixel-shuffle", merge },
		text,
		notes,
	};
}

/** Frames are sampled from the middle of equal segments of the clip, so only a frame count is supported. */
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

/** Keys of InternVisionConfig that are required, because its defaults describe a tower that no release has. */
const TOWER_KEYS = [
	"hidden_size",
	"num_hidden_layers",
	"num_attention_heads",
	"intermediate_size",
	"norm_type",
];

function readInternvlChat({ config }: OpenSnapshot): InternvlReading {
	const vision = config.child("vision_config");
	const missing = TOWER_KEYS.find((key) => vision?.has(key) !== true);
	if (missing !== undefined) {
		throw unsupported(`config.json vision_config ${missing}: missing; OneVision knows no default for it`);
	}
	const tower = internvlTower(config, "original");
	const text = languageModel(config, { type: "internlm2", key: "llm_config" });
	const tile = config.read("force_image_size", viewSide) ?? tower.imageSize ?? 448;
	const ratio =
		config.read("downsample_ratio", number("Share of a side that is kept", { min: 1 / 8, max: 1 })) ?? 0.5;
	const merge = Math.round(1 / ratio);
	const side = Math.floor(tile / tower.patch);
	if (merge * ratio !== 1 || side % merge !== 0) {
		throw contradiction(
			`config.json downsample_ratio ${ratio}: tiles of ${side}x${side} patches do not shrink to whole tokens`,
		);
	}
	const cuts = config.read("dynamic_image_size", flag) ?? false;
	if (cuts && (config.read("use_thumbnail", flag) ?? false) === false) {
		throw unsupported(
			"config.json use_thumbnail: false; cut images are counted with the whole image as last tile",
		);
	}
	return {
		family: "internvl",
		// From `build_transform` of the model card.
		pixels: { image: normalizedBy("imagenet"), video: normalizedBy("imagenet") },
		constants: {
			tile,
			patch: tower.patch,
			merge,
			minTiles: config.read("min_dynamic_patch", tiles) ?? 1,
			maxTiles: config.read("max_dynamic_patch", tiles) ?? 6,
			trainedFrames: TRAINED_FRAMES,
			cardFrames: CARD_FRAMES,
		},
		settings: cuts ? {} : { crop_to_patches: false },
		recommendedSettings: { ...(cuts ? {} : { crop_to_patches: false }), num_frames: CARD_FRAMES },
		trainedFrames: TRAINED_FRAMES,
		tower: tower.tower,
		projector: { kind: "pixel-shuffle", merge },
		text,
		notes: [
			...text.notes,
			"images count alike in transformers and in the repository's own code; for its choice of frames set parity original",
		],
	};
}

export const snapshot = {
	readers: {
		internvl: {
			family: "internvl",
			processors: ["InternVLProcessor"],
			// InternVLProcessor sets crop_to_patches to true in every call, so the value in the file has no effect.
			ignored: {
				image: ["crop_to_patches"],
				video: ["crop_to_patches", "min_patches", "max_patches"],
				processor: ["start_image_token", "end_image_token", "context_image_token", "video_token"],
			},
			source: "InternVLProcessor, GotOcr2ImageProcessor and InternVLVideoProcessor",
			read: readInternvl,
		},
		internvl_chat: {
			family: "internvl",
			processors: ["CLIPProcessor"],
			// The repository's code reads only config.json.
			ignored: { image: ["size", "crop_size", "do_center_crop", "do_resize", "do_pad"] },
			source: "huggingface.co/OpenGVLab/InternVL2-2B configuration_internvl_chat.py",
			remoteCode: true,
			read: readInternvlChat,
		},
	},
	configOf: ({ constants: { patch, tile, merge } }: InternvlCheckpoint) => ({
		model_type: "internvl",
		vision_config: { patch_size: patch, image_size: tile },
		downsample_ratio: 1 / merge,
	}),
} as const satisfies SnapshotSupport;
