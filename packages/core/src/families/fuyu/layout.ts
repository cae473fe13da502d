/**
 * Fuyu has no tower. The image is shrunk to fit a box and cut into patches of 30 px, which enter the language model
 * directly, with a newline token after every row. Source: transformers 5.18
 * models/fuyu/{image_processing,processing}_fuyu.py.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import { markersOnly } from "../../layout.ts";
import { layoutNative } from "../../layouts/native-clip.ts";
import type { ImageItem } from "../../sample.ts";
import { type Family, noVideo } from "../family.ts";

export interface FuyuConstants {
	/** Side of a patch, px. */
	readonly patch: number;
	/** The box images are shrunk to fit, px. */
	readonly box: Size;
}

export type FuyuSettings = {
	readonly size_width: number;
	readonly size_height: number;
};

/** Side of a patch, used for the limits of the box. */
const PATCH = 30;

const side = (name: string) =>
	integer(`${name} of the box an image is shrunk into (\`size\`), px`, { min: PATCH, max: 2 ** 20 });

export const fuyu: Family<FuyuConstants, FuyuSettings> = {
	title: "Fuyu",
	source: "transformers 5.18.0 src/transformers/models/fuyu/processing_fuyu.py",
	parities: ["transformers"],
	scenarios: ["single-image"],
	settings: { size_width: side("Width"), size_height: side("Height") },
	defaults: ({ box }) => ({ size_width: box.width, size_height: box.height }),
	check: (settings) => {
		for (const key of ["size_width", "size_height"] as const) {
			if (settings[key] % PATCH === 0) continue;
			throw new OnevisionError(
				"invalid-input",
				`${key} ${settings[key]}: must be a multiple of ${PATCH}, the side of a patch`,
			);
		}
	},
	knobs: () => ({ "single-image": [], "multi-image": [], video: [] }),
	counter: ({ patch }, settings) => ({
		image: (item, images) => {
			if (images > 1) {
				throw new OnevisionError("unsupported", `Fuyu takes one image per prompt, not ${images}`);
			}
			const content = shrinkInto(item, settings);
			const canvas = {
				width: Math.ceil(content.width / patch) * patch,
				height: Math.ceil(content.height / patch) * patch,
			};
			// After the image comes `<s>`, which opens the text.
			const layout = layoutNative(item, {
				patch,
				merge: 1,
				canvas,
				content,
				newlines: canvas.height / patch,
				wrapper: markersOnly(1),
			});
			return layout;
		},
		video: noVideo("Fuyu"),
	}),
};

/** Size that fits the box, px; never enlarged. Throws `unsupported` when a side rounds to zero. */
function shrinkInto(item: ImageItem, settings: FuyuSettings): Size {
	const { size_width: width, size_height: height } = settings;
	if (item.width <= width && item.height <= height) return { width: item.width, height: item.height };
	const scale = Math.min(height / item.height, width / item.width);
	const fitted = { width: Math.trunc(item.width * scale), height: Math.trunc(item.height * scale) };
	if (fitted.width >= 1 && fitted.height >= 1) return fitted;
	throw new OnevisionError(
		"unsupported",
		`${item.width}x${item.height} has no pixels left on its short side within ${width}x${height}: crop the image first`,
	);
}
