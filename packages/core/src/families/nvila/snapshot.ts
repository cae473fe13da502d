/**
 * Reads snapshots of VILA-1.5 and NVILA, which share one model_type, in their own format with everything in
 * config.json. Source: NVlabs/VILA llava/model/configuration_llava.py at 0144dff. The families' layout.ts say which
 * keys a rule needs.
 */

import { choice, integer, isRecord, list, text as textOf } from "@onevision/base/schema";
import { refuseOriginal } from "../../snapshot/checks.ts";
import { languageModel, type ReadLanguageModel } from "../../snapshot/language-models.ts";
import type { OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { type Section, show, unsupported } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { frameCount, tileCount, word } from "../../snapshot/values.ts";
import type { VilaConstants, VilaSettings } from "../vila/layout.ts";
import { IMAGE_ASPECT_RATIOS, type NvilaConstants, type NvilaSettings } from "./layout.ts";

type VilaReading = SnapshotReading<"vila", VilaConstants, VilaSettings>;
type NvilaReading = SnapshotReading<"nvila", NvilaConstants, NvilaSettings>;

/** Features per side merged into one token, by `mm_projector_type`. */
const DOWNSAMPLING: Readonly<Record<string, number>> = {
	mlp_downsample: 2,
	mlp_downsample_2x2_fix: 2,
	mlp_downsample_3x3_fix: 3,
};

/** `--num-video-frames` of run_vila.py, and the class default of NVILA's demo. */
const VILA_FRAMES = 6;

const NVILA_FRAMES = 8;

interface Parts {
	readonly tower: VilaReading["tower"];
	readonly tile: number;
	readonly patch: number;
	readonly downsample: number;
	readonly text: ReadLanguageModel;
	readonly notes: readonly string[];
}

function readParts(config: Section): Parts {
	const tower = squareTower(config, {
		absent: {},
		type: "siglip_vision_model",
		key: "vision_tower_cfg",
		featureLayer: -2,
	});
	const text = languageModel(config, { type: "llama", key: "llm_cfg" });
	const projector = config.child("mm_projector_cfg");
	const type = projector?.read("mm_projector_type", word) ?? "";
	const downsample = Object.hasOwn(DOWNSAMPLING, type) ? DOWNSAMPLING[type] : undefined;
	if (downsample === undefined || tower.imageSize === undefined) {
		throw unsupported(
			`config.json mm_projector_cfg mm_projector_type ${show(type)}: known: ${Object.keys(DOWNSAMPLING).join(", ")}`,
		);
	}
	return {
		tower: tower.tower,
		tile: tower.imageSize,
		patch: tower.patch,
		downsample,
		text,
		notes: [...tower.notes, ...text.notes],
	};
}

function readVilaType(snapshot: OpenSnapshot): VilaReading | NvilaReading {
	const { config } = snapshot;
	if (!config.has("vision_tower_cfg") || !config.has("llm_cfg")) {
		// The original LLaVA repositories use this type too.
		refuseOriginal(snapshot);
		throw unsupported(
			"config.json: vision_tower_cfg or llm_cfg is missing; VILA keeps its parts in folders of their own, give the config.json that names them",
		);
	}
	const parts = readParts(config);
	const ratio =
		config.read("image_aspect_ratio", choice("How an image is read", IMAGE_ASPECT_RATIOS)) ?? "resize";
	// VILA-1.5 has no encoders that append a line break to an image's embeddings.
	return config.has("image_encoder") || ratio !== "resize"
		? readNvila(config, parts, ratio)
		: readVila(config, parts);
}

function readVila(config: Section, { tile, patch, downsample, ...parts }: Parts): VilaReading {
	return {
		family: "vila",
		constants: {
			tile,
			patch,
			downsample,
			frames: config.read("num_video_frames", frameCount) ?? VILA_FRAMES,
		},
		tower: parts.tower,
		projector: { kind: "pixel-shuffle", merge: downsample },
		text: parts.text,
		notes: parts.notes,
	};
}

function readNvila(
	config: Section,
	{ tile, patch, downsample, ...parts }: Parts,
	aspectRatio: NvilaConstants["aspectRatio"],
): NvilaReading {
	const frames = config.read("num_video_frames", frameCount) ?? NVILA_FRAMES;
	if ((config.read("video_max_tiles", tileCount) ?? 1) !== 1) {
		throw unsupported("config.json video_max_tiles: frames of several tiles are not counted");
	}
	const scales = aspectRatio === "dynamic_s2" ? readScales(config, tile) : undefined;
	return {
		family: "nvila",
		constants: {
			tile,
			patch,
			downsample,
			aspectRatio,
			minTiles: config.read("min_tiles", tileCount) ?? 1,
			maxTiles: config.read("max_tiles", tileCount) ?? 12,
			...(scales === undefined ? {} : { s2Scales: scales }),
			frames,
			temporalPooling: temporalPooling(config),
		},
		trainedFrames: frames,
		tower: parts.tower,
		projector: { kind: "pixel-shuffle", merge: downsample },
		text: parts.text,
		notes: parts.notes,
	};
}

/** `s2_scales` is a comma-separated string of sides: "448,896,1344". */
function readScales(config: Section, tile: number): [number, ...number[]] {
	const given = config.read("s2_scales", textOf("Sides, px", 200)) ?? "";
	const [first, ...others] = given.split(",").map((side) => Number(side.trim()));
	const whole = [first ?? 0, ...others].every(
		(side, index, all) =>
			Number.isInteger(side) && side > (all[index - 1] ?? 0) && side <= 65_536 && side % tile === 0,
	);
	if (first === undefined || first !== tile || !whole) {
		throw unsupported(
			`config.json s2_scales ${show(given)}: expected sides in px that grow, multiples of the first, which is the tower's ${tile}`,
		);
	}
	return [first, ...others];
}

const encoder = textOf("An encoder", 2000);

const poolSizes = list(
	"Pool sizes",
	list("Frames, rows, cols", integer("Cells", { min: 1, max: 64 }), { min: 3, max: 3 }),
	{
		min: 1,
		max: 8,
	},
);

/**
 * `video_encoder` is an object or its JSON. `TSPVideoEncoder` averages groups of frames, `BasicVideoEncoder` does not.
 */
function temporalPooling(config: Section): number {
	const given = config.child("video_encoder", parseEncoder);
	const target = given?.read("_target_", encoder) ?? "BasicVideoEncoder";
	if (target.endsWith("BasicVideoEncoder")) return 1;
	const [pool, ...others] = given?.read("pool_sizes", poolSizes) ?? [];
	if (
		!target.endsWith("TSPVideoEncoder") ||
		pool === undefined ||
		others.length > 0 ||
		pool[1] !== 1 ||
		pool[2] !== 1
	) {
		throw unsupported(
			`config.json video_encoder ${show(target)}: only BasicVideoEncoder, and TSPVideoEncoder with pool_sizes [[n, 1, 1]], are counted`,
		);
	}
	return pool[0] ?? 1;
}

function parseEncoder(value: unknown): unknown {
	if (typeof value !== "string" || value.length > 2000) return value;
	try {
		const parsed: unknown = JSON.parse(value);
		return isRecord(parsed) ? parsed : value;
	} catch {
		return value;
	}
}

export const snapshot = {
	readers: {
		llava_llama: {
			family: "nvila",
			processors: ["VILAProcessor"],
			ignored: {},
			source: "huggingface.co/Efficient-Large-Model and NVlabs/VILA llava/model/configuration_llava.py",
			remoteCode: true,
			read: readVilaType,
		},
	},
} as const satisfies SnapshotSupport;
