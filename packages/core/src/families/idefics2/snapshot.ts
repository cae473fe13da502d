/**
 * Reads snapshots of Idefics2. Source: transformers 5.18 models/{idefics2,vision_config,perceiver_config}, their
 * processors and configurations.
 */

import { integer } from "@onevision/base/schema";
import type { DecoderType } from "../../snapshot/decoders.ts";
import { languageModel } from "../../snapshot/language-models.ts";
import { expectClass, type OpenSnapshot } from "../../snapshot/open-snapshot.ts";
import type { SnapshotReading, SnapshotSupport } from "../../snapshot/reader.ts";
import { contradiction, type Section, unsupported } from "../../snapshot/section.ts";
import { squareTower } from "../../snapshot/square-towers.ts";
import { flag, sizeObject, tokenCount } from "../../snapshot/values.ts";
import type { Idefics2Checkpoint } from "./checkpoints.ts";
import type { Idefics2Constants, Idefics2Settings } from "./layout.ts";

type Idefics2Reading = SnapshotReading<"idefics2", Idefics2Constants, Idefics2Settings>;

const DEFAULT_SIZE = { shortest_edge: 378, longest_edge: 980 };

const depth = integer("Layers", { min: 1, max: 64 });

const heads = integer("Heads", { min: 1, max: 1024 });

const headSize = integer("Width of a head", { min: 1, max: 4096 });

const width = integer("A width, elements", { min: 1, max: 65_536 });

/** When `text_config` is absent, Idefics2Config builds a Mistral. */
const TEXT_TYPE: DecoderType = "mistral";

function readIdefics2(snapshot: OpenSnapshot): Idefics2Reading {
	const { config, processor, image } = snapshot;
	const tower = squareTower(config, {
		absent: {},
		type: "idefics2_vision",
		spelled: { idefics2: "idefics2_vision" },
	});
	const text = languageModel(config, { type: TEXT_TYPE });
	expectClass(image, "image_processor_type", ["Idefics2ImageProcessor"]);
	if (image.read("do_resize", flag) === false) {
		throw unsupported(`${image.path} do_resize: false; OneVision counts the tower's tokens of resized views`);
	}
	const size = sizeObject(image, "size", image.read("default_to_square", flag) ?? false) ?? DEFAULT_SIZE;
	const { shortest_edge, longest_edge } = size;
	if (shortest_edge === undefined || longest_edge === undefined || shortest_edge > longest_edge) {
		throw unsupported(
			`${image.path} size: expected shortest_edge and longest_edge, the first not above the second`,
		);
	}
	const latents = processor.read("image_seq_len", tokenCount) ?? 64;
	const perceiver = readPerceiver(config, text.hidden);
	if (latents !== perceiver.latents) {
		throw contradiction(
			`processor_config.json image_seq_len ${latents}, config.json perceiver_config resampler_n_latents ${perceiver.latents}: the prompt and the model would disagree; make them equal`,
		);
	}
	return {
		family: "idefics2",
		constants: {
			latents,
			patch: tower.patch,
			shortestEdge: shortest_edge,
			longestEdge: longest_edge,
			splitting: image.read("do_image_splitting", flag) ?? false,
		},
		tower: tower.tower,
		projector: { kind: "q-former", parameters: perceiver.parameters(widthOf(config), textMlp(config)) },
		text,
		notes: [...tower.notes, ...text.notes],
	};
}

const widthOf = (config: Section): number => config.child("vision_config")?.read("hidden_size", width) ?? 768;

const textMlp = (config: Section): number =>
	config
		.child("text_config")
		?.read("intermediate_size", integer("A width, elements", { min: 1, max: 2 ** 20 })) ?? 14_336;

interface Perceiver {
	readonly latents: number;
	/** Parameters of the gated projection and the resampler. */
	parameters(visionWidth: number, projectionWidth: number): number;
}

/**
 * Idefics2Connector: a gated MLP from the tower's width through the language model's intermediate width, then layers of
 * attention without biases and an MLP of four times the width, RMS norms, and the latents.
 */
function readPerceiver(config: Section, hidden: number): Perceiver {
	const perceiver = config.child("perceiver_config");
	const latents = perceiver?.read("resampler_n_latents", integer("Latents", { min: 1, max: 2 ** 24 })) ?? 64;
	const layers = perceiver?.read("resampler_depth", depth) ?? 3;
	const queries = (perceiver?.read("resampler_n_heads", heads) ?? 16) * headWidth(perceiver);
	const keys = (perceiver?.read("num_key_value_heads", heads) ?? 4) * headWidth(perceiver);
	const layer = 2 * hidden * queries + 2 * hidden * keys + 3 * hidden + 3 * hidden * 4 * hidden;
	return {
		latents,
		parameters: (visionWidth, projectionWidth) =>
			2 * visionWidth * projectionWidth +
			projectionWidth * hidden +
			latents * hidden +
			layers * layer +
			hidden,
	};
}

function headWidth(perceiver: Section | undefined): number {
	return perceiver?.read("resampler_head_dim", headSize) ?? 96;
}

export const snapshot = {
	readers: {
		idefics2: {
			family: "idefics2",
			processors: ["Idefics2Processor"],
			// Views of one sample are padded to the largest, which the family counts. This class does not crop.
			ignored: { image: ["do_pad", "crop_size", "do_center_crop", "pad_size"] },
			source: "Idefics2Processor and Idefics2ImageProcessor",
			read: readIdefics2,
		},
	},
	configOf: ({ constants }: Idefics2Checkpoint) => ({
		model_type: "idefics2",
		vision_config: { patch_size: constants.patch },
		perceiver_config: { resampler_n_latents: constants.latents },
	}),
} as const satisfies SnapshotSupport;
