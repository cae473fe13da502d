/** Flows panels of different shapes into rows, like words into lines; computed from sizes alone, px. */

import type { Size } from "@onevision/base";
import type { Box } from "../shapes/path.ts";
import { fit, GAP, HEADING } from "./page.ts";

/** A panel with a two-line heading above it. */
interface FlowCell {
	/** Where the panel is drawn. */
	readonly area: Box;
	/** Width available to the heading. */
	readonly headingWidth: number;
}

export interface Flow extends Size {
	readonly cells: readonly FlowCell[];
}

/** Minimum cell width, so that the heading stays readable. */
const MIN_CELL = 150;
/** Maximum width of a panorama, in row heights, so that it does not take all the room. */
const MAX_WIDE = 2.4;

/** Rows of equal height, as high as possible with all panels inside the room; panels keep their aspect ratios. */
export function flowPanels(shapes: readonly Size[], room: Size): Flow {
	let [low, high] = [1, room.height];
	let best = flowAt(shapes, room.width, low);
	while (low <= high) {
		const middle = Math.floor((low + high) / 2);
		const flow = flowAt(shapes, room.width, middle);
		if (flow.height > room.height) {
			high = middle - 1;
			continue;
		}
		best = flow;
		low = middle + 1;
	}
	return best;
}

function flowAt(shapes: readonly Size[], width: number, rowHeight: number): Flow {
	const cells: FlowCell[] = [];
	let [x, y, row] = [0, 0, 0];
	for (const shape of shapes) {
		const size = fit(shape, { width: Math.min(width, MAX_WIDE * rowHeight), height: rowHeight });
		const cellWidth = Math.max(MIN_CELL, size.width);
		if (x > 0 && x + cellWidth > width) [x, y, row] = [0, y + row + GAP, 0];
		cells.push({ area: { x, y: y + HEADING, ...size }, headingWidth: cellWidth });
		x += cellWidth + GAP;
		row = Math.max(row, HEADING + size.height);
	}
	const right = Math.max(...cells.map(({ area, headingWidth }) => area.x + headingWidth));
	return { cells, width: right, height: y + row };
}
