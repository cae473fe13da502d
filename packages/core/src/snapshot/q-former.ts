/**
 * Snapshots whose pictures always cost the same, or have no tower: BLIP-2, InstructBLIP, InstructBLIP-Video, Kosmos-2,
 * Fuyu. Source: transformers 5.18 models/{blip_2,instructblip,instructblipvideo,kosmos2,fuyu},
 * {processing,configuration,modeling}_<model>.py, models/blip/image_processing_blip.py.
 */

import { integer } from "@onevision/base/schema";
import { TOWERS } from "../facts/towers.ts";
import { checkView } from "./checks.ts";
import { expectVideoClass } from "./frames.ts";
import { languageModel, type ReadLanguageModel } from "./language-models.ts";
import { expectClass, type OpenSnapshot } from "./open-snapshot.ts";
import { expectResize } from "./pixel-limits.ts";
import type { Reader, ReadingOf } from "./reader.ts";
import { contradiction, type Section, unsupported } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { mlpWidth } from "./tower-shape.ts";
import { flag, patchSide, sizeObject, tokenCount, viewSide } from "./values.ts";
import { CLIP_VIEW, NO_CROP, squareSize, squareView } from "./view.ts";

const width = integer("A width, elements", { min: 1, max: 65_536 });
const layers = integer("Layers", { min: 1, max: 512 });
const rows = integer("Rows of an embedding table", { min: 1, max: 2 ** 24 });
const queries = integer("Queries", { min: 1, max: 65_536 });

/** Frames InstructBlipVideoProcessor writes a prompt for. */
const BLIP_VIDEO_FRAMES = 4;

interface Blip {
	readonly constants: { readonly tile: number; readonly patch: number; readonly queries: number };
	readonly parts: Pick<ReadingOf<"blip-2">, "tower" | "projector" | "text">;
	readonly notes: readonly string[];
}

/** `pictures` is the processor of images or clips; `readsText` whether the query transformer takes text too. */
function readBlip({ config, processor }: OpenSnapshot, pictures: Section, readsText: boolean): Blip {
	const tower = squareTower(config, {
		absent: {},
		type: "instructblip_vision_model",
		spelled: {
			blip_2_vision_model: "instructblip_vision_model",
			instructblipvideo_vision_model: "instructblip_vision_model",
		},
	});
	const text = languageModel(config, { type: "opt" });
	const tile = squareSize(pictures, 384);
	const notes = [...tower.notes, ...text.notes];
	checkView({ side: tile, cut: tile }, tower, notes);
	const own = config.read("num_query_tokens", queries) ?? 32;
	const written = processor.read("num_query_tokens", queries);
	if (written === undefined) {
		notes.push(
			"processor_config.json names no num_query_tokens: transformers 5.18 cannot write a prompt with it; counted are the model's queries",
		);
	} else if (written !== own) {
		throw contradiction(
			`processor_config.json num_query_tokens ${written}, config.json ${own}: the prompt and the model would disagree; make them equal`,
		);
	}
	const qformer = config.child("qformer_config");
	return {
		constants: { tile, patch: tower.patch, queries: own },
		parts: {
			tower: tower.tower,
			projector: { kind: "q-former", parameters: queryTransformer(qformer, own, text, readsText) },
			text,
		},
		notes,
	};
}

/** Layers of self-attention and an MLP, cross-attention in every few, with text a second MLP and word embeddings. */
function queryTransformer(
	qformer: Section | undefined,
	count: number,
	text: ReadLanguageModel,
	readsText: boolean,
): number {
	const hidden = qformer?.read("hidden_size", width) ?? 768;
	const depth = qformer?.read("num_hidden_layers", layers) ?? 12;
	const every = qformer?.read("cross_attention_frequency", layers) ?? 2;
	const vision = qformer?.read("encoder_hidden_size", width) ?? 1408;
	const mlp = qformer?.read("intermediate_size", mlpWidth) ?? 3072;
	const matrix = (from: number, to: number): number => from * to + to;
	const norm = 2 * hidden;
	const attention = (keys: number): number => 2 * matrix(hidden, hidden) + 2 * matrix(keys, hidden) + norm;
	const feedForward = matrix(hidden, mlp) + matrix(mlp, hidden) + norm;
	const words =
		(qformer?.read("vocab_size", rows) ?? 30_522) + (qformer?.read("max_position_embeddings", rows) ?? 512);
	return (
		depth * (attention(hidden) + feedForward * (readsText ? 2 : 1)) +
		Math.ceil(depth / every) * attention(vision) +
		norm +
		(readsText ? words * hidden : 0) +
		count * hidden +
		matrix(hidden, text.hidden)
	);
}

function readImageBlip(snapshot: OpenSnapshot, readsText: boolean): ReadingOf<"blip-2"> {
	expectClass(snapshot.image, "image_processor_type", ["BlipImageProcessor"]);
	const { constants, parts, notes } = readBlip(snapshot, snapshot.image, readsText);
	return { family: "blip-2", constants, ...parts, notes };
}

function readBlipVideo(snapshot: OpenSnapshot): ReadingOf<"instructblip-video"> {
	const video = snapshot.video();
	expectVideoClass(video, "InstructBlipVideoVideoProcessor", [
		"BlipImageProcessor",
		"InstructBlipVideoImageProcessor",
	]);
	if (video.read("do_sample_frames", flag) === true) {
		throw unsupported(
			`${video.path} do_sample_frames: the prompt is written for ${BLIP_VIDEO_FRAMES} frames whatever is taken; remove it`,
		);
	}
	const { constants, parts, notes } = readBlip(snapshot, video, true);
	return {
		family: "instructblip-video",
		constants: { ...constants, frames: BLIP_VIDEO_FRAMES },
		trainedFrames: BLIP_VIDEO_FRAMES,
		...parts,
		notes,
	};
}

/** `num_image_tokens` of Kosmos2ProcessorKwargs: passed to every call, no key of a file. */
const KOSMOS_TOKENS = 64;

function readKosmos2(snapshot: OpenSnapshot): ReadingOf<"kosmos-2"> {
	const { config, processor, image } = snapshot;
	const tower = squareTower(config, { absent: {}, type: "kosmos_2_vision_model" });
	const text = languageModel(config, { type: "kosmos_2_text_model" });
	expectClass(image, "image_processor_type", ["CLIPImageProcessor"]);
	const view = squareView(image, CLIP_VIEW);
	const notes = [...tower.notes, ...text.notes];
	checkView({ ...view, cut: view.side }, tower, notes);
	// Words of regions, which are text; a null fails.
	processor.read("num_patch_index_tokens", tokenCount);
	const latents = config.read("latent_query_num", tokenCount) ?? KOSMOS_TOKENS;
	if (latents !== KOSMOS_TOKENS) {
		throw contradiction(
			`config.json latent_query_num ${latents}: Kosmos2Processor writes ${KOSMOS_TOKENS} tokens into every prompt; the model would disagree`,
		);
	}
	return {
		family: "kosmos-2",
		constants: { tile: view.side, patch: tower.patch, queries: KOSMOS_TOKENS },
		tower: tower.tower,
		// A layer to the language model's width, the latents, and attention of the latents to the features.
		projector: {
			kind: "q-former",
			parameters:
				tower.hidden * text.hidden +
				text.hidden +
				latents * text.hidden +
				4 * (text.hidden ** 2 + text.hidden),
		},
		text,
		notes,
	};
}

/** Side of a patch, px: the processor writes its tokens for patches of 30 px. */
const FUYU_PATCH = 30;

function readFuyu(snapshot: OpenSnapshot): ReadingOf<"fuyu"> {
	const { config, image } = snapshot;
	const text = languageModel(config, { type: "persimmon", flat: true });
	expectClass(image, "image_processor_type", ["FuyuImageProcessor"]);
	expectResize(image);
	const size = sizeObject(image, "size", true) ?? { width: 1920, height: 1080 };
	const cell = sizeObject(image, "patch_size", true) ?? { width: FUYU_PATCH, height: FUYU_PATCH };
	const model = config.read("patch_size", patchSide) ?? FUYU_PATCH;
	if (cell.width !== model || cell.height !== model || model !== FUYU_PATCH) {
		throw unsupported(
			`${image.path} patch_size ${cell.width}x${cell.height}, config.json patch_size ${model}: only patches of ${FUYU_PATCH} px are counted`,
		);
	}
	const { width: boxWidth, height: boxHeight } = size;
	if (boxWidth === undefined || boxHeight === undefined) {
		throw unsupported(`${image.path} size: expected height and width`);
	}
	if (image.read("do_pad", flag) === false) {
		throw unsupported(`${image.path} do_pad: false; pictures are counted padded to whole patches`);
	}
	return {
		family: "fuyu",
		constants: {
			patch: FUYU_PATCH,
			box: {
				width: viewSide.parse(boxWidth, `${image.path} size.width`),
				height: viewSide.parse(boxHeight, `${image.path} size.height`),
			},
		},
		tower: fuyuTower(text),
		projector: { kind: "q-former", parameters: text.hidden },
		text,
		notes: [...text.notes],
	};
}

/** One matrix per patch, whose bias is left to the projector. */
function fuyuTower(text: ReadLanguageModel): ReadingOf<"fuyu">["tower"] {
	if (text.hidden === TOWERS["fuyu-patches"].hidden) return "fuyu-patches";
	return {
		...TOWERS["fuyu-patches"],
		hidden: text.hidden,
		heads: 1,
		parameters: 3 * FUYU_PATCH ** 2 * text.hidden,
		source: "hidden_size of config.json",
	};
}

const blipReader = (readsText: boolean, processor: string) =>
	({
		family: "blip-2",
		processors: [processor],
		ignored: { image: NO_CROP, processor: ["qformer_tokenizer"] },
		source: `${processor} and BlipImageProcessor`,
		read: (snapshot) => readImageBlip(snapshot, readsText),
	}) as const satisfies Reader;

export const QUERY_READERS = {
	"blip-2": blipReader(false, "Blip2Processor"),
	instructblip: blipReader(true, "InstructBlipProcessor"),
	instructblipvideo: {
		family: "instructblip-video",
		processors: ["InstructBlipVideoProcessor"],
		ignored: {
			image: [...NO_CROP, "size", "do_resize", "default_to_square"],
			video: [...NO_CROP, "num_frames", "fps"],
			processor: ["qformer_tokenizer"],
		},
		source: "InstructBlipVideoProcessor and InstructBlipVideoVideoProcessor",
		read: readBlipVideo,
	},
	"kosmos-2": {
		family: "kosmos-2",
		processors: ["Kosmos2Processor"],
		ignored: {},
		source: "Kosmos2Processor and CLIPImageProcessor",
		read: readKosmos2,
	},
	fuyu: {
		family: "fuyu",
		processors: ["FuyuProcessor"],
		ignored: {
			image: [
				"crop_size",
				"do_center_crop",
				"pad_size",
				"default_to_square",
				"padding_mode",
				"padding_value",
			],
		},
		source: "FuyuProcessor and FuyuImageProcessor",
		read: readFuyu,
	},
} as const satisfies Record<string, Reader>;
