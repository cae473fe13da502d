/** The weights of a model under the names of its modules, wherever and in whatever precision they are stored. */

import {
	type DerivedOptions,
	type ExternalWeights,
	externalWeights,
	float32Of,
	float32Weights,
	openWeights,
	type QuantizedFormat,
	quantizedNames,
	quantizedWeights,
	readRows,
	readTensor,
	type StoredTensor,
	type StoredWeights,
	storedTensor,
} from "@onevision/graph/node";
import type { Architecture } from "../architecture/architecture.ts";
import { type ModelGraphs, modelGraphs, storedOf } from "../modules/graphs.ts";
import { resolveNames, type WantedParameter } from "../weights/names.ts";
import { type Quantization, quantizedPrecisions } from "../weights/quantization.ts";

export const EMBEDDINGS = "language_model.embed_tokens.weight";
export const NEWLINE = "image_newline";

export interface WeightOptions extends DerivedOptions {
	/** How the graphs want their weights. Default: float32. */
	readonly quantize?: Quantization;
}

/** What a model needs as float32, by the names of its modules: what its graphs declare, and what is read beside them. */
function wantedParameters(graphs: ModelGraphs, architecture: Architecture): WantedParameter[] {
	const { decoder, family } = architecture;
	const declared = storedOf(graphs).map(({ name, shape }) => ({ name, shape }));
	const table = { name: EMBEDDINGS, shape: [decoder.vocabulary, decoder.hidden] };
	const newline = { name: NEWLINE, shape: [decoder.hidden] };
	const wanted = [...declared, table, ...(family.hasNewline ? [newline] : [])];
	return [...new Map(wanted.map((each) => [each.name, each])).values()];
}

/** Weights by the names of modules. */
export class ModelWeights {
	readonly #source: StoredWeights;
	/** Of the graphs, mapped. */
	readonly #mapped: StoredWeights;
	readonly #names: ReadonlyMap<string, string>;

	private constructor(source: StoredWeights, mapped: StoredWeights, names: ReadonlyMap<string, string>) {
		this.#source = source;
		this.#mapped = mapped;
		this.#names = names;
	}

	/**
	 * Opens a snapshot's weights for these graphs, reading headers only; half precision is converted once, see
	 * `float32Weights`, and weights that the graphs want quantized are quantized once. Throws `unreadable-file` for missing
	 * shards, damaged headers and tensors that the architecture lacks or has too many of, `shape-mismatch` for other sizes.
	 */
	static async open(
		folder: string,
		label: string,
		architecture: Architecture,
		graphs: ModelGraphs,
		{ quantize, ...options }: WeightOptions = {},
	): Promise<ModelWeights> {
		const source = await openWeights(folder);
		const { family, tower } = architecture;
		const plain = quantize === undefined ? graphs : modelGraphs(architecture);
		const wanted = wantedParameters(plain, architecture);
		const skipped = (name: string): boolean => isBeyond(name, tower.layers);
		const names = resolveNames(wanted, source.tensors, family.parts, label, skipped);
		if (quantize === undefined) {
			return new ModelWeights(source, await float32Weights(source, options), names);
		}
		const plan = planQuantized(graphs, names, quantize);
		const mapped = await quantizedWeights(source, {
			...options,
			recipe: quantize,
			formatOf: (name) => plan.formats.get(name),
			leavesOut: (name) => !plan.formats.has(name) && !plan.kept.has(name),
		});
		return new ModelWeights(source, mapped, plan.names);
	}

	/** Parameters as external data of a graph, mapped from their files. */
	external(names: readonly string[]): ExternalWeights {
		const entries = names.map((name): [string, StoredTensor] => [
			name,
			storedTensor(this.#mapped, this.#nameOf(name)),
		]);
		return externalWeights(Object.fromEntries(entries));
	}

	/** Reads one tensor whole, as float32. */
	async read(name: string): Promise<Float32Array> {
		const entry = await readTensor(this.#source, this.#nameOf(name));
		return float32Of(name, entry).data as Float32Array;
	}

	/** Reads rows along the first axis, as float32. */
	async rows(name: string, rows: readonly number[]): Promise<Float32Array> {
		const entry = await readRows(this.#source, this.#nameOf(name), rows);
		return float32Of(name, entry).data as Float32Array;
	}

	#nameOf(name: string): string {
		return this.#names.get(name) ?? name;
	}
}

interface QuantizedPlan {
	/** Formats of stored tensors. */
	readonly formats: ReadonlyMap<string, QuantizedFormat>;
	/** Stored tensors that graphs read as float32. */
	readonly kept: ReadonlySet<string>;
	/** Stored names by those of modules, with those of quantized weights. */
	readonly names: ReadonlyMap<string, string>;
}

/** Which stored tensors the graphs want quantized: those that they declare under a quantized name. */
function planQuantized(
	graphs: ModelGraphs,
	names: ReadonlyMap<string, string>,
	quantize: Quantization,
): QuantizedPlan {
	const precisionOf = quantizedPrecisions(quantize);
	const declared = new Set(storedOf(graphs).map(({ name }) => name));
	const formats = new Map<string, QuantizedFormat>();
	const kept = new Set<string>();
	const all = new Map(names);
	for (const [name, stored] of names) {
		if (declared.has(name)) kept.add(stored);
		const format = precisionOf(name.replace(/\.weight$/, ""));
		if (format === "float32") continue;
		const own = quantizedNames(name, format);
		if (!declared.has(own.weight)) continue;
		const target = quantizedNames(stored, format);
		formats.set(stored, format);
		all.set(own.weight, target.weight).set(own.scales, target.scales);
	}
	return { formats, kept, names: all };
}

/** Blocks of the tower after the one whose output is taken. */
function isBeyond(name: string, layers: number): boolean {
	const [, layer] = /vision_tower\..*encoder\.layers\.(\d+)\./.exec(name) ?? [];
	return layer !== undefined && Number(layer) >= layers;
}
