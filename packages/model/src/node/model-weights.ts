/** The weights of a model under the names of its modules, wherever and in whatever precision they are stored. */

import {
	type DerivedOptions,
	type ExternalWeights,
	externalWeights,
	float32Of,
	float32Weights,
	openWeights,
	readRows,
	readTensor,
	type StoredTensor,
	type StoredWeights,
	storedTensor,
	type Value,
} from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import type { ModelGraphs } from "../modules/graphs.ts";
import { resolveNames, type WantedParameter } from "../weights/names.ts";

export const EMBEDDINGS = "language_model.embed_tokens.weight";
export const NEWLINE = "image_newline";

/** What a model needs, by the names of its modules: what its graphs declare, and what is read beside them. */
function wantedParameters({ vision, decode }: ModelGraphs, architecture: Architecture): WantedParameter[] {
	const { decoder, family } = architecture;
	const seeing = [vision.image, vision.video].map(({ outputs }) => outputs);
	const declared = [...seeing, decode.outputs].flatMap((outputs) => parametersOf(Object.values(outputs)));
	const table = { name: EMBEDDINGS, shape: [decoder.vocabulary, decoder.hidden] };
	const newline = { name: NEWLINE, shape: [decoder.hidden] };
	const wanted = [...declared, table, ...(family.hasNewline ? [newline] : [])];
	return [...new Map(wanted.map((each) => [each.name, each])).values()];
}

function parametersOf([first]: readonly Value[]): readonly WantedParameter[] {
	return (first?.graph.parameters ?? []).map(({ name, shape }) => ({ name, shape }));
}

/** Weights by the names of modules. */
export class ModelWeights {
	readonly #stored: StoredWeights;
	readonly #names: ReadonlyMap<string, string>;

	private constructor(stored: StoredWeights, names: ReadonlyMap<string, string>) {
		this.#stored = stored;
		this.#names = names;
	}

	/**
	 * Opens a snapshot's weights, reading headers only; half precision is converted once, see `float32Weights`. Throws
	 * `unreadable-file` for missing shards, damaged headers and tensors that the architecture lacks or has too many of,
	 * `shape-mismatch` for other sizes.
	 */
	static async open(
		folder: string,
		label: string,
		architecture: Architecture,
		graphs: ModelGraphs,
		options: DerivedOptions = {},
	): Promise<ModelWeights> {
		const stored = await openWeights(folder);
		const { family, tower } = architecture;
		const wanted = wantedParameters(graphs, architecture);
		const skipped = (name: string): boolean => isBeyond(name, tower.layers);
		const names = resolveNames(wanted, stored.tensors, family.parts, label, skipped);
		return new ModelWeights(await float32Weights(stored, options), names);
	}

	/** Parameters as external data of a graph, mapped from their files. */
	external(names: readonly string[]): ExternalWeights {
		const entries = names.map((name): [string, StoredTensor] => [
			name,
			storedTensor(this.#stored, this.#nameOf(name)),
		]);
		return externalWeights(Object.fromEntries(entries));
	}

	/** Reads one tensor whole, as float32. */
	async read(name: string): Promise<Float32Array> {
		const entry = await readTensor(this.#stored, this.#nameOf(name));
		return float32Of(name, entry).data as Float32Array;
	}

	/** Reads rows along the first axis, as float32. */
	async rows(name: string, rows: readonly number[]): Promise<Float32Array> {
		const entry = await readRows(this.#stored, this.#nameOf(name), rows);
		return float32Of(name, entry).data as Float32Array;
	}

	#nameOf(name: string): string {
		return this.#names.get(name) ?? name;
	}
}

/** Blocks of the tower after the one whose output is taken. */
function isBeyond(name: string, layers: number): boolean {
	const [, layer] = /vision_tower\..*encoder\.layers\.(\d+)\./.exec(name) ?? [];
	return layer !== undefined && Number(layer) >= layers;
}
