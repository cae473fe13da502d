import { expect, test } from "vitest";
import goldens from "./goldens/idefics2.json" with { type: "json" };
import { type Idefics2Constants, idefics2 } from "./layout.ts";

const CONSTANTS: Idefics2Constants = {
	latents: 64,
	patch: 14,
	shortestEdge: 378,
	longestEdge: 980,
	splitting: true,
};
const counter = (do_image_splitting: boolean) =>
	idefics2.counter(CONSTANTS, { do_image_splitting }, "transformers");

test("the processor's own counts: 64 per view, fake tokens included", () => {
	let rows = 0;
	for (const group of goldens.groups.filter(({ kind }) => kind === "image")) {
		const { image } = counter(group.settings.do_image_splitting);
		for (const row of group.rows) {
			const [width = 0, height = 0, latents, total] = row as number[];
			const layout = image({ kind: "image", width, height }, 1);
			expect(layout.visualTokens, `${group.name} ${row}`).toBe(total);
			expect(layout.visualTokens - layout.parts.markers).toBe(latents);
			expect(layout.range).toBeUndefined();
			rows++;
		}
	}
	expect(rows).toBeGreaterThan(50);
});

test("several images: neighbors may share a boundary token, so the sum is a range that holds the truth", () => {
	let rows = 0;
	for (const group of goldens.groups.filter(({ kind }) => kind === "images")) {
		const { image } = counter(group.settings.do_image_splitting);
		for (const row of group.rows) {
			const [sizes, , total] = row as [[number, number][], number[], number];
			const items = sizes.map(([width, height]) => image({ kind: "image", width, height }, sizes.length));
			const sum = (of: (index: number) => number): number => items.reduce((all, _, i) => all + of(i), 0);
			const min = sum((i) => items[i]?.range?.min ?? 0);
			expect(sum((i) => items[i]?.visualTokens ?? 0)).toBe(total + sizes.length - 1);
			expect(min).toBeLessThanOrEqual(total);
			rows++;
		}
	}
	expect(rows).toBe(4);
});

test("sizes of the views, as the image processor pads them", () => {
	// 1371×129: the quarters are 685×64, 686×64, 685×65 and 686×65, the whole is 980×92. Heights are raised to 378.
	const split = counter(true).image({ kind: "image", width: 1371, height: 129 }, 1);
	expect([split.content, split.canvas]).toEqual([
		{ width: 980, height: 378 },
		{ width: 980, height: 378 },
	]);
	expect([split.views, split.tileGrid, split.towerTokens]).toEqual([5, { rows: 2, cols: 2 }, 5 * 70 * 27]);
	const whole = counter(false).image({ kind: "image", width: 4000, height: 3000 }, 1);
	expect([whole.content, whole.towerTokens]).toEqual([{ width: 980, height: 735 }, 70 * 52]);
	// 1961×1001: the lower left quarter, 980×501, is one patch row taller than the whole image at 980×500.
	expect(counter(true).image({ kind: "image", width: 1961, height: 1001 }, 1)).toMatchObject({
		content: { width: 980, height: 500 },
		canvas: { width: 980, height: 501 },
	});
});

test("an image one pixel wide has no quarters", () => {
	expect(() => counter(true).image({ kind: "image", width: 1, height: 9 }, 1)).toThrow(
		expect.objectContaining({ code: "unsupported" }),
	);
	expect(counter(false).image({ kind: "image", width: 1, height: 9 }, 1).visualTokens).toBe(66);
});
