/** Walking the boxes of ISO base media files: sizes of each kind, where a walk ends, and what is refused. */

import { describe, expect, test } from "vitest";
import { childNamed, childrenOf, childrenWithin } from "./boxes.ts";
import { type Reading, readFromBytes } from "./reading.ts";

/** A box around `content`; `size` in place of its own. */
function box(name: string, content: Uint8Array = new Uint8Array(0), size = content.length + 8): Uint8Array {
	const bytes = new Uint8Array(8 + content.length);
	new DataView(bytes.buffer).setUint32(0, size);
	bytes.set(new TextEncoder().encode(name), 4);
	bytes.set(content, 8);
	return bytes;
}

/** A box whose size stands in 64 bits. */
function longBox(name: string, content: Uint8Array, size = content.length + 16): Uint8Array {
	const rest = new Uint8Array(8 + content.length);
	new DataView(rest.buffer).setBigUint64(0, BigInt(size));
	rest.set(content, 8);
	return box(name, rest, 1);
}

const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const children = (bytes: Uint8Array, ...rest: [until?: string, trailing?: boolean]) =>
	readFromBytes(childrenOf(0, bytes.length, ...rest), bytes);

describe("boxes side by side", () => {
	test("one without content, one with, and one of 64 bits", () => {
		const bytes = join(box("free"), box("ftyp", new Uint8Array(4)), longBox("mdat", new Uint8Array(3)));
		expect(children(bytes)).toEqual([
			{ name: "free", start: 8, end: 8 },
			{ name: "ftyp", start: 16, end: 20 },
			{ name: "mdat", start: 36, end: 39 },
		]);
	});
	test("64 bits of a size that has no content", () => {
		expect(children(longBox("mdat", new Uint8Array(0)))).toEqual([{ name: "mdat", start: 16, end: 16 }]);
	});
	test("size 0 runs to the end", () => {
		expect(children(join(box("free"), box("mdat", new Uint8Array(5), 0)))).toEqual([
			{ name: "free", start: 8, end: 8 },
			{ name: "mdat", start: 16, end: 21 },
		]);
	});
	test("fewer than 8 bytes at the end are no box", () => {
		expect(children(join(box("free"), new Uint8Array(7)))).toEqual([{ name: "free", start: 8, end: 8 }]);
		expect(children(new Uint8Array(0))).toEqual([]);
	});
	test("up to and with the one asked for", () => {
		const bytes = join(box("free"), box("moov"), box("mdat", new Uint8Array(0), 4));
		expect(children(bytes, "moov").map(({ name }) => name)).toEqual(["free", "moov"]);
	});
	test("at most 20,000", () => {
		const bytes = new Uint8Array(20_001 * 8);
		for (let at = 0; at < bytes.length; at += 8) bytes.set(box("free"), at);
		expect(children(bytes).length).toBe(20_000);
	});
});

describe("a box that does not fit", () => {
	test.each([
		[
			"smaller than its header",
			box("free", new Uint8Array(0), 7),
			/"free" box of 7 bytes; the file is damaged/,
		],
		["smaller than its header of 64 bits", longBox("mdat", new Uint8Array(0), 15), /"mdat" box of 15 bytes/],
		["a byte longer than the file", box("free", new Uint8Array(2), 11), /"free" box of 11 bytes/],
	])("%s", (_, bytes, message) => {
		expect(() => children(join(box("ftyp"), bytes))).toThrow(message);
		expect(children(join(box("ftyp"), bytes), undefined, true).map(({ name }) => name)).toEqual(["ftyp"]);
	});
});

test("the first of a name, or an error", () => {
	const bytes = join(box("free"), box("moov", new Uint8Array(1)), box("moov"));
	const named = (name: string): Reading<unknown> => childNamed(name, 0, bytes.length);
	expect(readFromBytes(named("moov"), bytes)).toEqual({ name: "moov", start: 16, end: 17 });
	expect(readFromBytes(named("free"), bytes)).toEqual({ name: "free", start: 8, end: 8 });
	expect(() => readFromBytes(named("meta"), bytes)).toThrow(/no meta box/);
	expect(() => readFromBytes(childNamed("meta", 0, 0), bytes)).toThrow(/no meta box/);
});

test("a path of names leads to the children of its last, or to none", () => {
	const bytes = box("moov", join(box("free"), box("trak", box("mdia", box("minf")))));
	const [moov] = children(bytes);
	if (moov === undefined) throw new Error("no box");
	const within = (...path: string[]) =>
		readFromBytes(childrenWithin(moov, ...path), bytes).map(({ name }) => name);
	expect(within()).toEqual(["free", "trak"]);
	expect(within("trak")).toEqual(["mdia"]);
	expect(within("trak", "mdia")).toEqual(["minf"]);
	expect(within("trak", "mdia", "minf")).toEqual([]);
	expect(within("edts", "mdia")).toEqual([]);
});
