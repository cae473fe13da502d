/** Drawing on images: shapes as data, a single way to fill them, text, colors. Runs anywhere, with identical pixels. */

export * from "./inspect/index.ts";
export {
	drawMarks,
	type Mark,
	type MarkedImage,
	type MarkOptions,
	MIN_MARK_SIZE,
} from "./marks/marks.ts";
export { gridCells, MAX_MARKS, type Region } from "./marks/regions.ts";
export { blankImage, copyImage, paste } from "./shapes/blank.ts";
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
} from "./shapes/color.ts";
export { type Brush, fill } from "./shapes/fill.ts";
export {
	assertLabel,
	centeredTextPath,
	drawLabel,
	keepInside,
	type LabelStyle,
	labelSize,
} from "./shapes/label.ts";
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
} from "./shapes/path.ts";
export { barsPath, curvePoints, type PlotScale } from "./shapes/plot.ts";
export { measureText, missingCharacters, shortenText, type TextSize, textPath } from "./shapes/text.ts";
export { layoutPair } from "./sheets/pair-layout.ts";
export { beforeAfterPair, blankSheet, contactSheet, placeInCell, type Sheet } from "./sheets/sheet.ts";
export { layoutSheet } from "./sheets/sheet-layout.ts";
export {
	DEFAULT_SHEET_SIDE,
	MAX_SHEET_IMAGES,
	MAX_SHEET_PIXELS,
	type PairOptions,
	type SheetCell,
	type SheetLayout,
	type SheetOptions,
} from "./sheets/sheet-spacing.ts";
