/**
 * Drops the feature rows or columns that contain only padding. transformers `_get_unpadded_features` rounds to seven
 * decimals before truncating; the original repository (LLaVA-NeXT `unpad_image`, llava/model/llava_arch.py) truncates
 * directly. A product that is an integer in exact arithmetic can therefore lose a row on each side: 1107×820 gives 61
 * rows against 59.
 */

import type { Grid, Size } from "@onevision/base";
import { truncateAfterSevenDecimals } from "@onevision/base";

/** `"seven-decimals"` is transformers, `"plain"` the original repository. */
export type UnpadRounding = "seven-decimals" | "plain";

/** Rows and columns of the stitched feature grid left after padding is dropped, symmetrically on both sides. */
export function unpad(image: Size, grid: Grid, rounding: UnpadRounding): Grid {
	const truncate = rounding === "plain" ? Math.trunc : truncateAfterSevenDecimals;
	if (image.width / image.height > grid.cols / grid.rows) {
		const kept = truncate(image.height * (grid.cols / image.width));
		return { rows: grid.rows - 2 * Math.floor((grid.rows - kept) / 2), cols: grid.cols };
	}
	const kept = truncate(image.width * (grid.rows / image.height));
	return { rows: grid.rows, cols: grid.cols - 2 * Math.floor((grid.cols - kept) / 2) };
}
