/** Runs models: the interface to onnxruntime, and what its Node and web packages share. */

import { DTYPES, type DType, isDType, OnevisionError, type Tensor } from "@onevision/base";
import type {
	InferenceSession,
	InferenceSessionFactory,
	Tensor as OrtTensor,
	TensorConstructor,
} from "onnxruntime-common";
import { bindFeed, extentOfName } from "./extent.ts";

/** Tensors by name. */
export type Tensors = Readonly<Record<string, Tensor>>;

/** A loaded model. */
export interface Program {
	/** Names to feed, in the order of the model. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	/**
	 * Computes every output. Those named in `into` may be written to the tensors given there, which the result then
	 * holds. Results are valid until the next run. Throws `unknown-name` for a missing or unknown feed, `shape-mismatch`
	 * for a wrong shape or dtype or two sizes of one name, `invalid-input` for bfloat16, `runtime` on a failure.
	 */
	run(feeds: Tensors, into?: Tensors): Promise<Tensors>;
	/** Frees the model's memory. */
	close(): Promise<void>;
}

export interface LoadOptions {
	/** Whether onnxruntime optimizes the graph (default true); false for a model encoded `fused`. */
	readonly optimize?: boolean;
	/** The real path of the folder that a model's external weights are in; in Node only. */
	readonly folder?: string;
	/**
	 * Whether weights are copied into the layout that its kernels like best (default true). Without, external weights stay
	 * mapped from their files, which loads at once and takes no memory of its own, and runs some percent slower. Quantized
	 * weights need it: a product with ones that are not packed takes many times as long.
	 */
	readonly prepack?: boolean;
}

export interface Runtime {
	/** Loads a model file. Throws `runtime` when onnxruntime refuses it. */
	load(model: Uint8Array, options?: LoadOptions): Promise<Program>;
}

/** What this package uses of onnxruntime-node and onnxruntime-web. */
export interface Onnxruntime {
	readonly InferenceSession: InferenceSessionFactory;
	readonly Tensor: TensorConstructor;
}

/** A runtime over one of the onnxruntime packages; `inPlace` when it can write outputs to given memory. */
export function onnxRuntime(
	ort: Onnxruntime,
	options: InferenceSession.SessionOptions,
	inPlace = false,
): Runtime {
	return {
		load: async (model, { optimize = true, folder, prepack = true } = {}) => {
			const level = optimize ? "all" : "disabled";
			const session = {
				...(options.extra?.session ?? {}),
				...(prepack ? {} : { disable_prepacking: "1" }),
				...(folder === undefined ? {} : { model_external_initializers_file_folder_path: folder }),
			};
			const settings = {
				...options,
				graphOptimizationLevel: level,
				extra: { ...options.extra, session },
			} as const;
			return programOf(ort, await attempt(() => ort.InferenceSession.create(model, settings)), inPlace);
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
			const sizes = new Map<string, number>();
			for (const wanted of session.inputMetadata) checkFeed(wanted, feeds[wanted.name], sizes);
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
			`run: the model has no input ${unknown}; it has ${wanted.join(", ")}`,
		);
	}
}

/**
 * Dynamic dimensions have names in place of sizes, which `sizes` collects: onnxruntime itself accepts two sizes for one
 * name. A shape without entries may be entirely dynamic.
 */
function checkFeed(
	wanted: InferenceSession.ValueMetadata,
	feed: Tensor | undefined,
	sizes: Map<string, number>,
): void {
	if (feed === undefined || !wanted.isTensor) return;
	const { name, type, shape } = wanted;
	if (feed.dtype === "bfloat16") throw withoutBfloat16(name);
	const fits =
		shape.length === 0 ||
		(feed.shape.length === shape.length &&
			shape.every((size, axis) => typeof size === "string" || size === feed.shape[axis]));
	if (fits && feed.dtype === type) {
		bindFeed(name, shape.map(extentOfName), feed.shape, sizes);
		return;
	}
	throw new OnevisionError(
		"shape-mismatch",
		`run: ${name} is ${type} [${shape.join(", ")}], got ${feed.dtype} [${feed.shape.join(", ")}]`,
	);
}

/** Turns failures of onnxruntime into errors of one line. */
async function attempt<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		throw new OnevisionError("runtime", `onnxruntime: ${message.replace(/\s+/g, " ").trim()}`);
	}
}
