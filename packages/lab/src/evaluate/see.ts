/** Ablations of what is seen: what a model reaches with them is what a task gives away without being understood. */

import type { RgbImage } from "@onevision/media";
import { randomOf } from "../random.ts";
import type { SeeSample } from "../samples/prepare.ts";

export const SEEING = {
	/** Black images of the same sizes. */
	nothing: (images) => images.map(blank),
	/** The images of the sample before. */
	another: (images, index, all) => all[(index + all.length - 1) % all.length] ?? images,
	/** The middle frame, or image, in place of all. */
	"one-frame": (images) => images.map((image) => images[Math.floor(images.length / 2)] ?? image),
	/** Frames, or images, in random order. */
	"shuffled-frames": (images, index) => {
		const random = randomOf("shuffled", index);
		return images
			.map((image) => ({ image, order: random.uniform() }))
			.sort((a, b) => a.order - b.order)
			.map(({ image }) => image);
	},
} as const satisfies Record<string, SeeSample>;

function blank({ width, height, data }: RgbImage): RgbImage {
	return { width, height, data: new Uint8Array(data.length) };
}
