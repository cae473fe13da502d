/**
 * The WebAssembly kernel (kernel/*.ts), and allocation in its memory. One instance per thread. Every use lays out the
 * memory anew, so nothing in it outlives a call.
 */

import { KERNEL_BYTES } from "./kernel-bytes.ts";

type HorizontalPass = (
	source: number,
	sourceStride: number,
	target: number,
	targetStride: number,
	rows: number,
	width: number,
	starts: number,
	groups: number,
	weights: number,
	shift: number,
) => void;
type VerticalPass = (
	source: number,
	sourceStride: number,
	target: number,
	bytes: number,
	pairsOfRows: number,
	weights: number,
	shift: number,
) => void;

type PlanesPass = (
	source: number,
	sourceStride: number,
	rows: number,
	width: number,
	tables: number,
	target: number,
	targetStride: number,
	plane: number,
) => void;
type PatchesPass = (
	source: number,
	sourceStride: number,
	blocks: number,
	merge: number,
	patch: number,
	frames: number,
	copies: number,
	tables: number,
	target: number,
) => void;
type PatchRowsPass = (
	source: number,
	sourceStride: number,
	patches: number,
	patch: number,
	tables: number,
	target: number,
) => void;

type LzwPass = (
	state: number,
	input: number,
	inputBytes: number,
	tables: number,
	literalBits: number,
	target: number,
	room: number,
) => number;
type PaintPass = (indices: number, count: number, colors: number, target: number) => void;

/** Functions of the module; its source documents each one. */
export interface Kernel {
	readonly memory: WebAssembly.Memory;
	readonly horizontalNarrow: HorizontalPass;
	readonly horizontalWide: HorizontalPass;
	readonly verticalNarrow: VerticalPass;
	readonly verticalWide: VerticalPass;
	readonly planes32: PlanesPass;
	readonly planes16: PlanesPass;
	readonly patches32: PatchesPass;
	readonly patches16: PatchesPass;
	readonly patchRows32: PatchRowsPass;
	readonly patchRows16: PatchRowsPass;
	readonly lzw: LzwPass;
	readonly paint: PaintPass;
}

/** The kernel reads and writes up to 15 bytes beyond a row. */
const SLACK = 16;
const PAGE_BYTES = 65536;

let known: Kernel | undefined | "none";

/** This thread's kernel; undefined if WebAssembly or its SIMD instructions are missing. */
export function kernelOfThread(): Kernel | undefined {
	if (known === undefined) known = instantiate() ?? "none";
	return known === "none" ? undefined : known;
}

function instantiate(): Kernel | undefined {
	try {
		const bytes = Uint8Array.from(atob(KERNEL_BYTES), (character) => character.charCodeAt(0));
		const memory = new WebAssembly.Memory({ initial: 1 });
		const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
		return { ...(exports as unknown as Omit<Kernel, "memory">), memory };
	} catch (error) {
		if (error instanceof ReferenceError || error instanceof WebAssembly.CompileError) return undefined;
		throw error;
	}
}

/** Allocates addresses in the kernel's memory, one after another, aligned to 16 bytes. */
export class Places {
	#next = 0;
	readonly #memory: WebAssembly.Memory;

	constructor(memory: WebAssembly.Memory) {
		this.#memory = memory;
	}

	/** Allocates `bytes` bytes plus the slack after them. */
	take(bytes: number): number {
		const place = this.#next;
		this.#next = Math.ceil((place + bytes + SLACK) / 16) * 16;
		const missing = this.#next - this.#memory.buffer.byteLength;
		if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
		return place;
	}
}

/** Copies bytes into kernel memory and returns their address. */
export function place(kernel: Kernel, places: Places, bytes: Uint8Array): number {
	const at = places.take(bytes.length);
	new Uint8Array(kernel.memory.buffer).set(bytes, at);
	return at;
}
