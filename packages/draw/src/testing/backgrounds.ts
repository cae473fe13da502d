/** Backgrounds on which marks must be legible. */

import type { Size } from "@onevision/base";
import { type RgbImage, rgbImage } from "@onevision/media";
import { testImage } from "../../../media/src/testing/images.ts";
import { blankImage, gray } from "../index.ts";

export const BACKGROUNDS = {
	black: (size) => blankImage(size, gray(0)),
	white: (size) => blankImage(size, gray(255)),
	"mid-gray": (size) => blankImage(size, gray(118)),
	noise: (size) => testImage(size, 7, "noise"),
	photo: photoLike,
} as const satisfies Readonly<Record<string, (size: Size) => RgbImage>>;

/** Side of a block of uniform color, px. */
const BLOCK = 8;

/** Sky over land with a sun, in irregular blocks: bright, dark and saturated parts, soft and abrupt transitions. */
function photoLike(size: Size): RgbImage {
	const { width, height } = size;
	const grain = testImage({ width: Math.ceil(width / BLOCK), height: Math.ceil(height / BLOCK) }, 3, "noise");
	const data = new Uint8Array(width * height * 3);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const down = y / height;
			const away = ((x / width - 0.7) ** 2 + (down - 0.3) ** 2) * 30;
			const sun = Math.max(0, 1 - away);
			const sky = [90 + 120 * down + 160 * sun, 140 + 90 * down + 100 * sun, 225 - 40 * down];
			const land = [70 - 50 * (down - 0.6), 95 - 90 * (down - 0.6), 40 - 30 * (down - 0.6)];
			const at = (y * width + x) * 3;
			const block = (Math.floor(y / BLOCK) * grain.width + Math.floor(x / BLOCK)) * 3;
			for (let channel = 0; channel < 3; channel++) {
				const base = (down < 0.6 ? sky : land)[channel] ?? 0;
				const uneven = ((grain.data[block + channel] ?? 0) - 128) / 6;
				data[at + channel] = Math.max(0, Math.min(255, Math.round(base + uneven)));
			}
		}
	}
	return rgbImage(size, data);
}
