/** What runs a model: the interface between graphs and onnxruntime, and the part that its Node and web builds share. */

import { DTYPES, type DType, isDType, OnevisionError, type Tensor } from "@onevision/base";

import type {
	InferenceSession,
	InferenceSessionFactory,
	Tensor as OrtTensor,
	TensorConstructor,
} from "onnxruntime-common";

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A model ready to run. */
export interface Program {
	/** Names it must be fed, in the order of the model. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	/**
	 * Computes every output. Those named in `into` may be written to the memory given there: then the result has that
	 * very tensor. Results are good until the next run. Throws `unknown-name` for a feed that is missing or not asked for,
	 * `shape-mismatch` for one of another shape or dtype, `runtime` on a failure.
	 */
	run(feeds: Tensors, into?: Tensors): Promise<Tensors>;
	/** Frees the model's memory. */
	close(): Promise<void>;
}

export interface LoadOptions {
	/** Run the nodes as they are (default: onnxruntime rewrites the model first), for one encoded as `fused`. */
	readonly asWritten?: boolean;
}

export interface Runtime {
	/** Prepares a model file. Throws `runtime` when the runtime refuses it. */
	load(model: Uint8Array, options?: LoadOptions): Promise<Program>;
}

/** The two names this package needs of onnxruntime-node and onnxruntime-web alike. */
export interface Onnxruntime {
	readonly InferenceSession: InferenceSessionFactory;
	readonly Tensor: TensorConstructor;
}

/** A runtime over one of the onnxruntime packages; `inPlace` when it can write outputs to memory it is given. */
export function onnxRuntime(
	ort: Onnxruntime,
	options: InferenceSession.SessionOptions,
	inPlace = false,
): Runtime {
	return {
		load: async (model, { asWritten = false } = {}) => {
			const level = asWritten ? "disabled" : "all";
			const settings = { ...options, graphOptimizationLevel: level } as const;
			const session = await attempt(() => ort.InferenceSession.create(model, settings));
			return programOf(ort, session, inPlace);
		},
	};
}

function programOf(ort: Onnxruntime, session: InferenceSession, inPlace: boolean): Program {
	const wrap = (name: string, { dtype, data, shape }: Tensor) => {
		if (dtype === "bfloat16") throw withoutBfloat16(name);
		return new ort.Tensor(dtype, data, shape);
	};
	return {
		inputs: session.inputNames,
		outputs: session.outputNames,
		run: async (feeds, into = {}) => {
			checkNames(session.inputNames, Object.keys(feeds));
			for (const wanted of session.inputMetadata) checkFeed(wanted, feeds[wanted.name]);
			const inputs = Object.entries(feeds).map(([name, tensor]) => [name, wrap(name, tensor)] as const);
			const given = inPlace ? into : {};
			const places = session.outputNames.map((name) => {
				const place = given[name];
				return [name, place === undefined ? null : wrap(name, place)] as const;
			});
			const outputs = await attempt(() =>
				session.run(Object.fromEntries(inputs), Object.fromEntries(places)),
			);
			return Object.fromEntries(
				session.outputNames.map((name) => {
					const place = given[name];
					if (place !== undefined) return [name, place];
					const output = outputs[name];
					if (output === undefined || !isDType(output.type)) {
						throw new OnevisionError("runtime", `onnxruntime: output ${name} has the type ${output?.type}`);
					}
					return [name, unwrapped(output.type, output)];
				}),
			);
		},
		close: () => session.release(),
	};
}

/** Where JavaScript has a Float16Array, onnxruntime gives one; here float16 is its bits. */
function unwrapped(dtype: DType, { dims, data }: OrtTensor): Tensor {
	const { array } = DTYPES[dtype];
	if (data instanceof array || !ArrayBuffer.isView(data)) return { dtype, shape: dims, data } as Tensor;
	return { dtype, shape: dims, data: new array(data.buffer as ArrayBuffer, data.byteOffset, data.length) };
}

function withoutBfloat16(name: string): OnevisionError {
	return new OnevisionError(
		"invalid-input",
		`run: ${name} is bfloat16, which onnxruntime cannot take from JavaScript; give it as float16 or float32`,
	);
}

function checkNames(wanted: readonly string[], given: readonly string[]): void {
	const missing = wanted.find((name) => !given.includes(name));
	if (missing !== undefined) throw new OnevisionError("unknown-name", `run: ${missing} is not fed`);
	const unknown = given.find((name) => !wanted.includes(name));
	if (unknown !== undefined) {
		throw new OnevisionError(
			"unknown-name",
			`run: the model takes no ${unknown}; it takes ${wanted.join(", ")}`,
		);
	}
}

/** Dimensions that a model leaves open have names in place of sizes; without any, they may all be open. */
function checkFeed(wanted: InferenceSession.ValueMetadata, feed: Tensor | undefined): void {
	if (feed === undefined || !wanted.isTensor) return;
	const { name, type, shape } = wanted;
	if (feed.dtype === "bfloat16") throw withoutBfloat16(name);
	const fits =
		shape.length === 0 ||
		(feed.shape.length === shape.length &&
			shape.every((size, axis) => typeof size === "string" || size === feed.shape[axis]));
	if (fits && feed.dtype === type) return;
	throw new OnevisionError(
		"shape-mismatch",
		`run: ${name} is ${type} [${shape.join(", ")}], got ${feed.dtype} [${feed.shape.join(", ")}]`,
	);
}

/** Failures of onnxruntime, whose messages may have many lines, as one of ours. */
async function attempt<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new OnevisionError("runtime", `onnxruntime: ${message.replace(/\s+/g, " ").trim()}`);
	}
}
