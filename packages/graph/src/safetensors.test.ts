/** Safetensors files: round trips, every float type, and files that are not to be trusted. */

import { float32, OnevisionError } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "./random.ts";
import {
	decodeSafetensors,
	encodeSafetensors,
	entryOf,
	float32Of,
	readSafetensorsHeader,
	type SafetensorsFile,
	safetensorsHead,
} from "./safetensors.ts";

function file(header: unknown, dataBytes: number, headerBytes?: bigint): Uint8Array {
	const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
	const bytes = new Uint8Array(8 + json.length + dataBytes);
	new DataView(bytes.buffer).setBigUint64(0, headerBytes ?? BigInt(json.length), true);
	bytes.set(json, 8);
	return bytes;
}

const f32 = (start: number, end: number, shape: readonly number[]) => ({
	dtype: "F32",
	shape,
	data_offsets: [start, end],
});

function sample(): SafetensorsFile {
	return {
		tensors: new Map([
			["a", entryOf(float32([2, 3], [1, 2, 3, 4, 5, 6]))],
			["empty", entryOf(float32([0, 7], []))],
			["__proto__", entryOf(float32([], [9]))],
		]),
		metadata: { step: "3" },
	};
}

test("tensors and metadata come back", () => {
	const bytes = encodeSafetensors(sample());
	const { tensors, metadata } = decodeSafetensors(bytes);
	expect([...tensors.keys()]).toEqual(["a", "empty", "__proto__"]);
	expect(metadata).toEqual({ step: "3" });
	expect(float32Of("a", tensors.get("a") as never).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
	expect(tensors.get("a")?.bytes.byteOffset).toBe(
		8 * Math.ceil((tensors.get("a")?.bytes.byteOffset ?? 1) / 8),
	);
	expect(Buffer.from(encodeSafetensors({ tensors, metadata })).equals(Buffer.from(bytes))).toBe(true);
});

test("half precision becomes float32 exactly", () => {
	const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x7e00);
	const half = { dtype: "F16", shape: [7], bytes: new Uint8Array(halves.buffer) } as const;
	expect([...float32Of("h", half).data]).toEqual([
		1,
		-2,
		2 ** -24,
		65504,
		Number.POSITIVE_INFINITY,
		-0,
		Number.NaN,
	]);
	const brains = Uint16Array.of(0x3f80, 0xc000, 0x7f80);
	const brain = { dtype: "BF16", shape: [3], bytes: new Uint8Array(brains.buffer) } as const;
	expect([...float32Of("b", brain).data]).toEqual([1, -2, Number.POSITIVE_INFINITY]);
	const double = { dtype: "F64", shape: [1], bytes: new Uint8Array(Float64Array.of(0.1).buffer) } as const;
	expect([...float32Of("d", double).data]).toEqual([Math.fround(0.1)]);
	expect(() => float32Of("i", { dtype: "I8", shape: [1], bytes: new Uint8Array(1) })).toThrow(OnevisionError);
});

test.each([
	["nothing", new Uint8Array(3)],
	["a header past the end", file({}, 0, 900n)],
	["a header of exabytes", file({}, 0, 2n ** 63n)],
	["no JSON", file("{", 0)],
	["no object", file("[]", 0)],
	["bytes that are no UTF-8", file("{}", 0).map((byte, i) => (i === 8 ? 0xff : byte))],
	["an unknown type", file({ a: { ...f32(0, 4, [1]), dtype: "F33" } }, 4)],
	["a negative size", file({ a: f32(0, 4, [-1]) }, 4)],
	["a size past 2^53", file(`{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}`, 1)],
	["a place past the end", file({ a: f32(0, 8, [2]) }, 4)],
	["a place of another size", file({ a: f32(0, 4, [2]) }, 4)],
	["a gap", file({ a: f32(4, 8, [1]) }, 8)],
	["an overlap", file({ a: f32(0, 4, [1]), b: f32(0, 4, [1]) }, 4)],
	["bytes after the end", file({ a: f32(0, 4, [1]) }, 5)],
	["metadata that are no texts", file({ __metadata__: { a: 1 } }, 0)],
])("%s is refused", (_name, bytes) => {
	expect(() => decodeSafetensors(bytes)).toThrow(OnevisionError);
	expect(() => decodeSafetensors(bytes)).toThrow(/^safetensors: [^\n]+$/);
});

test("damaged files give tensors or a refusal, the same whole or by their header", async () => {
	const whole = encodeSafetensors(sample());
	const random = createRandom(3);
	const attempt = async (bytes: Uint8Array) => {
		const source = { size: bytes.length, read: async (at: number, n: number) => bytes.subarray(at, at + n) };
		const byHeader = await readSafetensorsHeader(source).catch((error: unknown) => String(error));
		try {
			const { tensors } = decodeSafetensors(bytes);
			expect(typeof byHeader === "string" ? byHeader : [...byHeader.tensors.keys()]).toEqual([
				...tensors.keys(),
			]);
			for (const { bytes: data, shape } of tensors.values()) {
				expect(data.length).toBeLessThanOrEqual(bytes.length);
				expect(shape.length).toBeLessThanOrEqual(64);
			}
		} catch (error) {
			if (!(error instanceof OnevisionError)) throw error;
			expect(byHeader).toBe(String(error));
		}
	};
	for (let run = 0; run < 2000; run++) {
		const bytes = whole.slice();
		for (let change = 0; change <= random.integer(3); change++)
			bytes[random.integer(bytes.length)] = random.integer(256);
		await attempt(random.integer(5) === 0 ? bytes.subarray(0, random.integer(bytes.length)) : bytes);
	}
	await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), attempt));
});

const headerOf = (head: Uint8Array) => JSON.parse(new TextDecoder().decode(head.subarray(8)));

test("tensors larger than memory have their places", () => {
	const shape = [40_000, 3, 384, 384];
	const head = safetensorsHead(
		new Map([
			["frames", { dtype: "F32", shape }],
			["sizes", { dtype: "I64", shape: [1, 2] }],
		]),
		{},
	);
	const bytes = 40_000 * 3 * 384 * 384 * 4;
	expect(head.length % 8).toBe(0);
	expect(headerOf(head)).toEqual({
		frames: { dtype: "F32", shape, data_offsets: [0, bytes] },
		sizes: { dtype: "I64", shape: [1, 2], data_offsets: [bytes, bytes + 16] },
	});
});

test("refusals name what is wrong", () => {
	const one = { dtype: "F32", shape: [1] } as const;
	const head = (name: string, metadata = {}) => safetensorsHead(new Map([[name, one]]), metadata);
	expect(() => head("__metadata__")).toThrow("__metadata__ is reserved for metadata");
	expect(() => head("a", { files: "x".repeat(100_000_000) })).toThrow(
		/a header of 1\d{8} bytes, readers take/,
	);
	const short = { dtype: "F32", shape: [2], bytes: new Uint8Array(4) } as const;
	expect(() => encodeSafetensors({ tensors: new Map([["a", short]]), metadata: {} })).toThrow(
		"safetensors: a has 4 bytes, F32 of [2] 8",
	);
	const absurd = new Map([["a", { dtype: "F32", shape: [2 ** 40, 2 ** 20] } as const]]);
	expect(() => safetensorsHead(absurd, {})).toThrow("fits no file");
});
