/**
 * Pixtral and Mistral 3.x: the image is shrunk to fit a square box and cut into patches, with one [IMG_BREAK] after
 * every row and [IMG_END] after the last. Sources: transformers 5.18
 * models/pixtral/{image_processing,processing}_pixtral.py; mistralai/mistral-common
 * src/mistral_common/tokens/tokenizers/image.py at 05a47dc, which rounds where transformers floors.
 */

import type { Size } from "@onevision/base";
import { formatInteger, OnevisionError, roundHalfEven } from "@onevision/base";
import { integer } from "@onevision/base/schema";
import { NO_WRAPPER } from "../../layout.ts";
import { layoutNative } from "../../layouts/native-clip.ts";
import type { MergedPatches } from "../../layouts/native-resolution.ts";
import type { ImageItem } from "../../sample.ts";
import { type Family, type Knob, noVideo, type Parity } from "../family.ts";

export interface PixtralConstants extends MergedPatches {
	/** Maximum longer side of an image (`size.longest_edge`), px. */
	readonly longestEdge: number;
}

export type PixtralSettings = {
	readonly longest_edge: number;
};

/** Box sides the planner tries, in tokens. The checkpoint's own box is the largest. */
const BOX_SIDES = [8, 12, 16, 20, 24, 28, 32, 40, 48, 55, 64];

export const pixtral: Family<PixtralConstants, PixtralSettings> = {
	title: "Pixtral and Mistral 3",
	source: "transformers 5.18.0 src/transformers/models/pixtral/image_processing_pixtral.py",
	parities: ["transformers", "mistral-common"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		longest_edge: integer("Longest side of an image, px; smaller ones are not enlarged", {
			min: 1,
			max: 2 ** 20,
		}),
	},
	defaults: ({ longestEdge }) => ({ longest_edge: longestEdge }),
	processorArguments: ({ longest_edge: edge }) =>
		edge === undefined ? {} : { images: { size: `{"longest_edge": ${edge}}` } },
	vllmArguments: { longest_edge: "size.longest_edge" },
	knobs: ({ patch, merge, longestEdge }) => {
		const values = BOX_SIDES.map((side) => side * patch * merge).filter((side) => side < longestEdge);
		const box: Knob = {
			setting: "longest_edge",
			values: [...values, longestEdge],
			range: { from: patch * merge, step: patch * merge },
			deployable: true,
			label: (value) => `sides of at most ${formatInteger(Number(value))} px`,
		};
		return { "single-image": [box], "multi-image": [box], video: [] };
	},
	counter: ({ patch, merge }, settings, parity) => {
		const token = patch * merge;
		const toTokens = (side: number): number => Math.ceil(side / token) * token;
		return {
			image: (item) => {
				const fitted = fitBox(item, settings.longest_edge, parity);
				const canvas = { width: toTokens(fitted.width), height: toTokens(fitted.height) };
				const rows = canvas.height / token;
				return layoutNative(item, {
					patch,
					merge,
					canvas,
					newlines: rows - 1,
					markers: 1,
					wrapper: NO_WRAPPER,
				});
			},
			video: noVideo("Pixtral"),
		};
	},
};

/** Size of the image fitted to a square box, px. Throws `unsupported` when the shorter side rounds to zero. */
function fitBox(item: ImageItem, box: number, parity: Parity): Size {
	const ratio = Math.max(item.height / box, item.width / box);
	if (ratio <= 1) return item;
	const round = parity === "mistral-common" ? roundHalfEven : Math.floor;
	const fitted = { width: round(item.width / ratio), height: round(item.height / ratio) };
	if (fitted.width >= 1 && fitted.height >= 1) return fitted;
	throw new OnevisionError(
		"unsupported",
		`${item.width}x${item.height} has no pixels left on its short side within ${box} px: crop the image first`,
	);
}
