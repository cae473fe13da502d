/** Pixels as the browser draws them. */

import type { RgbImage } from "@onevision/media";

export async function bitmapOf({ width, height, data }: RgbImage): Promise<ImageBitmap> {
	const rgba = new Uint8ClampedArray(width * height * 4);
	for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
		rgba[to] = data[from] ?? 0;
		rgba[to + 1] = data[from + 1] ?? 0;
		rgba[to + 2] = data[from + 2] ?? 0;
		rgba[to + 3] = 255;
	}
	return createImageBitmap(new ImageData(rgba, width, height));
}
