/** Drawing on pictures: shapes as data, one way to fill them, text, colours. Runs anywhere, the same to the bit. */

export { blankPicture, copyPicture, paste } from "./blank.ts";
export {
	BLACK,
	type Color,
	contrasting,
	contrastRatio,
	gray,
	hexColor,
	luminanceOf,
	READABLE_CONTRAST,
	WHITE,
} from "./color.ts";
export { type Brush, fill } from "./fill.ts";
export { assertLabel, centeredTextPath, drawLabel, keepInside, type LabelStyle, labelSize } from "./label.ts";
export {
	drawMarks,
	type Mark,
	type MarkedPicture,
	type MarkOptions,
	MIN_MARK_SIZE,
} from "./marks.ts";
export { layoutPair } from "./pair-layout.ts";
export {
	type Box,
	discPath,
	framePath,
	gridLine,
	gridPath,
	inset,
	linePath,
	type Path,
	type Point,
	rectanglePath,
	roundedRectanglePath,
} from "./path.ts";
export { barsPath, curvePoints, type PlotScale } from "./plot.ts";
export { gridCells, MAX_MARKS, type Region } from "./regions.ts";
export { beforeAfterPair, blankSheet, contactSheet, placeInCell, type Sheet } from "./sheet.ts";
export { layoutSheet } from "./sheet-layout.ts";
export {
	DEFAULT_SHEET_SIDE,
	MAX_SHEET_PICTURES,
	MAX_SHEET_PIXELS,
	type PairOptions,
	type SheetCell,
	type SheetLayout,
	type SheetOptions,
} from "./sheet-spacing.ts";
export { measureText, missingCharacters, shortenText, type TextSize, textPath } from "./text.ts";
