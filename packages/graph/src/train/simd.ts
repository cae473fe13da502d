/**
 * SIMD versions of adamw.ts: AdamW, sums of squares and sums, as WebAssembly functions of one loop each, assembled here
 * (WebAssembly core specification 2.0, binary format; SIMD instructions by opcode). They give the same bits as adamw.ts;
 * AdamW takes a tenth of the time.
 */

import { assertInternal } from "@onevision/base";
import type { AdamWUpdate } from "./adamw.ts";
import { constantsOf } from "./adamw.ts";

const [I32, F32, F64, V128] = [0x7f, 0x7d, 0x7c, 0x7b];

/** Parameters of AdamW: byte addresses of four arrays, their length in bytes, and nine float constants. */
const ADDRESSES = { values: 0, gradient: 1, first: 2, second: 3 } as const;
const LENGTH = 4;
const CONSTANTS = ["scale", "b1", "a1", "b2", "a2", "biasCorrection2", "eps", "rate", "decay"] as const;
const PARAMETERS = 5 + CONSTANTS.length;
/** Locals: the byte offset, the vectors g, m and v, and every constant in all four lanes. */
const [AT, G, M, V, LANES] = [PARAMETERS, PARAMETERS + 1, PARAMETERS + 2, PARAMETERS + 3, PARAMETERS + 4];

/** Unsigned LEB128. */
function leb(value: number): number[] {
	return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

const get = (local: number) => [0x20, ...leb(local)];
const set = (local: number) => [0x21, ...leb(local)];
const simd = (op: number, ...rest: number[]) => [0xfd, ...leb(op), ...rest];
const lanes = (name: (typeof CONSTANTS)[number]) => get(LANES + CONSTANTS.indexOf(name));
const [add, sub, mul, div, sqrt] = [0xe4, 0xe5, 0xe6, 0xe7, 0xe3].map((op) => simd(op)) as [
	number[],
	number[],
	number[],
	number[],
	number[],
];

/** The address of the current element of an array. */
const address = (array: keyof typeof ADDRESSES) => [...get(ADDRESSES[array]), ...get(AT), 0x6a];
const load = (array: keyof typeof ADDRESSES) => [...address(array), ...simd(0x00, 4, 0)];
const store = (array: keyof typeof ADDRESSES, value: number[]) => [
	...address(array),
	...value,
	...simd(0x0b, 4, 0),
];

function body(): number[] {
	const splats = CONSTANTS.flatMap((_, i) => [...get(5 + i), ...simd(0x13), ...set(LANES + i)]);
	const step = [
		[...load("gradient"), ...lanes("scale"), ...mul, ...set(G)],
		[...load("first"), ...lanes("b1"), ...mul, ...get(G), ...lanes("a1"), ...mul, ...add, ...set(M)],
		[
			...load("second"),
			...lanes("b2"),
			...mul,
			...get(G),
			...get(G),
			...mul,
			...lanes("a2"),
			...mul,
			...add,
			...set(V),
		],
		store("first", get(M)),
		store("second", get(V)),
		store("values", [
			...[...load("values"), ...lanes("decay"), ...mul],
			...[...lanes("rate"), ...get(M)],
			...[...get(V), ...sqrt, ...lanes("biasCorrection2"), ...mul, ...lanes("eps"), ...add],
			...[...div, ...mul, ...sub],
		]),
	].flat();
	const advance = [...get(AT), 0x41, 16, 0x6a, ...set(AT)];
	const whileBelow = [...get(AT), ...get(LENGTH), 0x49, 0x0d, 0];
	const loop = [0x03, 0x40, ...step, ...advance, ...whileBelow, 0x0b];
	const locals = [2, 1, I32, ...leb(3 + CONSTANTS.length), V128];
	return [...locals, ...splats, ...loop, 0x0b];
}

/** Σ x² in float64 of the array at an address: four partial sums in two vectors, added at the end. */
function squaresBody(): number[] {
	const [from, length, at, low, high, pair] = [0, 1, 2, 3, 4, 5];
	const addSquares = (offset: number, sum: number) => [
		...[...get(from), ...get(at), 0x6a, ...simd(0x5d, 3, offset), ...simd(0x5f), ...set(pair)],
		...[...get(sum), ...get(pair), ...get(pair), ...simd(0xf2), ...simd(0xf0), ...set(sum)],
	];
	const advance = [...get(at), 0x41, 16, 0x6a, ...set(at)];
	const whileBelow = [...get(at), ...get(length), 0x49, 0x0d, 0];
	const loop = [0x03, 0x40, ...addSquares(0, low), ...addSquares(8, high), ...advance, ...whileBelow, 0x0b];
	const both = [...get(low), ...get(high), ...simd(0xf0), ...set(pair)];
	const total = [...get(pair), ...simd(0x21, 0), ...get(pair), ...simd(0x21, 1), 0xa0];
	return [2, 1, I32, 3, V128, ...loop, ...both, ...total, 0x0b];
}

/** Adds the array at the second address to that at the first. */
function addBody(): number[] {
	const [to, from, length, at] = [0, 1, 2, 3];
	const current = (array: number) => [...get(array), ...get(at), 0x6a];
	const sum = [...current(to), ...simd(0x00, 4, 0), ...current(from), ...simd(0x00, 4, 0), ...add];
	const step = [...current(to), ...sum, ...simd(0x0b, 4, 0), ...get(at), 0x41, 16, 0x6a, ...set(at)];
	return [1, 1, I32, 0x03, 0x40, ...step, ...get(at), ...get(length), 0x49, 0x0d, 0, 0x0b, 0x0b];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
	const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
	const section = (id: number, content: number[]) => [id, ...leb(content.length), ...content];
	const codes = [body(), squaresBody(), addBody()].flatMap((code) => [...leb(code.length), ...code]);
	const types = [...new Array<number>(5).fill(I32), ...new Array<number>(CONSTANTS.length).fill(F32)];
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...section(1, [3, 0x60, types.length, ...types, 0, 0x60, 2, I32, I32, 1, F64, 0x60, 3, I32, I32, I32, 0]),
		...section(2, [1, ...text("js"), ...text("memory"), 2, 0, 1]),
		...section(3, [3, 0, 1, 2]),
		...section(7, [3, ...text("adamw"), 0, 0, ...text("squares"), 0, 1, ...text("sum"), 0, 2]),
		...section(10, [3, ...codes]),
	]);
}

/** The functions over one memory; lengths are in bytes, multiples of 16. */
export interface SimdFunctions {
	update(
		addresses: Readonly<Record<keyof typeof ADDRESSES, number>>,
		bytes: number,
		update: AdamWUpdate,
	): void;
	squares(address: number, bytes: number): number;
	/** Adds the array at `from` to that at `to`. */
	add(to: number, from: number, bytes: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The functions over a memory, or `undefined` where WebAssembly or its SIMD instructions are missing. */
export function simdFunctions(memory: WebAssembly.Memory): SimdFunctions | undefined {
	try {
		compiled ??= new WebAssembly.Module(moduleBytes());
	} catch {
		return undefined;
	}
	const { adamw, squares, sum } = new WebAssembly.Instance(compiled, { js: { memory } }).exports;
	assertInternal(
		typeof adamw === "function" && typeof squares === "function" && typeof sum === "function",
		"no functions in the module",
	);
	return {
		update: ({ values, gradient, first, second }, bytes, update) => {
			const constants = constantsOf(update);
			if (bytes > 0)
				adamw(values, gradient, first, second, bytes, ...CONSTANTS.map((name) => constants[name]));
		},
		squares: (address, bytes) => (bytes === 0 ? 0 : Number(squares(address, bytes))),
		add: (to, from, bytes) => {
			if (bytes > 0) sum(to, from, bytes);
		},
	};
}
