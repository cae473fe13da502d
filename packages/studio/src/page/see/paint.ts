/** Paints a panel on a canvas: the image, padding, what is dropped, patches, tokens and tiles. */

import type { Panel, Tile } from "@onevision/draw";
import type { ResizeStage } from "@onevision/media";
import type { Box } from "./find-cell.ts";

/** Which lines are drawn over the image. */
export interface Layers {
	readonly tiles: boolean;
	readonly patches: boolean;
	readonly tokens: boolean;
}

export interface Palette {
	readonly padding: string;
	readonly stripe: string;
	readonly tile: string;
	readonly token: string;
	readonly patch: string;
	readonly dropped: string;
	readonly veil: string;
	readonly label: string;
}

/** Colors, and how many px of the canvas a px of a laptop's screen takes: lines and numbers grow with it. */
export interface Look extends Palette {
	readonly unit: number;
}

export interface PanelPixels {
	/** The source; absent when only its size is known. */
	readonly source?: ImageBitmap;
	/** Stages as the reference makes them, by stage. */
	readonly exact?: ReadonlyMap<ResizeStage, ImageBitmap>;
}

/** Cells smaller than this many px of the screen would cover the image with lines. */
const MIN_CELL = 7;

/** Paints at `scale` px of the canvas per px of the panel. */
export function paintPanel(
	context: CanvasRenderingContext2D,
	panel: Panel,
	pixels: PanelPixels,
	scale: number,
	layers: Layers,
	look: Look,
): void {
	const { extent } = panel;
	context.save();
	context.clearRect(0, 0, context.canvas.width, context.canvas.height);
	const at = (box: Box): Box => ({
		x: (box.x - extent.x) * scale,
		y: (box.y - extent.y) * scale,
		width: box.width * scale,
		height: box.height * scale,
	});
	const tiles = panel.tiles.length === 0 ? [{ box: extent, size: extent }] : panel.tiles;
	paintBeyond(context, panel, pixels, at, look);
	for (const tile of tiles) paintTile(context, panel, tile, pixels, at, look);
	if (panel.kept !== undefined) paintDropped(context, panel, panel.kept, at, look);
	if (layers.patches) for (const cells of panel.patches) paintGrid(context, cells, at, look.patch, look.unit);
	if (layers.tokens) {
		const patches = panel.patches;
		for (const [index, cells] of panel.tokens.entries()) {
			const isPatches = sameCells(cells, patches[index]);
			if (isPatches && layers.patches) continue;
			context.save();
			if (panel.kept !== undefined) clipTo(context, at(panel.kept));
			paintGrid(context, cells, at, look.token, 1.25 * look.unit);
			context.restore();
		}
	}
	if (layers.tiles) for (const tile of panel.tiles) paintFrame(context, tile, at, look);
	context.restore();
}

type Cells = Panel["patches"][number];

function clipTo(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
	context.beginPath();
	context.rect(x, y, width, height);
	context.clip();
}

function sameCells(one: Cells, other: Cells | undefined): boolean {
	return (
		other !== undefined &&
		one.grid.rows === other.grid.rows &&
		one.grid.cols === other.grid.cols &&
		one.box.width === other.box.width
	);
}

/** The part of the image that no tile takes, behind a veil. */
function paintBeyond(
	context: CanvasRenderingContext2D,
	{ image, extent, tiles }: Panel,
	{ source }: PanelPixels,
	at: (box: Box) => Box,
	look: Look,
): void {
	if (image === undefined || tiles.length === 0) return;
	const whole = at(extent);
	const place = at(image);
	if (source !== undefined) {
		context.drawImage(source, place.x, place.y, place.width, place.height);
		context.fillStyle = look.veil;
		context.fillRect(whole.x, whole.y, whole.width, whole.height);
	}
}

function paintTile(
	context: CanvasRenderingContext2D,
	panel: Panel,
	tile: Tile,
	pixels: PanelPixels,
	at: (box: Box) => Box,
	look: Look,
): void {
	const box = at(tile.box);
	context.save();
	clipTo(context, box);
	paintStripes(context, box, look);
	const { made } = tile;
	const exact = made === undefined ? undefined : pixels.exact?.get(made.from);
	if (made !== undefined && exact !== undefined) {
		const [across, down] = [box.width / tile.size.width, box.height / tile.size.height];
		context.imageSmoothingEnabled = across < 2;
		context.imageSmoothingQuality = "high";
		context.drawImage(
			exact,
			box.x - made.window.x * across,
			box.y - made.window.y * down,
			exact.width * across,
			exact.height * down,
		);
	} else if (panel.image !== undefined) {
		const place = at(panel.image);
		if (pixels.source === undefined) paintUnseen(context, place, look);
		else {
			context.imageSmoothingQuality = "high";
			context.drawImage(pixels.source, place.x, place.y, place.width, place.height);
		}
	}
	context.restore();
}

/** A stand-in for an image of which only the size is known: its diagonals. */
function paintUnseen(context: CanvasRenderingContext2D, box: Box, look: Look): void {
	context.fillStyle = look.veil;
	context.fillRect(box.x, box.y, box.width, box.height);
	context.strokeStyle = look.stripe;
	context.lineWidth = 1;
	context.beginPath();
	context.moveTo(box.x, box.y);
	context.lineTo(box.x + box.width, box.y + box.height);
	context.moveTo(box.x + box.width, box.y);
	context.lineTo(box.x, box.y + box.height);
	context.stroke();
	context.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
}

function paintStripes(context: CanvasRenderingContext2D, box: Box, look: Look): void {
	context.fillStyle = look.padding;
	context.fillRect(box.x, box.y, box.width, box.height);
	context.strokeStyle = look.stripe;
	context.lineWidth = look.unit;
	const step = 9 * look.unit;
	context.beginPath();
	for (let along = -box.height; along < box.width; along += step) {
		context.moveTo(box.x + along, box.y + box.height);
		context.lineTo(box.x + along + box.height, box.y);
	}
	context.stroke();
}

/** Rows and columns of features that are dropped: what lies on the canvas outside of `kept`. */
function paintDropped(
	context: CanvasRenderingContext2D,
	{ tiles }: Panel,
	kept: Box,
	at: (box: Box) => Box,
	look: Look,
): void {
	const inner = at(kept);
	context.save();
	context.beginPath();
	for (const { box } of tiles) {
		const outer = at(box);
		context.rect(outer.x, outer.y, outer.width, outer.height);
	}
	context.clip();
	context.beginPath();
	context.rect(0, 0, context.canvas.width, context.canvas.height);
	context.rect(inner.x, inner.y, inner.width, inner.height);
	context.fillStyle = look.dropped;
	context.globalAlpha = 0.28;
	context.fill("evenodd");
	context.globalAlpha = 1;
	context.strokeStyle = look.dropped;
	context.lineWidth = 2 * look.unit;
	context.strokeRect(inner.x, inner.y, inner.width, inner.height);
	context.restore();
}

function paintGrid(
	context: CanvasRenderingContext2D,
	{ box, grid }: Cells,
	at: (box: Box) => Box,
	color: string,
	lineWidth: number,
): void {
	const area = at(box);
	const [across, down] = [area.width / grid.cols, area.height / grid.rows];
	const isCoarse = Math.min(across, down) >= MIN_CELL * lineWidth;
	if (!isCoarse) return;
	context.strokeStyle = color;
	context.lineWidth = lineWidth;
	context.beginPath();
	for (let col = 0; col <= grid.cols; col++) {
		context.moveTo(area.x + col * across, area.y);
		context.lineTo(area.x + col * across, area.y + area.height);
	}
	for (let row = 0; row <= grid.rows; row++) {
		context.moveTo(area.x, area.y + row * down);
		context.lineTo(area.x + area.width, area.y + row * down);
	}
	context.stroke();
}

function paintFrame(
	context: CanvasRenderingContext2D,
	{ box, view }: Tile,
	at: (box: Box) => Box,
	look: Look,
): void {
	const area = at(box);
	const line = 2 * look.unit;
	context.strokeStyle = look.tile;
	context.lineWidth = line;
	context.strokeRect(area.x + line / 2, area.y + line / 2, area.width - line, area.height - line);
	const size = 12 * look.unit;
	if (view === undefined || Math.min(area.width, area.height) < 2.2 * size) return;
	const text = String(view);
	context.font = `600 ${size}px Inter, sans-serif`;
	const wide = context.measureText(text).width + size * 0.8;
	context.fillStyle = look.tile;
	context.fillRect(area.x, area.y, wide, size * 1.5);
	context.fillStyle = look.label;
	context.textBaseline = "middle";
	context.fillText(text, area.x + size * 0.4, area.y + size * 0.79);
}
