/**
 * Reads snapshots of DeepSeek-VL and Janus. Source: transformers 5.18 models/{deepseek_vl,deepseek_vl_hybrid,janus},
 * their processors and configurations.
 */

import { integer } from "@onevision/base/schema";
import { checkView } from "../../snapshot/checks.ts";
import { languageModel, type ReadLanguageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { janusWidths, kindTower } from "../../snapshot/tower-kinds.ts";
import type { ReadTower } from "../../snapshot/tower-shape.ts";
import { width } from "../../snapshot/tower-shape.ts";
import { flag, tokenCount } from "../../snapshot/values.ts";
import { NO_CROP, squareSize } from "../../snapshot/view.ts";
import type { ProjectorChoice } from "../checkpoint.ts";
import type { DeepseekVlConstants, DeepseekVlSettings } from "./layout.ts";

type DeepseekVlReading = SnapshotReading<"deepseek-vl", DeepseekVlConstants, DeepseekVlSettings>;

const depth = integer("Layers", { min: 1, max: 64 });

const shortestSide = integer("Shortest side, px", { min: 1, max: 65_536 });

/** One view per image, padded to a square. */
function readPadded(
	{ processor, image }: OpenSnapshot,
	imageClass: string,
	tower: ReadTower,
	notes: string[],
): { readonly tile: number; readonly patch: number; readonly minSide: number } {
	expectClass(image, "image_processor_type", [imageClass]);
	const tile = squareSize(image, 384);
	checkView({ side: tile, cut: tile }, tower, notes);
	if (image.read("do_pad", flag) === false) {
		throw unsupported(
			`${image.path} do_pad: false; views keep the shape of the image, OneVision counts squares`,
		);
	}
	const tokens = processor.read("num_image_tokens", tokenCount) ?? 576;
	const patches = Math.floor(tile / tower.patch) ** 2;
	if (tokens !== patches) {
		throw contradiction(
			`processor_config.json num_image_tokens ${tokens}: a view of ${tile} px has ${patches} patches; the prompt and the model would disagree`,
		);
	}
	return { tile, patch: tower.patch, minSide: image.read("min_size", shortestSide) ?? 14 };
}

function readDeepseekVl(snapshot: OpenSnapshot): DeepseekVlReading {
	const tower = squareTower(snapshot.config, { absent: {}, type: "siglip_vision_model" });
	const text = languageModel(snapshot.config, { type: "llama" });
	const notes = [...tower.notes, ...text.notes];
	const view = readPadded(snapshot, "DeepseekVLImageProcessor", tower, notes);
	return {
		family: "deepseek-vl",
		constants: { ...view, markers: 0 },
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes,
	};
}

function readHybrid(snapshot: OpenSnapshot): DeepseekVlReading {
	const { config } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "siglip_vision_model" });
	const text = languageModel(config, { type: "llama" });
	const notes = [
		...tower.notes,
		...text.notes,
		"a SAM tower runs beside SigLIP: tokens are exact; it is not counted in parameters and FLOPs",
	];
	const view = readPadded(snapshot, "DeepseekVLHybridImageProcessor", tower, notes);
	const fine = 4 * (config.child("high_res_vision_config")?.read("output_channels", width) ?? 256);
	const half = Math.floor(text.hidden / 2);
	return {
		family: "deepseek-vl",
		constants: { ...view, markers: 0 },
		tower: tower.tower,
		// One layer per tower to half the width each, then one over the concatenation.
		projector: {
			kind: "q-former",
			parameters: (tower.hidden + fine) * half + 2 * half + text.hidden ** 2 + text.hidden,
		},
		text,
		notes,
	};
}

function readJanus(snapshot: OpenSnapshot): DeepseekVlReading {
	const { config } = snapshot;
	const tower = kindTower(config, { type: "janus_vision_model", override: janusWidths });
	const text = languageModel(config, { type: "llama" });
	const notes = [...text.notes];
	const view = readPadded(snapshot, "JanusImageProcessor", tower, notes);
	return {
		family: "deepseek-vl",
		constants: { ...view, markers: 2 },
		tower: tower.tower,
		projector: janusProjector(config, tower.hidden, text),
		text,
		notes,
	};
}

/** `depth` layers. The first maps to `projection_dim`; the others map it to itself. */
function janusProjector(config: Section, hidden: number, text: ReadLanguageModel): ProjectorChoice {
	const vision = config.child("vision_config");
	const out = vision?.read("projection_dim", width) ?? 2048;
	const layers = vision?.read("depth", depth) ?? 2;
	if (out === text.hidden && layers === 2) return { kind: "mlp2x-gelu" };
	return { kind: "q-former", parameters: hidden * out + out + (layers - 1) * (out ** 2 + out) };
}

const PADDED = NO_CROP.filter((key) => key !== "do_pad");

export const snapshot = {
	readers: {
		deepseek_vl: {
			family: "deepseek-vl",
			processors: ["DeepseekVLProcessor"],
			ignored: { image: [...PADDED, "background_color"] },
			source: "DeepseekVLProcessor and DeepseekVLImageProcessor",
			read: readDeepseekVl,
		},
		deepseek_vl_hybrid: {
			family: "deepseek-vl",
			processors: ["DeepseekVLHybridProcessor"],
			ignored: {
				image: [
					...PADDED,
					"high_res_size",
					"high_res_image_mean",
					"high_res_image_std",
					"high_res_resample",
					"background_color",
					"high_res_background_color",
				],
			},
			source: "DeepseekVLHybridProcessor and DeepseekVLHybridImageProcessor",
			read: readHybrid,
		},
		janus: {
			family: "deepseek-vl",
			processors: ["JanusProcessor"],
			ignored: {
				image: [...PADDED, "background_color"],
				processor: ["use_default_system_prompt"],
			},
			source: "JanusProcessor and JanusImageProcessor",
			read: readJanus,
		},
	},
} as const satisfies SnapshotSupport;
