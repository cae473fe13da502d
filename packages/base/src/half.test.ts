/** Half precision against torch 2.13, and every bit pattern there and back. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromBfloat16, fromFloat16, roundToBfloat16, toBfloat16, toFloat16 } from "./half.ts";

const goldens = readFileSync(new URL("./goldens/half.json", import.meta.url), "utf8");
const { halves } = JSON.parse(goldens) as { readonly halves: readonly (readonly [number, number, number])[] };

function floatOf(bits: number): number {
	const view = new DataView(new ArrayBuffer(4));
	view.setUint32(0, bits);
	return view.getFloat32(0);
}

test("float16 and bfloat16 round as torch does", () => {
	const wrong = halves.filter(
		([bits, half, brain]) => toFloat16(floatOf(bits)) !== half || toBfloat16(floatOf(bits)) !== brain,
	);
	expect(wrong.map(([bits]) => floatOf(bits))).toEqual([]);
	expect(halves.length).toBeGreaterThan(300);
});

test.each([
	["not a number", Number.NaN, 0x7e00, 0x7fc0],
	["infinity", Number.POSITIVE_INFINITY, 0x7c00, 0x7f80],
])("%s", (_, value, half, brain) => {
	expect([toFloat16(value), toBfloat16(value)]).toEqual([half, brain]);
});

test("a round trip through bfloat16 keeps what it can hold", () => {
	expect(roundToBfloat16(1.0078125)).toBe(1.0078125);
	expect(roundToBfloat16(1.00390625)).toBe(1);
});

test.each([
	["float16", toFloat16, fromFloat16],
	["bfloat16", toBfloat16, fromBfloat16],
] as const)("every bit pattern of %s survives a round trip", (_, to, from) => {
	const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits);
	const lost = all.filter((bits) => !Number.isNaN(from(bits)) && to(from(bits)) !== bits);
	expect(lost).toEqual([]);
});
