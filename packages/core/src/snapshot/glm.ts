/**
 * Reads snapshots of GLM-4.1V, GLM-4.5V and GLM-4.6V. Source: transformers 5.18 models/{glm4v,glm4v_moe,glm46v},
 * {processing,image_processing,video_processing,configuration,modeling}_<model>.py.
 */

import { integer } from "@onevision/base/schema";
import type { Glm4vSettings } from "../families/glm4v/layout.ts";
import type { GlmConstants, GlmSettings } from "../layouts/glm-vision.ts";
import { glm } from "../positions/glm.ts";
import type { DecoderType } from "./decoders.ts";
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
import { withSections } from "./positions.ts";
import type { SnapshotReader, SnapshotReading } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { kindTower } from "./tower-kinds.ts";
import { mlpWidth } from "./tower-shape.ts";
import { flag, framesPerSecond, mergeSide } from "./values.ts";

export type Glm4vReading = SnapshotReading<"glm4v", GlmConstants, Glm4vSettings>;
export type Glm46vReading = SnapshotReading<"glm46v", GlmConstants, GlmSettings>;

const IMAGE: PixelDefaults = { patch: 14, min: 112 * 112, max: 28 * 28 * 15_000, readsPixels: false };

const VIDEO: PixelDefaults = { patch: 14, min: 112 * 112, max: 28 * 28 * 2 * 30_000, readsPixels: false };

const IMAGES = ["Glm4vImageProcessor", "Glm46VImageProcessor"];

const seconds = integer("Seconds", { min: 1, max: 100_000 });

interface Glm {
	readonly constants: GlmConstants;
	readonly parts: Pick<Glm4vReading, "tower" | "projector" | "text">;
	readonly video: Section;
	readonly notes: readonly string[];
}

function readGlm(snapshot: OpenSnapshot, textType: DecoderType): Glm {
	const { config, image } = snapshot;
	const tower = kindTower(config, {
		type: "glm4v_vision",
		spelled: ["glm4v_moe_vision", "glm4v", "glm4v_moe"],
	});
	const text = languageModel(config, { type: textType });
	const vision = config.child("vision_config");
	const merge = vision?.read("spatial_merge_size", mergeSide) ?? 2;
	const temporalPatch = vision?.read("temporal_patch_size", temporalFrames) ?? 2;
	const grid = { patch: tower.patch, merge, temporalPatch };
	expectClass(image, "image_processor_type", IMAGES);
	checkGrid(image, IMAGE, grid);
	const limits = pixelLimits(image, IMAGE);
	const video = snapshot.video();
	checkGrid(video, VIDEO, grid);
	const videoLimits = pixelLimits(video, VIDEO);
	const inner = vision?.read("intermediate_size", mlpWidth) ?? 13_696;
	const out = tower.mlp;
	return {
		constants: {
			...grid,
			minPixels: limits.min,
			maxPixels: limits.max,
			videoMinPixels: videoLimits.min,
			videoMaxPixels: videoLimits.max,
		},
		parts: {
			tower: tower.tower,
			// A convolution over merge x merge patches, then a layer, a norm and a gated MLP without biases.
			projector: {
				kind: "q-former",
				parameters: tower.hidden * out * merge ** 2 + out + out ** 2 + 2 * out + 3 * out * inner,
			},
			text,
		},
		video,
		notes: videoNotes(video, image, text.notes),
	};
}

/** Both generations use the same model types; the video processor tells them apart. */
function isGlm46(snapshot: OpenSnapshot, modelType: string): boolean {
	const { processor, image } = snapshot;
	const video = snapshot.video();
	const named =
		expectClass(video, "video_processor_type", ["Glm4vVideoProcessor", "Glm46VVideoProcessor"]) ??
		expectClass(video, "image_processor_type", IMAGES)?.replace("Image", "Video");
	const byModel = modelType === "glm46v" ? "Glm46VVideoProcessor" : "Glm4vVideoProcessor";
	const whole = [processor, image].map((part) =>
		expectClass(part, "processor_class", ["Glm4vProcessor", "Glm46VProcessor"]),
	);
	const used = named ?? byModel;
	const other = whole.find(
		(name) => name !== undefined && name.replace("Processor", "VideoProcessor") !== used,
	);
	if (other === undefined) return used === "Glm46VVideoProcessor";
	throw contradiction(
		`${video.path} is for ${used}, processor_class says ${other}: the two write frames differently; make them agree`,
	);
}

function readGlmType(
	snapshot: OpenSnapshot,
	modelType: string,
	textType: DecoderType,
): Glm4vReading | Glm46vReading {
	const { constants, parts, notes, video } = readGlm(snapshot, textType);
	const sampled: Partial<GlmSettings> =
		(video.read("do_sample_frames", flag) ?? true) ? {} : { num_frames: "all" };
	if (isGlm46(snapshot, modelType)) {
		if (constants.temporalPatch !== 2) {
			throw unsupported(
				`config.json vision_config temporal_patch_size: ${constants.temporalPatch}; GLM-4.6V is counted by pairs of frames`,
			);
		}
		// The rate depends on the clip's length, so the file's rate has no effect.
		for (const key of ["fps", "max_duration"]) video.has(key);
		const positions = withSections(glm("glm46v"), snapshot.config);
		return { family: "glm46v", positions, constants, settings: sampled, ...parts, notes };
	}
	const fps = video.read("fps", framesPerSecond) ?? 2;
	const longest = video.read("max_duration", seconds) ?? 300;
	return {
		family: "glm4v",
		positions: withSections(glm("glm4v"), snapshot.config),
		constants,
		settings: {
			...sampled,
			...(fps === 2 ? {} : { fps }),
			...(longest === 300 ? {} : { max_duration: longest }),
		},
		...parts,
		notes,
	};
}

/** Frames are sampled by time, so a frame count in the file has no effect. */
const VIDEO_IGNORED = [...NO_SUCH_STEP, "max_image_size", "num_frames"];

export const glmReader = (modelType: string, family: "glm4v" | "glm46v", textType: DecoderType) =>
	({
		family,
		processors: ["Glm4vProcessor", "Glm46VProcessor"],
		ignored: { image: NO_SUCH_STEP, video: VIDEO_IGNORED },
		source: "Glm4vImageProcessor and Glm4vVideoProcessor, or Glm46VImageProcessor and Glm46VVideoProcessor",
		read: (snapshot) => readGlmType(snapshot, modelType, textType),
	}) as const satisfies SnapshotReader;
