/** The size of a feature grid after pooling. Bilinear rounds up; average and max pooling drop the remainder. */

import type { Grid } from "@onevision/base";

export const POOLING_MODES = ["bilinear", "average", "max"] as const;
/** `mm_spatial_pool_mode` of LLaVA-NeXT: bilinear interpolation, mean or maximum of each block. */
export type PoolingMode = (typeof POOLING_MODES)[number];

/**
 * Rows and columns after pooling by `stride` (≥ 1). Bilinear: ⌈side / stride⌉ (27 → 14); average and max: ⌊side / stride⌋
 * (27 → 13). LLaVA-VL/LLaVA-NeXT llava/model/llava_arch.py `get_2dPool`.
 */
export function pooledSize(grid: Grid, stride: number, mode: PoolingMode): Grid {
	const round = mode === "bilinear" ? Math.ceil : Math.floor;
	return { rows: round(grid.rows / stride), cols: round(grid.cols / stride) };
}
