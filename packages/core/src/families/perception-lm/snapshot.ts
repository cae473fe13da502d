/**
 * Reads snapshots of PerceptionLM. Source: transformers 5.18 models/perception_lm, its processors and configurations.
 */

import { choice, integer } from "@onevision/base/schema";
import { checkView, readFrames } from "../../snapshot/checks.ts";
import { expectSame, expectVideoClass } from "../../snapshot/frames.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import { expectResize } from "../../snapshot/pixel-limits.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, section, show, unsupported } from "../../snapshot/section.ts";
import type { ReadTower } from "../../snapshot/tower-shape.ts";
import { width } from "../../snapshot/tower-shape.ts";
import { flag, mergeSide, patchSide, tileCount, viewSide, word } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import { type PerceptionLmConstants, type PerceptionLmSettings, VISION_INPUT_TYPES } from "./layout.ts";

type PerceptionLmReading = SnapshotReading<"perception-lm", PerceptionLmConstants, PerceptionLmSettings>;

/** Frames per clip in training. No file of the checkpoint specifies it. */
const PERCEPTION_FRAMES = 32;

function readPerceptionLm(snapshot: OpenSnapshot): PerceptionLmReading {
	const { config, processor, image } = snapshot;
	const tower = perceptionTower(snapshot);
	const text = languageModel(config, { type: "llama" });
	expectClass(image, "image_processor_type", ["PerceptionLMImageProcessor"]);
	expectResize(image);
	const tile = image.read("tile_size", viewSide) ?? 448;
	const notes = [...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const patch = processor.read("patch_size", patchSide);
	const merge = processor.read("pooling_ratio", mergeSide) ?? 2;
	const modelMerge = config.read("projector_pooling_ratio", mergeSide) ?? 1;
	if (patch !== tower.patch || merge !== modelMerge) {
		throw contradiction(
			`processor_config.json: patch_size ${patch ?? "missing"} and pooling_ratio ${merge}, config.json: ${tower.patch} and ${modelMerge}; the prompt and the model would disagree, make them equal`,
		);
	}
	const input =
		image.read("vision_input_type", choice("Tiles or one view", VISION_INPUT_TYPES)) ?? "thumb+tile";
	const video = snapshot.video();
	expectVideoClass(video, "PerceptionLMVideoProcessor", ["PerceptionLMImageProcessor"]);
	expectSame(video, "size", squareSize(video, 448), tile);
	if (video.read("do_center_crop", flag) === true) {
		throw unsupported(`${video.path} do_center_crop: true; frames are counted as they are resized`);
	}
	const frames = readFrames(video);
	const settings: Partial<PerceptionLmSettings> = {
		...frames,
		...(input === "thumb+tile" ? {} : { vision_input_type: input }),
	};
	return {
		family: "perception-lm",
		constants: {
			tile,
			patch: tower.patch,
			merge,
			maxTiles: image.read("max_num_tiles", tileCount) ?? 36,
			trainedFrames: PERCEPTION_FRAMES,
		},
		settings,
		recommendedSettings: { num_frames: frames.num_frames ?? PERCEPTION_FRAMES },
		trainedFrames: PERCEPTION_FRAMES,
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes,
	};
}

/** timm's Perception Encoders, identified by depth and width. */
const PERCEPTION_ENCODERS = [
	{ depth: 23, width: 1024, tower: "pe-lang-l14-448" },
	{ depth: 47, width: 1536, tower: "pe-lang-g14-448" },
] as const;

function perceptionTower({ config }: OpenSnapshot): ReadTower {
	const vision = config.child("vision_config") ?? section("config.json vision_config", {});
	const architecture = vision.read("architecture", word) ?? "resnet50";
	const args = vision.child("model_args");
	const depth = args?.read("depth", integer("Blocks", { min: 1, max: 512 }));
	const embedded = args?.read("embed_dim", width);
	const found = PERCEPTION_ENCODERS.find((row) => row.depth === depth && row.width === embedded);
	if (!architecture.startsWith("vit_pe") || !architecture.includes("patch14") || found === undefined) {
		throw unsupported(
			`${vision.path}: ${show(architecture)} of ${depth ?? "?"} blocks of ${embedded ?? "?"} is no Perception Encoder that is known; known: ${PERCEPTION_ENCODERS.map((row) => `${row.depth} blocks of ${row.width}`).join(", ")}, patch 14`,
		);
	}
	return { tower: found.tower, patch: 14, imageSize: 448, classTokens: 0 };
}

export const snapshot = {
	readers: {
		perception_lm: {
			family: "perception-lm",
			processors: ["PerceptionLMProcessor"],
			ignored: {
				image: [...NO_CROP, "size", "default_to_square"],
				video: [...NO_CROP, "tile_size", "max_num_tiles", "vision_input_type"],
			},
			source: "PerceptionLMProcessor, PerceptionLMImageProcessor and PerceptionLMVideoProcessor",
			read: readPerceptionLm,
		},
	},
} as const satisfies SnapshotSupport;
