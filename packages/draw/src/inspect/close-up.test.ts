/** The close-up shows exactly the pixels the processor turns into tensors, where the image has the most detail. */

import type { RgbImage } from "@onevision/media";
import { createProcessor } from "@onevision/media";
import { describe, expect, test } from "vitest";
import { testImage } from "../../../media/src/testing/images.ts";
import { blankImage, paste } from "../shapes/blank.ts";
import { gray } from "../shapes/color.ts";
import { closeUpOf, closeUpSize, drawCloseUp } from "./close-up.ts";
import { type Panel, panelsOf } from "./panels.ts";

/** A gray image with noise in one place. */
function noiseAt(x: number, y: number): RgbImage {
	const image = blankImage({ width: 600, height: 420 }, gray(120));
	paste(image, testImage({ width: 60, height: 40 }, 5, "noise"), { x, y });
	return image;
}

function mainOf(model: string, image: RgbImage) {
	const processor = createProcessor(model);
	const layout = processor.layout({ kind: "image", width: image.width, height: image.height });
	const [panel] = panelsOf(layout, processor.planViews(layout));
	if (panel === undefined) throw new Error("no panel");
	return { processor, layout, panel };
}

function closeUp(panel: Panel, image: RgbImage, patchGrid: { rows: number; cols: number }) {
	const found = closeUpOf(panel, image, patchGrid, { width: 400, height: 400 });
	if (found === undefined) throw new Error("no close-up");
	return found;
}

describe.each([
	["llava-1.5-7b", [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]],
	["gemma-3-4b", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
])("%s", (model, mean, std) => {
	test("its squares are the processor's pixels", () => {
		const image = noiseAt(240, 200);
		const { processor, layout, panel } = mainOf(model, image);
		const found = closeUp(panel, image, layout.patchGrid);
		const { region, times } = found;
		expect(times).toBeGreaterThanOrEqual(3);
		const drawn = blankImage(closeUpSize(found), gray(0));
		drawCloseUp(drawn, image, { ...found, tokens: [] }, { x: 0, y: 0 }, processor.resizing("image"));
		const { pixel_values: pixels } = processor.images([[image]]).tensors;
		if (pixels?.dtype !== "float32") throw new Error("no pixels");
		const [, , height = 0, width = 0] = pixels.shape;
		let wrong = 0;
		for (let y = 1; y < region.height - 1; y++) {
			for (let x = 1; x < region.width - 1; x++) {
				for (const channel of [0, 1, 2]) {
					const value = pixels.data[(channel * height + region.y + y) * width + region.x + x] ?? 0;
					const level = Math.round((value * (std[channel] ?? 0) + (mean[channel] ?? 0)) * 255);
					// The middle of a square is not on any line.
					const at = ((y * times + 1) * drawn.width + x * times + 1) * 3 + channel;
					if (drawn.data[at] !== level) wrong++;
				}
			}
		}
		expect(wrong).toBe(0);
	});
});

test.each([
	["upper left", 20, 20],
	["lower right", 520, 360],
])("it is taken where the detail is: %s", (_, x, y) => {
	const image = noiseAt(x, y);
	const { layout, panel } = mainOf("qwen2.5-vl-7b", image);
	const { onPanel } = closeUp(panel, image, layout.patchGrid);
	const scale = layout.canvas.width / image.width;
	expect(Math.abs(onPanel.x + onPanel.width / 2 - (x + 30) * scale)).toBeLessThan(100);
	expect(Math.abs(onPanel.y + onPanel.height / 2 - (y + 20) * scale)).toBeLessThan(100);
});

test("stripes do not count as detail", () => {
	const image = noiseAt(420, 300);
	for (let x = 0; x < 300; x += 20)
		paste(image, blankImage({ width: 10, height: 420 }, gray(255)), { x, y: 0 });
	const { layout, panel } = mainOf("qwen2.5-vl-7b", image);
	expect(closeUp(panel, image, layout.patchGrid).onPanel.x).toBeGreaterThan(250);
});

test("no close-up if an intermediate image would take gigabytes", () => {
	const image = testImage({ width: 1, height: 2000 }, 1, "noise");
	const { layout, panel } = mainOf("llava-1.5-7b", image);
	expect(layout.resizes).toEqual([{ width: 336, height: 672_000 }]);
	expect(closeUpOf(panel, image, layout.patchGrid, { width: 400, height: 400 })).toBeUndefined();
});
