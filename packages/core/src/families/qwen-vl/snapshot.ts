/**
 * Reads snapshots of Qwen-VL (2, 2.5, 3, 3.5). Source: transformers 5.18
 * models/{qwen2_vl,qwen2_5_vl,qwen3_vl,qwen3_vl_moe,qwen3_5,qwen3_5_moe}, their processors and configurations.
 */

import { integer, number } from "@onevision/base/schema";
import { type NormalizationId, normalizedBy } from "../../facts/normalizations.ts";
import type { MropeRule } from "../../positions/rule.ts";
import { merged } from "../../snapshot/base-config.ts";
import type { DecoderType } from "../../snapshot/decoders.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { qwenTower } from "../../snapshot/native-towers.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import {
	checkGrid,
	NO_SUCH_STEP,
	type PixelDefaults,
	pixelLimits,
	QWEN2_VL_IMAGE,
	videoNotes,
} from "../../snapshot/pixel-limits.ts";
import { withSections } from "../../snapshot/positions.ts";
import type { SnapshotReader, SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { flag, frameCount, framesPerSecond, word } from "../../snapshot/values.ts";
import type { QwenVlCheckpoint } from "./checkpoints.ts";
import type { QwenVlConstants, QwenVlSettings } from "./constants.ts";
import { QWEN2, QWEN2_5, QWEN3, QWEN3_5 } from "./positions.ts";

type QwenVlReading = SnapshotReading<"qwen-vl", QwenVlConstants, QwenVlSettings>;

interface Generation {
	readonly positions: MropeRule;
	readonly tower: "qwen2_vl" | "qwen2_5_vl" | "qwen3_vl" | "qwen3_5";
	readonly video: PixelDefaults;
	readonly videoClass: string;
	readonly videoNormalization: NormalizationId;
	readonly limits: QwenVlConstants["videoLimits"];
	readonly samples: boolean;
	/** Class default of `fps`. A file cannot turn it off. */
	readonly fps?: number;
	/** Class default of `max_video_tokens`. */
	readonly maxVideoTokens: number;
}

const QWEN_2_VIDEO = {
	video: { patch: 14, min: 128 * 28 * 28, max: 28 * 28 * 768, readsPixels: true },
	videoClass: "Qwen2VLVideoProcessor",
	videoNormalization: "clip",
	limits: "per-frame",
	samples: false,
	maxVideoTokens: 128_000,
} as const;

const QWEN_3_VIDEO = {
	video: { patch: 16, min: 128 * 32 * 32, max: 32 * 32 * 768, readsPixels: false },
	videoClass: "Qwen3VLVideoProcessor",
	videoNormalization: "half",
	limits: "per-clip",
	samples: true,
	fps: 2,
	maxVideoTokens: 768,
} as const;

const GENERATIONS = {
	qwen2_vl: { ...QWEN_2_VIDEO, tower: "qwen2_vl", positions: QWEN2 },
	qwen2_5_vl: { ...QWEN_2_VIDEO, tower: "qwen2_5_vl", positions: QWEN2_5 },
	qwen3_vl: { ...QWEN_3_VIDEO, tower: "qwen3_vl", positions: QWEN3 },
	qwen3_5: { ...QWEN_3_VIDEO, tower: "qwen3_5", positions: QWEN3_5 },
} as const satisfies Record<string, Generation>;

function readQwen(
	snapshot: OpenSnapshot,
	generation: Generation,
	textType: DecoderType,
	flat: boolean,
): QwenVlReading {
	const { config, image } = snapshot;
	const tower = qwenTower(config, generation.tower);
	const text = languageModel(config, { type: textType, flat });
	expectClass(image, "image_processor_type", ["Qwen2VLImageProcessor"]);
	checkGrid(image, QWEN2_VL_IMAGE, tower);
	const limits = pixelLimits(image, QWEN2_VL_IMAGE);
	const video = snapshot.video();
	checkVideoClass(video, generation);
	checkGrid(video, generation.video, tower);
	const videoLimits = pixelLimits(video, generation.video);
	const sampling = readSampling(video, generation);
	return {
		family: "qwen-vl",
		pixels: { image: normalizedBy("clip"), video: normalizedBy(generation.videoNormalization) },
		positions: positionsOf(config, generation, tower.temporalPatch),
		constants: {
			patch: tower.patch,
			merge: tower.merge,
			factor: tower.patch * tower.merge,
			temporalPatch: tower.temporalPatch,
			minPixels: limits.min,
			maxPixels: limits.max,
			videoMinPixels: videoLimits.min,
			videoMaxPixels: videoLimits.max,
			videoLimits: generation.limits,
			fps: sampling.fps,
			timestamps: generation.limits === "per-clip",
		},
		settings: sampling.settings,
		recommendedSettings: {
			...sampling.settings,
			...(sampling.fps === "all" && sampling.settings.num_frames === undefined ? { fps: 2 } : {}),
		},
		tower: tower.tower,
		projector: { kind: "patch-merger", merge: tower.merge },
		text,
		notes: videoNotes(video, image, text.notes),
	};
}

const perSecond = number("Positions per second", { min: 0, max: 10_000 });

/** Class default of `tokens_per_second`. Released checkpoints specify 2. */
const POSITIONS_PER_SECOND = 4;

function positionsOf(config: Section, { positions }: Generation, framesPerPatch: number): MropeRule {
	const rule = withSections(positions, config);
	if (rule.clock.kind !== "seconds") return rule;
	const positionsPerSecond =
		config.child("vision_config")?.read("tokens_per_second", perSecond) ?? POSITIONS_PER_SECOND;
	return { ...rule, clock: { kind: "seconds", positionsPerSecond, framesPerPatch } };
}

/** An image processor's file also determines the class of the video processor; Qwen3-VL would then get Qwen2-VL's. */
function checkVideoClass(video: Section, { videoClass }: Generation): void {
	if (expectClass(video, "video_processor_type", [videoClass]) !== undefined) return;
	const image = video.has("image_processor_type")
		? expectClass(video, "image_processor_type", ["Qwen2VLImageProcessor"])
		: undefined;
	// transformers replaces "ImageProcessor" in the class name. A name ending in Fast has no match, so the model's own
	// class is used.
	const inferred = image === undefined || isFast(video) ? videoClass : "Qwen2VLVideoProcessor";
	if (inferred === videoClass) return;
	throw unsupported(
		`no file for the video processor: transformers would take Qwen2-VL's from ${video.path}; add the model's video_preprocessor_config.json`,
	);
}

function isFast(section: Section): boolean {
	return section.read("image_processor_type", word)?.endsWith("Fast") === true;
}

interface Sampling {
	readonly fps: number | "all";
	readonly settings: Partial<QwenVlSettings>;
}

/** The frames the video processor samples by default. */
function readSampling(video: Section, generation: Generation): Sampling {
	const frames = video.read("num_frames", frameCount);
	const fps = video.read("fps", framesPerSecond) ?? (video.isNull("fps") ? undefined : generation.fps);
	const samples = video.read("do_sample_frames", flag) ?? generation.samples;
	// Limits of a sampling that is turned off may be null.
	const bound = (key: string, byClass: number): number =>
		!samples && video.isNull(key) ? byClass : (video.read(key, frameCount) ?? byClass);
	const minFrames = bound("min_frames", 4);
	const maxFrames = bound("max_frames", 768);
	const capped = video.read("cap_pixels_per_frame", flag) ?? false;
	const maxTokens = video.read("max_video_tokens", integer("Tokens", { min: 1, max: 2 ** 30 }));
	if (capped && maxTokens !== undefined && maxTokens !== generation.maxVideoTokens) {
		throw unsupported(
			`${video.path} max_video_tokens: ${maxTokens}; cap_pixels_per_frame is counted with ${generation.maxVideoTokens}`,
		);
	}
	const settings: Partial<QwenVlSettings> = {
		...(minFrames === 4 ? {} : { min_frames: minFrames }),
		...(maxFrames === 768 ? {} : { max_frames: maxFrames }),
		...(capped ? { cap_pixels_per_frame: true } : {}),
	};
	if (!samples) return { fps: "all", settings };
	if (minFrames > maxFrames) {
		throw contradiction(`${video.path}: min_frames ${minFrames} is above max_frames ${maxFrames}`);
	}
	if (frames !== undefined && fps !== undefined) {
		throw contradiction(
			`${video.path}: num_frames ${frames} with fps ${fps}; transformers refuses every video with both${generation.fps === undefined ? "" : ", and this class has an fps of its own"}`,
		);
	}
	if (frames !== undefined) return { fps: "all", settings: { ...settings, num_frames: frames } };
	if (fps !== undefined) return { fps, settings };
	throw contradiction(
		`${video.path}: do_sample_frames without fps or num_frames; transformers fails on every video`,
	);
}

const QWEN_2_IGNORED = { image: NO_SUCH_STEP, video: NO_SUCH_STEP };

const QWEN_3_IGNORED = { image: NO_SUCH_STEP, video: [...NO_SUCH_STEP, "max_image_size", "max_duration"] };

const qwenReader = (
	generation: Generation,
	textType: DecoderType,
	flat: boolean,
	processors: readonly string[],
	ignored: SnapshotReader["ignored"],
) =>
	({
		family: "qwen-vl",
		processors,
		ignored,
		source: `Qwen2VLImageProcessor and ${generation.videoClass}`,
		read: (snapshot) => readQwen(snapshot, generation, textType, flat),
	}) as const satisfies SnapshotReader;

const QWEN_2_PROCESSORS = ["Qwen2VLProcessor", "Qwen2_5_VLProcessor", "ColQwen2Processor"];

const qwen3Reader = (generation: "qwen3_vl" | "qwen3_5", textType: DecoderType) =>
	qwenReader(GENERATIONS[generation], textType, false, ["Qwen3VLProcessor"], QWEN_3_IGNORED);

export const snapshot = {
	readers: {
		qwen2_vl: qwenReader(GENERATIONS.qwen2_vl, "qwen2_vl_text", true, QWEN_2_PROCESSORS, QWEN_2_IGNORED),
		qwen2_5_vl: qwenReader(
			GENERATIONS.qwen2_5_vl,
			"qwen2_5_vl_text",
			true,
			QWEN_2_PROCESSORS,
			QWEN_2_IGNORED,
		),
		qwen3_vl: qwen3Reader("qwen3_vl", "qwen3_vl_text"),
		qwen3_vl_moe: qwen3Reader("qwen3_vl", "qwen3_vl_moe_text"),
		qwen3_5: qwen3Reader("qwen3_5", "qwen3_5_text"),
		qwen3_5_moe: qwen3Reader("qwen3_5", "qwen3_5_moe_text"),
	},
	configOf: ({ constants }: QwenVlCheckpoint) =>
		merged(constants.videoLimits === "per-clip" ? "qwen3_vl" : "qwen2_5_vl", constants),
} as const satisfies SnapshotSupport;
