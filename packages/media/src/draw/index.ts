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
export { centeredTextPath, drawLabel, keepInside, type LabelStyle, labelSize } from "./label.ts";
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
export { measureText, missingCharacters, shortenText, type TextSize, textPath } from "./text.ts";
