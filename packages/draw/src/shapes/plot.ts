/** Values as shapes: bars and a curve in a box, filled like any other shape. */

import { type Box, type Path, type Point, rectanglePath } from "./path.ts";

export interface PlotScale {
	/** The value at the top of the box, default the largest; larger values are clipped. */
	readonly max?: number;
}

/** One bar per value from the bottom of the box. Bars of at least 3 px have gaps of a fifth of a bar between them. */
export function barsPath(box: Box, values: readonly number[], scale: PlotScale = {}): Path {
	const step = box.width / values.length;
	const gap = step >= 3 ? step / 5 : 0;
	return heights(box, values, scale).flatMap((height, index) =>
		rectanglePath({
			x: box.x + index * step + gap / 2,
			y: box.y + box.height - height,
			width: step - gap,
			height,
		}),
	);
}

/** Points of a curve through the values, each in the middle of its bar's position. */
export function curvePoints(box: Box, values: readonly number[], scale: PlotScale = {}): Point[] {
	const step = box.width / values.length;
	return heights(box, values, scale).map((height, index) => ({
		x: box.x + (index + 0.5) * step,
		y: box.y + box.height - height,
	}));
}

function heights(box: Box, values: readonly number[], { max }: PlotScale): number[] {
	const top = max ?? values.reduce((largest, value) => Math.max(largest, value), 0);
	return values.map((value) => (top > 0 ? Math.max(0, Math.min(1, value / top)) * box.height : 0));
}
