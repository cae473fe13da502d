/**
 * What the snapshots of BLIP-2, InstructBLIP and InstructBLIP-Video share: a tower and a Q-Former. Source: transformers 5.18
 * models/{blip_2,instructblip,instructblipvideo}, {processing,configuration,modeling}_<model>.py.
 */

import { integer } from "@onevision/base/schema";
import type { Blip2Settings } from "../families/blip-2/layout.ts";
import type { QueryConstants } from "../layouts/q-former.ts";
import { checkView } from "./checks.ts";
import { languageModel, type ReadLanguageModel } from "./language-models.ts";
import type { OpenSnapshot } from "./open-snapshot.ts";
import type { SnapshotReading } from "./reader.ts";
import { contradiction, type Section } from "./section.ts";
import { squareTower } from "./square-towers.ts";
import { mlpWidth } from "./tower-shape.ts";
import { squareSize } from "./view.ts";

type Blip2Reading = SnapshotReading<"blip-2", QueryConstants, Blip2Settings>;

const width = integer("A width, elements", { min: 1, max: 65_536 });

const layers = integer("Layers", { min: 1, max: 512 });

const rows = integer("Rows of an embedding table", { min: 1, max: 2 ** 24 });

const queries = integer("Queries", { min: 1, max: 65_536 });

interface Blip {
	readonly constants: { readonly tile: number; readonly patch: number; readonly queries: number };
	readonly parts: Pick<Blip2Reading, "tower" | "projector" | "text">;
	readonly notes: readonly string[];
}

/** `images` is the processor for images or clips. `readsText`: whether the query transformer also takes text. */
export function readBlip({ config, processor }: OpenSnapshot, images: Section, readsText: boolean): Blip {
	const tower = squareTower(config, {
		absent: {},
		type: "instructblip_vision_model",
		spelled: {
			blip_2_vision_model: "instructblip_vision_model",
			instructblipvideo_vision_model: "instructblip_vision_model",
		},
	});
	const text = languageModel(config, { type: "opt" });
	const tile = squareSize(images, 384);
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

/**
 * Layers of self-attention and an MLP, with cross-attention in every few of them. With text, also a second MLP and word
 * embeddings.
 */
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
