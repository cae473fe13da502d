/** Invariants of marks, wherever they are drawn. */

import type { Size } from "@onevision/base";
import { expect } from "vitest";
import type { Box, Mark } from "../index.ts";

export const contains = (outer: Box, inner: Box): boolean =>
	inner.x >= outer.x &&
	inner.y >= outer.y &&
	inner.x + inner.width <= outer.x + outer.width &&
	inner.y + inner.height <= outer.y + outer.height;
/** Whether two boxes share nothing but an edge. */
export const apart = (one: Box, other: Box): boolean =>
	one.x + one.width <= other.x ||
	other.x + other.width <= one.x ||
	one.y + one.height <= other.y ||
	other.y + other.height <= one.y;

/** Throws unless badges are inside the image, apart from each other, and off every marked point. */
export function expectSound(marks: readonly Mark[], size: Size): void {
	for (const mark of marks) {
		expect(contains({ x: 0, y: 0, ...size }, mark.badge)).toBe(true);
		for (const other of marks) {
			if (other !== mark) expect(apart(mark.badge, other.badge)).toBe(true);
			if (other.kind === "point") {
				expect(apart(mark.badge, { ...other.point, width: 1, height: 1 })).toBe(true);
			}
		}
	}
}
