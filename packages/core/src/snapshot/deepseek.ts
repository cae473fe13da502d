/**
 * Snapshots of DeepSeek-VL, Janus and DeepSeek-OCR-2. Source: transformers 5.18 models/{deepseek_vl,deepseek_vl_hybrid,
 * janus,deepseek_ocr2}, {processing,image_processing,configuration,modeling}_<model>.py.
 */

import { integer } from "@onevision/base/schema";
import type { ProjectorChoice } from "../checkpoints/checkpoint.ts";
import { checkView } from "./checks.ts";
import { languageModel, type ReadLanguageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { janusWidths, kindTower, samWindows } from "./tower-kinds.ts";
import type { ReadTower } from "./tower-shape.ts";
import { flag, mergeSide, patchSide, tokenCount, viewSide } from "./values.ts";
import { NO_CROP, squareSize } from "./view.ts";

const width = integer("A width, elements", { min: 1, max: 65_536 });
const depth = integer("Layers", { min: 1, max: 64 });
const shortestSide = integer("Shortest side, px", { min: 1, max: 65_536 });

/** One view per picture, padded to a square. */
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
			`${image.path} do_pad: false; views keep the shape of the picture, OneVision counts squares`,
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

function readDeepseekVl(snapshot: OpenSnapshot): ReadingOf<"deepseek-vl"> {
	const tower = squareTower(snapshot.config, { absent: {}, type: "siglip_vision_model" });
	const text = languageModel(snapshot.config, { type: "llama" });
	const notes = [...tower.notes, ...text.notes];
	const view = readPadded(snapshot, "DeepseekVLImageProcessor", tower, notes);
	return {
		family: "deepseek-vl",
		constants: { ...view, markersAround: 0 },
		tower: tower.tower,
		projector: { kind: "mlp2x-gelu" },
		text,
		notes,
	};
}

function readHybrid(snapshot: OpenSnapshot): ReadingOf<"deepseek-vl"> {
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
		constants: { ...view, markersAround: 0 },
		tower: tower.tower,
		// One layer per tower to half the width each, and one over both.
		projector: {
			kind: "q-former",
			parameters: (tower.hidden + fine) * half + 2 * half + text.hidden ** 2 + text.hidden,
		},
		text,
		notes,
	};
}

function readJanus(snapshot: OpenSnapshot): ReadingOf<"deepseek-vl"> {
	const { config } = snapshot;
	const tower = kindTower(config, { type: "janus_vision_model", override: janusWidths });
	const text = languageModel(config, { type: "llama" });
	const notes = [...text.notes];
	const view = readPadded(snapshot, "JanusImageProcessor", tower, notes);
	return {
		family: "deepseek-vl",
		constants: { ...view, markersAround: 2 },
		tower: tower.tower,
		projector: janusProjector(config, tower.hidden, text),
		text,
		notes,
	};
}

/** `depth` layers, all but the first from `projection_dim` to itself. */
function janusProjector(config: Section, hidden: number, text: ReadLanguageModel): ProjectorChoice {
	const vision = config.child("vision_config");
	const out = vision?.read("projection_dim", width) ?? 2048;
	const layers = vision?.read("depth", depth) ?? 2;
	if (out === text.hidden && layers === 2) return { kind: "mlp2x-gelu" };
	return { kind: "q-former", parameters: hidden * out + out + (layers - 1) * (out ** 2 + out) };
}

/** DeepseekOcr2ProcessorKwargs: passed to every call, so that those of the file do nothing. */
const OCR_TILES = { minTiles: 2, maxTiles: 6 } as const;

function readOcr2(snapshot: OpenSnapshot): ReadingOf<"deepseek-ocr2"> {
	const { config, processor, image } = snapshot;
	const vision = config.child("vision_config");
	const tower = kindTower(config, {
		type: "deepseek_ocr2_sam_vision_model",
		vision: vision?.child("sam_config"),
		override: samWindows,
	});
	const text = languageModel(config, { type: "deepseek_ocr2_text" });
	expectClass(image, "image_processor_type", ["DeepseekOcr2ImageProcessor"]);
	const overview = squareSize(image, 1024);
	const tile = image.read("tile_size", viewSide) ?? 768;
	const notes = [...text.notes];
	checkView({ side: overview, cut: overview }, tower, notes);
	const patch = processor.read("patch_size", patchSide) ?? 16;
	const merge = processor.read("downsample_ratio", mergeSide) ?? 4;
	// The neck of the tower halves the grid twice.
	if (patch !== tower.patch || merge !== 4) {
		throw contradiction(
			`processor_config.json patch_size ${patch} and downsample_ratio ${merge}: the tower has patches of ${tower.patch} px and halves its grid twice; the prompt and the model would disagree`,
		);
	}
	const encoder = vision?.child("encoder_config")?.read("hidden_size", width) ?? 4096;
	return {
		family: "deepseek-ocr2",
		constants: { tile, overview, patch, merge, ...OCR_TILES },
		tower: tower.tower,
		// One layer from the encoder's channels, and the separator.
		projector: { kind: "q-former", parameters: encoder * text.hidden + 2 * text.hidden },
		text,
		notes,
	};
}

const PADDED = NO_CROP.filter((key) => key !== "do_pad");

export const DEEPSEEK_READERS = {
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
	deepseek_ocr2: {
		family: "deepseek-ocr2",
		processors: ["DeepseekOcr2Processor"],
		ignored: {
			image: [...NO_CROP, "background_color", "crop_to_patches", "min_patches", "max_patches"],
		},
		source: "DeepseekOcr2Processor and DeepseekOcr2ImageProcessor",
		read: readOcr2,
	},
} as const satisfies Record<string, Reader>;
