/**
 * Idefics2 and Mantis-8B-Idefics2: a perceiver turns a view of any size into 64 latents between two boundary tokens.
 * Splitting adds the image's four quarters. Papers: arXiv 2405.02246, 2405.01483. Source: transformers 5.18
 * models/idefics2/processing_idefics2.py and image_processing_idefics2.py.
 */

import type { Size } from "@onevision/base";
import { OnevisionError } from "@onevision/base";
import { boolean } from "@onevision/base/schema";
import { type ItemLayout, itemLayout, NO_WRAPPER, type TokenRange } from "../../layout.ts";
import { square } from "../../layouts/tiles.ts";
import type { ImageItem } from "../../sample.ts";
import { type Family, type Knob, noVideo } from "../family.ts";

export interface Idefics2Constants {
	/** Latents per view (`image_seq_len`). */
	readonly latents: number;
	/** Side of a patch, px. */
	readonly patch: number;
	/** Minimum shorter side and maximum longer side of a view, px. */
	readonly shortestEdge: number;
	readonly longestEdge: number;
	/** Whether the checkpoint splits images (`do_image_splitting`). */
	readonly splitting: boolean;
}

export type Idefics2Settings = {
	readonly do_image_splitting: boolean;
};

/** The four quarters and the whole image. */
const SPLIT_VIEWS = 5;

const SPLITTING_KNOB: Knob = {
	setting: "do_image_splitting",
	values: [false, true],
	deployable: true,
	label: (value) => (value === true ? "four quarters and the image" : "no splitting"),
};

export const idefics2: Family<Idefics2Constants, Idefics2Settings> = {
	title: "Idefics2",
	source: "transformers 5.18.0 src/transformers/models/idefics2/processing_idefics2.py",
	parities: ["transformers"],
	scenarios: ["single-image", "multi-image"],
	settings: {
		do_image_splitting: boolean("Whether each image is read as four quarters and as a whole"),
	},
	defaults: ({ splitting }) => ({ do_image_splitting: splitting }),
	knobs: () => ({ "single-image": [SPLITTING_KNOB], "multi-image": [SPLITTING_KNOB], video: [] }),
	counter: (constants, settings) => ({
		image: (item, images) => layoutImage(item, images, constants, settings.do_image_splitting),
		video: noVideo("Idefics2"),
	}),
};

function layoutImage(
	item: ImageItem,
	images: number,
	constants: Idefics2Constants,
	split: boolean,
): ItemLayout {
	const { latents, patch } = constants;
	if (split && Math.min(item.width, item.height) < 2) {
		throw new OnevisionError(
			"unsupported",
			`${item.width}x${item.height} has no quarters: set do_image_splitting=false`,
		);
	}
	const views = split ? SPLIT_VIEWS : 1;
	const whole = fitEdges(item, constants);
	const sizes = split ? [...quarters(item).map((quarter) => fitEdges(quarter, constants)), whole] : [whole];
	// All views of a sample are padded to the largest one. Other images in the sample can increase this further.
	const canvas = {
		width: Math.max(...sizes.map((size) => size.width)),
		height: Math.max(...sizes.map((size) => size.height)),
	};
	const patchGrid = { rows: Math.floor(canvas.height / patch), cols: Math.floor(canvas.width / patch) };
	const pooledGrid = { rows: 1, cols: latents };
	const tiles = split ? SPLIT_VIEWS - 1 : 1;
	// One boundary token before each view and one after the last; adjacent views share theirs.
	const markers = views + 1;
	const range = images > 1 ? sharedBoundary(views * latents + markers) : undefined;
	return itemLayout({
		kind: "image",
		source: { width: item.width, height: item.height },
		frames: 1,
		canvas,
		content: whole,
		tileGrid: split ? square(2) : square(1),
		views,
		patchGrid,
		pooledGrid,
		unpaddedGrid: { rows: 1, cols: tiles * latents },
		cappedGrid: { rows: 1, cols: tiles * latents },
		parts: { overview: split ? latents : 0, grid: tiles * latents, newlines: 0, markers },
		towerTokens: views * patchGrid.rows * patchGrid.cols,
		wrapper: NO_WRAPPER,
		...(range === undefined ? {} : { range }),
	});
}

/** Two images with nothing in between share a boundary token. */
function sharedBoundary(alone: number): TokenRange {
	return {
		min: alone - 1,
		max: alone,
		why: "images that stand side by side in the text share the boundary token between them",
	};
}

/** `split_images`: the halves of an odd side differ by one pixel. */
function quarters({ width, height }: Size): Size[] {
	const left = Math.floor(width / 2);
	const top = Math.floor(height / 2);
	return [top, height - top].flatMap((rows) =>
		[left, width - left].map((cols) => ({ width: cols, height: rows })),
	);
}

/**
 * `get_resize_output_image_size`, px: shrinks in proportion to the maximum longer side, then raises either side
 * independently.
 */
function fitEdges(image: Size, { shortestEdge, longestEdge }: Idefics2Constants): Size {
	let { width, height } = image;
	const aspect = width / height;
	if (width >= height && width > longestEdge) {
		width = longestEdge;
		height = Math.trunc(width / aspect);
	} else if (height > width && height > longestEdge) {
		height = longestEdge;
		width = Math.trunc(height * aspect);
	}
	return { width: Math.max(width, shortestEdge), height: Math.max(height, shortestEdge) };
}
