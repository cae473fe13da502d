import fc from "fast-check";
import { expect, test } from "vitest";
import { countApiFrom } from "../../count.ts";
import { claudeResize } from "./rules.ts";

const item = (model: string, width: number, height: number) =>
	countApiFrom(model, { media: [{ kind: "image", width, height }] }).items[0];

// The vendor's table. It prints 1269x952 for 2000x1500, but its reference code, rounding half to even, gives
// 1270x952.
test.each([
	[200, 200, "200x200", 64, "200x200", 64],
	[1000, 1000, "1000x1000", 1296, "1000x1000", 1296],
	[1092, 1092, "1092x1092", 1521, "1092x1092", 1521],
	[1920, 1080, "1456x819", 1560, "1920x1080", 2691],
	[2000, 1500, "1270x952", 1564, "2000x1500", 3888],
	[3840, 2160, "1456x819", 1560, "2576x1449", 4784],
	[1075, 1520, "924x1307", 1551, "1075x1520", 2145],
	[512, 512, "512x512", 361, "512x512", 361],
	[1024, 1024, "1024x1024", 1369, "1024x1024", 1369],
])("%ix%i: standard %s %i, high resolution %s %i", (width, height, standard, fewer, high, more) => {
	const show = (count: ReturnType<typeof item>) => `${count?.resized.width}x${count?.resized.height}`;
	const [low, full] = [item("claude-haiku-4-5", width, height), item("claude-opus-4-7", width, height)];
	expect([show(low), low?.visualTokens]).toEqual([standard, fewer]);
	expect([show(full), full?.visualTokens]).toEqual([high, more]);
});

test("exactly at the limits of a tier", () => {
	// 1568 is 56 cells; 56·28 cells are the 1,568 tokens.
	expect(item("claude-haiku-4-5", 1568, 784)?.visualTokens).toBe(1568);
	expect(item("claude-haiku-4-5", 1568, 784)?.steps).toEqual([]);
	expect(item("claude-haiku-4-5", 1569, 784)?.resized.width).toBeLessThan(1569);
	expect(item("claude-haiku-4-5", 1568, 785)?.visualTokens).toBeLessThanOrEqual(1568);
	expect(item("claude-opus-4-7", 2576, 1456)?.visualTokens).toBe(4784);
	expect(item("claude-opus-4-7", 2576, 1457)?.steps[0]).toMatch(/^fit 2576 px and 4784 tokens/);
});

test("images over 8,000 px are rejected, over 2,000 px once there are more than 20", () => {
	expect(item("claude-opus-4-7", 8000, 8000)?.visualTokens).toBeLessThanOrEqual(4784);
	expect(() => item("claude-opus-4-7", 8001, 10)).toThrow(
		"Claude Opus 4.7: 8001x10: each side may be at most 8000 px; shrink it",
	);
	const media = (count: number) => ({
		media: Array.from({ length: count }, () => ({ kind: "image", width: 2001, height: 100 }) as const),
	});
	expect(countApiFrom("claude-opus-4-7", media(20)).items).toHaveLength(20);
	expect(() => countApiFrom("claude-opus-4-7", media(21))).toThrow(/with more than 20 images \(here 21\)/);
});

test("no settings, no video", () => {
	expect(() => countApiFrom("claude-opus-5", { media: [] }, { detail: "high" })).toThrow(
		"setting detail: Claude Opus 5 has no settings but date",
	);
	const video = { kind: "video", width: 10, height: 10, frames: 10, fps: 10 } as const;
	expect(() => countApiFrom("claude-opus-5", { media: [video] })).toThrow(/send sampled frames as images/);
});

test("any size fits its tier, and a turned image is the turned answer", () => {
	const side = fc.integer({ min: 1, max: 8000 });
	fc.assert(
		fc.property(side, side, (width, height) => {
			for (const tier of [
				{ maxSide: 1568, maxTokens: 1568 },
				{ maxSide: 2576, maxTokens: 4784 },
			]) {
				const size = claudeResize({ width, height }, tier);
				const cells = Math.ceil(size.width / 28) * Math.ceil(size.height / 28);
				expect(cells).toBeGreaterThanOrEqual(1);
				expect(cells).toBeLessThanOrEqual(tier.maxTokens);
				expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(tier.maxSide);
				if (width === height) continue;
				expect(claudeResize({ width: height, height: width }, tier)).toEqual({
					width: size.height,
					height: size.width,
				});
			}
		}),
		{ seed: 20_261_122, numRuns: 500 },
	);
});
