import type { Size } from "@onevision/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canvasList, fitInside, selectBestResolution } from "./best-resolution.ts";

/** The reference, step by step: checks every canvas in order and prefers more kept pixels, then fewer wasted ones. */
function reference(image: Size, canvases: readonly Size[]): Size | undefined {
	let best: Size | undefined;
	let bestKept = 0;
	let leastWaste = Number.POSITIVE_INFINITY;
	for (const canvas of canvases) {
		const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
		const fitted = Math.trunc(image.width * scale) * Math.trunc(image.height * scale);
		const kept = Math.min(fitted, image.width * image.height);
		const waste = canvas.width * canvas.height - kept;
		if (kept > bestKept || (kept === bestKept && waste < leastWaste)) {
			best = canvas;
			bestKept = kept;
			leastWaste = waste;
		}
	}
	return best;
}

const side = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(1, 2, 383, 384, 385, 768, 2 ** 24));
const image = fc.record({ width: side, height: side });

test("equals the reference's full search on any list of canvases, ties included", () => {
	const tiles = fc.integer({ min: 1, max: 6 });
	const canvas = fc.record({ width: tiles, height: tiles });
	const property = fc.property(image, fc.array(canvas, { minLength: 1, maxLength: 36 }), (size, grid) => {
		const canvases = grid.map(({ width, height }) => ({ width: width * 384, height: height * 384 }));
		const list = canvasList(canvases);
		expect(list.sizes[selectBestResolution(size, list)]).toEqual(reference(size, canvases));
	});
	fc.assert(property, { numRuns: 20_000, seed: 240_803_326 });
});

test("an empty list is the caller's fault", () => {
	expect(() => selectBestResolution({ width: 1, height: 1 }, canvasList([]))).toThrow(/no canvas/);
});

test("the image stays inside its canvas and fills one side", () => {
	const property = fc.property(image, image, (size, canvas) => {
		const content = fitInside(size, canvas);
		expect(content.width).toBeLessThanOrEqual(canvas.width);
		expect(content.height).toBeLessThanOrEqual(canvas.height);
		expect(content.width === canvas.width || content.height === canvas.height).toBe(true);
		expect(Math.min(content.width, content.height)).toBeGreaterThanOrEqual(1);
	});
	fc.assert(property, { seed: 240_803_326 });
});
