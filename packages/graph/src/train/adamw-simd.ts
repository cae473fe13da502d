/**
 * The update of adamw.ts on four elements at once: a WebAssembly function of one loop, put together here byte by byte
 * (WebAssembly core specification 2.0, binary format; SIMD instructions by their number). Its results are the same
 * bits, in a quarter of the time.
 */

import { assertInternal } from "../errors.ts";
import type { AdamWUpdate } from "./adamw.ts";
import { constantsOf } from "./adamw.ts";

const [I32, F32, V128] = [0x7f, 0x7d, 0x7b];

/** Parameters of the function: byte addresses of four arrays, their length in bytes, and nine float constants. */
const ADDRESSES = { values: 0, gradient: 1, first: 2, second: 3 } as const;
const LENGTH = 4;
const CONSTANTS = ["scale", "b1", "a1", "b2", "a2", "root", "tiny", "rate", "keep"] as const;
const PARAMETERS = 5 + CONSTANTS.length;
/** Locals: the byte reached, the vectors in flight, and every constant in all four lanes. */
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

/** The address of the element reached in an array. */
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
			...[...load("values"), ...lanes("keep"), ...mul],
			...[...lanes("rate"), ...get(M)],
			...[...get(V), ...sqrt, ...lanes("root"), ...mul, ...lanes("tiny"), ...add],
			...[...div, ...mul, ...sub],
		]),
	].flat();
	const advance = [...get(AT), 0x41, 16, 0x6a, ...set(AT)];
	const whileBelow = [...get(AT), ...get(LENGTH), 0x49, 0x0d, 0];
	const loop = [0x03, 0x40, ...step, ...advance, ...whileBelow, 0x0b];
	const locals = [2, 1, I32, ...leb(3 + CONSTANTS.length), V128];
	return [...locals, ...splats, ...loop, 0x0b];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
	const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
	const section = (id: number, content: number[]) => [id, ...leb(content.length), ...content];
	const code = body();
	const types = [...new Array<number>(5).fill(I32), ...new Array<number>(CONSTANTS.length).fill(F32)];
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...section(1, [1, 0x60, types.length, ...types, 0]),
		...section(2, [1, ...text("js"), ...text("memory"), 2, 0, 1]),
		...section(3, [1, 0]),
		...section(7, [1, ...text("adamw"), 0, 0]),
		...section(10, [1, ...leb(code.length), ...code]),
	]);
}

/** Updates `bytes` (a multiple of 16) at four byte addresses of a memory. */
export type SimdUpdate = (
	addresses: Readonly<Record<keyof typeof ADDRESSES, number>>,
	bytes: number,
	update: AdamWUpdate,
) => void;

let compiled: WebAssembly.Module | undefined;

/** The update over a memory, or `undefined` where WebAssembly or its SIMD instructions are missing. */
export function simdUpdate(memory: WebAssembly.Memory): SimdUpdate | undefined {
	try {
		compiled ??= new WebAssembly.Module(moduleBytes());
	} catch {
		return undefined;
	}
	const { adamw } = new WebAssembly.Instance(compiled, { js: { memory } }).exports;
	assertInternal(typeof adamw === "function", "the update is no function");
	return ({ values, gradient, first, second }, bytes, update) => {
		const constants = constantsOf(update);
		if (bytes > 0) adamw(values, gradient, first, second, bytes, ...CONSTANTS.map((name) => constants[name]));
	};
}
