/** The text on an inspection page: headings over its panels, the column beside them, and the entries of its legend. */

import type { ItemLayout } from "@onevision/core";
import type { ResizeOptions, RgbImage, ViewPlan } from "@onevision/media";
import type { Box } from "../shapes/path.ts";
import { sameGrid } from "./cells.ts";
import type { CloseUp } from "./close-up.ts";
import type { Column } from "./column.ts";
import { factsOf, gridText, notesOf, partsOf, px, tokensText } from "./facts.ts";
import type { LegendKey } from "./legend.ts";
import { HEADING, MIN_WIDTH } from "./page.ts";
import type { Shown } from "./panel-drawing.ts";
import type { Panel } from "./panels.ts";
import { COLORS, TYPE, write } from "./style.ts";

export interface InspectOptions {
	/** A processor's views; without them, draws what the layout alone determines. */
	readonly viewPlan?: ViewPlan;
	/** How the processor resizes, so that the close-up shows its exact pixels. Default: bicubic, as Pillow does. */
	readonly resize?: ResizeOptions;
	/** First line of the page, such as the model's name. */
	readonly title: string;
	/** Below the title, such as whose rule is followed. */
	readonly subtitle?: string;
}

export interface Heading {
	readonly name: string;
	readonly detail: string;
}

export function headingOf({ role, image, tiles, extent }: Panel, layout: ItemLayout): Heading {
	const [{ size = layout.canvas } = {}] = tiles;
	if (role === "overview") return { name: "overview", detail: `the whole image in ${px(size)}` };
	if (role === "image") return { name: "image", detail: `${px(extent)}` };
	if (role === "crops") return { name: "crops of the source", detail: `each stretched to ${px(size)}` };
	if (image === undefined) return { name: "canvas", detail: `${px(layout.canvas)}, without the image` };
	const { tileGrid } = layout;
	const cut = tiles.length > 1 ? `, cut into ${gridText(tileGrid)} tiles` : "";
	const [isWider, isHigher] = [extent.width > layout.canvas.width, extent.height > layout.canvas.height];
	const cropped = tiles.length === 1 && (isWider || isHigher) ? ", the middle of the resized image" : "";
	return { name: "canvas", detail: `${px(layout.canvas)}${cut}${cropped}` };
}

export function closeUpHeading({ region, times, patch }: CloseUp): Heading {
	return { name: "close-up", detail: `${px(region)}, ${times}×; a patch is ${patch}×${patch}` };
}

/** Two heading lines over a panel, which may be narrower than they are. */
export function drawHeading(
	target: RgbImage,
	{ name, detail }: Heading,
	area: Box,
	width = Math.max(area.width, MIN_WIDTH),
): void {
	const y = area.y - HEADING;
	write(target, name, { x: area.x, y: y + TYPE.text }, { size: TYPE.text, width });
	write(target, detail, { x: area.x, y: y + 34 }, { size: TYPE.small, color: COLORS.soft, width });
}

/** The column of a page for one item. */
export function columnOf(
	layout: ItemLayout,
	{ title, subtitle = "" }: InspectOptions,
	{ image, patches }: Panel,
	legend: readonly LegendKey[],
): Column {
	const tiles = layout.tileGrid.rows * layout.tileGrid.cols;
	const apart =
		"where the image lies on the canvas is not part of this model's layout: the two are drawn apart";
	const overlap = "the tiles are not the canvas cut into equal parts, so they are not drawn";
	return {
		title,
		subtitle,
		facts: factsOf(layout),
		total: { name: "visual tokens", value: tokensText(layout) },
		parts: partsOf(layout),
		notes: [
			...notesOf(layout),
			...(image === undefined ? [apart] : []),
			...(image === undefined && tiles > 1 && patches.length === 0 ? [overlap] : []),
		],
		legend,
	};
}

/** The entries on the page, in reading order. */
export function legendOf(
	{ patchGrid, pooledGrid, unpaddedGrid, cappedGrid }: ItemLayout,
	shown: readonly Shown[],
	closeUp: CloseUp | undefined,
): LegendKey[] {
	const some = (key: keyof Shown): boolean => shown.some((each) => each[key]);
	const entry = (key: LegendKey, isShown: boolean): LegendKey[] => (isShown ? [key] : []);
	const isCapped = !sameGrid(unpaddedGrid, cappedGrid);
	const isPooled = !sameGrid(patchGrid, pooledGrid) && !isCapped;
	const isUneven = isPooled || isCapped;
	return [
		...entry("tiles", some("tiles")),
		...entry("numbers", some("numbers")),
		...entry("cropped", some("cropped")),
		...entry("padding", some("padding")),
		...entry("dropped", some("dropped")),
		...entry("unseen", some("unseen")),
		...entry("patches", some("patches") || (closeUp !== undefined && isUneven)),
		...entry("cappedTokens", some("tokens") && isCapped),
		...entry("tokens", some("tokens") && isPooled),
		...entry("patchTokens", some("tokens") && !isUneven),
		...entry("closeUp", closeUp !== undefined),
		...entry("closeUpTokens", closeUp !== undefined && closeUp.tokens.length > 0),
	];
}
