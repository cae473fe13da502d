import fc from "fast-check";
import { expect, test } from "vitest";
import { countApiFrom } from "../../count.ts";

const image = (width: number, height: number) => ({ media: [{ kind: "image", width, height } as const] });
const tokens = (
	model: string,
	width: number,
	height: number,
	settings: Record<string, unknown> = {},
): number => countApiFrom(model, image(width, height), settings).visualTokens;
const item = (model: string, width: number, height: number, settings: Record<string, unknown> = {}) =>
	countApiFrom(model, image(width, height), settings).items[0];

test("the worked examples of the vision page", () => {
	expect(tokens("gpt-5.4", 1024, 1024, { detail: "high" })).toBe(1229);
	expect(tokens("gpt-6-astra", 1024, 1024, { detail: "high" })).toBe(1229);
	expect(item("gpt-5.4", 2048, 2048, { detail: "high" })).toMatchObject({
		visualTokens: 3000,
		resized: { width: 1600, height: 1600 },
		steps: ["patch budget 2500: 1600x1600", "2500 patches × 1.2"],
	});
	expect(tokens("gpt-6-astra", 4096, 512, { detail: "high" })).toBe(2458);
	expect(item("gpt-5.5", 4096, 512, { detail: "high" })).toMatchObject({
		resized: { width: 2048, height: 256 },
		steps: ["fit 2048: 2048x256", "512 patches × 1.2"],
	});
	// The older page: 1,452 patches before the multiplier.
	expect(item("gpt-5.4-mini", 1800, 2400, { date: "2026-07-31" })).toMatchObject({
		visualTokens: Math.ceil((1452 * 162) / 100),
		resized: { width: 1056, height: 1408 },
		steps: expect.arrayContaining(["1452 patches × 1.62"]),
	});
});

// huggingface.co/datasets/JOHNISKING/image-token-cost: measured through the API; missing values are not in the table.
test.each([
	[256, 256, 77, 77, 77],
	[512, 512, 308, 308, 308],
	[1024, 1024, 1229, 1229, 1229],
	[1920, 1080, 2448, 2448, 2448],
	[2560, 1440, 4320, 2931, 4320],
	[3840, 2160, 9792, 2931, 9792],
	[4032, 3024, 14364, 2942, 11868],
])("%ix%i as measured: gpt-6 auto %i, gpt-6 high %i, gpt-5.5 auto %i", (width, height, auto, high, older) => {
	expect(tokens("gpt-6-astra", width, height)).toBe(auto);
	expect(tokens("gpt-6-astra", width, height, { detail: "high" })).toBe(high);
	expect(tokens("gpt-5.5", width, height)).toBe(older);
});

test("detail by model: auto, low and original differ", () => {
	expect(tokens("gpt-5.5", 3840, 2160, { detail: "high" })).toBe(2765);
	expect(tokens("gpt-5.4", 3840, 2160)).toBe(tokens("gpt-5.4", 3840, 2160, { detail: "high" }));
	expect(tokens("gpt-5.6-sol", 3840, 2160)).toBe(tokens("gpt-5.6-sol", 3840, 2160, { detail: "original" }));
	expect(tokens("gpt-6-astra", 3840, 2160, { detail: "low" })).toBe(Math.ceil(16 * 9 * 1.2));
	// low has a budget of 6,144 on GPT-5.4, so it can cost more than high.
	expect(tokens("gpt-5.4", 2048, 2048, { detail: "low" })).toBe(4916);
	expect(() => tokens("gpt-5.2", 100, 100, { detail: "original" })).toThrow(
		/detail original: this model has low/,
	);
	expect(() => tokens("gpt-4o", 100, 100, { detail: "original" })).toThrow(/expected one of low, high, auto/);
	expect(() => tokens("gpt-5.5", 100, 100, { detail: "hihg" })).toThrow(/did you mean high\?/);
	expect(() => tokens("gpt-5.5", 100, 100, { detial: "high" })).toThrow(/did you mean detail\?/);
});

test("the multipliers of the minis changed between the two copies of the page", () => {
	expect(tokens("gpt-5-nano", 1024, 1024, { date: "2026-07-01" })).toBe(Math.ceil((1024 * 246) / 100));
	expect(tokens("gpt-5-nano", 1024, 1024)).toBe(1536);
	expect(countApiFrom("gpt-5-nano", image(10, 10), { date: "2026-07-01" }).ruleFrom).toBeUndefined();
	expect(countApiFrom("gpt-5-nano", image(10, 10))).toMatchObject({
		ruleFrom: "2026-09-01",
		exactness: "inferred",
	});
	expect(tokens("gpt-4.1-mini", 2048, 2048, { date: "2026-08-31" })).toBeLessThan(
		tokens("gpt-4.1-mini", 2048, 2048, { date: "2026-09-01" }),
	);
});

test("exactly at a limit, and one over", () => {
	// 50·50 patches fill the budget; with one more pixel the image is scaled down.
	expect(item("gpt-5.4", 1600, 1600)?.resized).toEqual({ width: 1600, height: 1600 });
	expect(item("gpt-5.4", 1601, 1600)?.resized).not.toEqual({ width: 1601, height: 1600 });
	// Squares of any size end at 50·50: float noise must not lose a row.
	for (let side = 1601; side < 2049; side++) expect(tokens("gpt-5.4", side, side)).toBe(3000);
	// 200·150 patches are the maximum without a budget.
	expect(tokens("gpt-6-astra", 6400, 4800)).toBe(36_000);
	expect(() => tokens("gpt-6-astra", 6401, 4800)).toThrow(
		"6401x4800 is 30150 patches: OpenAI rejects an image of more than 30000; shrink it or set detail high",
	);
	expect(tokens("gpt-6-astra", 6401, 4800, { detail: "high" })).toBeLessThanOrEqual(3000);
});

test("where the page leaves the rounding of the fitted side open, the answer is a range", () => {
	// 4428·209 fits 2048 at 96.66 px: 97 needs a fourth row of patches, 96 does not.
	expect(item("gpt-5.4", 4428, 209, { detail: "low" })).toMatchObject({
		exactness: "range",
		visualTokens: 308,
		range: { min: 231, max: 308 },
	});
});

// The page's own example for tiles, and sizes that many libraries get wrong.
test.each([
	[1024, 1024, 765, 25_501],
	[2048, 4096, 1105, 36_835],
	[1920, 1080, 1105, 36_835],
	[3840, 2160, 1105, 36_835],
	// Not enlarged: one tile.
	[512, 512, 255, 8500],
	[513, 512, 425, 14_167],
])("tiles: %ix%i is %i on gpt-4o, %i on gpt-4o-mini", (width, height, full, mini) => {
	expect(tokens("gpt-4o", width, height)).toBe(full);
	expect(tokens("gpt-4o-mini", width, height)).toBe(mini);
});

test("tiles: detail low is the base, sizes at the limits", () => {
	expect(tokens("gpt-4o", 5000, 4000, { detail: "low" })).toBe(85);
	expect(tokens("o1", 5000, 4000, { detail: "low" })).toBe(75);
	expect(item("gpt-4o", 2048, 768)?.steps).toEqual(["8 tiles × 170 + 85"]);
	expect(item("gpt-4o", 2049, 768)?.steps[0]).toBe("fit 2048");
	expect(item("gpt-4o", 1920, 1080)?.resized).toEqual({ width: 1365, height: 768 });
	// 2048·512.4: rounded down, it takes one row of tiles.
	expect(item("gpt-4o", 4948, 1238)).toMatchObject({ exactness: "range", range: { min: 765, max: 1445 } });
	expect(tokens("gpt-image-1", 1024, 1024)).toBe(65 + 129);
	expect(tokens("gpt-image-1", 1024, 1024, { input_fidelity: "high" })).toBe(65 + 129 + 4160);
	expect(tokens("gpt-image-1", 1536, 1024, { input_fidelity: "high" })).toBe(65 + 2 * 129 + 6240);
});

test("any size: whole numbers, budgets hold, never enlarged", () => {
	const side = fc.oneof(
		fc.integer({ min: 1, max: 9000 }),
		fc.constantFrom(1, 31, 32, 33, 65_535, 65_536, 2 ** 24),
	);
	const model = fc.constantFrom(
		"gpt-6-astra",
		"gpt-5.5",
		"gpt-5.4",
		"gpt-5.2",
		"o4-mini",
		"gpt-4o",
		"gpt-image-1",
	);
	fc.assert(
		fc.property(side, side, model, (width, height, name) => {
			let count: ReturnType<typeof item>;
			try {
				count = item(name, width, height);
			} catch (error) {
				expect(error).toMatchObject({ code: "unsupported" });
				return;
			}
			expect(count?.visualTokens).toSatisfy(Number.isSafeInteger);
			expect(count?.resized.width).toBeGreaterThanOrEqual(1);
			expect(count?.resized.width).toBeLessThanOrEqual(width);
			expect(count?.resized.height).toBeLessThanOrEqual(height);
			if (name === "gpt-5.4") expect(count?.visualTokens).toBeLessThanOrEqual(3000);
		}),
		{ seed: 20_261_122, numRuns: 2000 },
	);
});
