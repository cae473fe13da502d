/** Geometry of one tile that no reference computes, and that no golden file covers. */

import { expect, test } from "vitest";
import { contentInSquareTile } from "./tiles.ts";

test.each([
	[[336, 336], { width: 336, height: 336 }],
	[[640, 480], { width: 336, height: 252 }],
	// 2.5 and 3.5 px: ties go to the even pixel.
	[[672, 5], { width: 336, height: 2 }],
	[[7, 672], { width: 4, height: 336 }],
	[[5000, 1], { width: 336, height: 1 }],
] as const)("%j inside a square of 336 px", ([width, height], inside) => {
	expect(contentInSquareTile({ width, height }, 336)).toEqual(inside);
});
