/** The patch pointed at: its pixels in the source, as the tower receives them, and its token. */

import { formatInteger } from "@onevision/base";
import { computed } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { familyInUse } from "./family.ts";
import { type Box, type FoundPatch, middlePoint, patchAt } from "./find-cell.ts";
import { palette } from "./look.ts";
import { framePlace, layout, panels, pixels } from "./pixels.ts";
import { pointed } from "./stage.tsx";

/** Side of a magnified patch, CSS px. */
const SIDE = 112;

/** The middle patch stands in until one is pointed at. */
const middle = computed<FoundPatch | undefined>(() => {
	const [main] = panels.value;
	const point = main === undefined ? undefined : middlePoint(main);
	return main === undefined || point === undefined || layout.value === undefined
		? undefined
		: patchAt(main, point, layout.value, familyInUse.value, framePlace.value);
});

export function Loupe() {
	const found = pointed.value ?? middle.value;
	return (
		<section class="card loupe" aria-label="Patch">
			<h2>{found === undefined ? "Patch" : titleOf(found)}</h2>
			<div class="loupe-pixels">
				<figure>
					<SourcePixels found={found} />
					<figcaption>in the source</figcaption>
				</figure>
				{layout.value?.kind === "image" && (
					<figure>
						<TowerPixels found={found} />
						<figcaption>as the tower gets it</figcaption>
					</figure>
				)}
			</div>
			<p class="loupe-text">
				{found === undefined ? "No patch of this view can be told apart." : textOf(found)}
			</p>
		</section>
	);
}

function titleOf({ tokenIndex, token, dropped }: FoundPatch): string {
	if (dropped !== undefined) return "Dropped feature";
	if (tokenIndex !== undefined) {
		return `Token ${formatInteger(tokenIndex)}`;
	}
	return token === undefined ? "Patch" : `Token at row ${token.row + 1}, column ${token.col + 1}`;
}

function textOf({ panel, tile, patch, token, tokenIndex, source, dropped }: FoundPatch): string {
	const view = panel.tiles[tile]?.view;
	const place = [
		...(tokenIndex === undefined
			? []
			: [`index from 0, of ${formatInteger(layout.value?.visualTokens ?? 0)}`]),
		...(layout.value?.kind === "video" ? [`frame ${framePlace.value + 1} of ${layout.value.frames}`] : []),
		...(panel.tiles.length > 1 ? [`tile ${view ?? tile}`] : panel.role === "overview" ? ["overview"] : []),
		`patch row ${patch.row}, column ${patch.col}`,
		...(token !== undefined && token.grid.rows !== patch.grid.rows
			? [`feature row ${token.row}, column ${token.col}`]
			: []),
	].join(", ");
	const from =
		source === undefined
			? ""
			: `; source px ${span(source.x, source.width)} × ${span(source.y, source.height)}`;
	return dropped === undefined
		? `${place}${from}`
		: `${place}: padding of the canvas, its feature never reaches the language model`;
}

function span(start: number, length: number): string {
	return `${Math.round(start)}–${Math.round(start + length)}`;
}

type Found = FoundPatch | undefined;

function SourcePixels({ found }: { readonly found: Found }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const { source } = pixels.value;
	const size = layout.value?.source;
	useMagnified(canvas, [found, source, size], (context, side) => {
		if (found?.source === undefined || source === undefined || size === undefined) return;
		// The bitmap may be smaller than a very large source.
		const [across, down] = [source.width / size.width, source.height / size.height];
		const { x, y, width, height } = found.source;
		draw(context, source, { x: x * across, y: y * down, width: width * across, height: height * down }, side);
	});
	return <canvas ref={canvas} role="img" aria-label="The patch in the source" />;
}

function TowerPixels({ found }: { readonly found: Found }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const { exact } = pixels.value;
	useMagnified(canvas, [found, exact], (context, side) => {
		const tile = found?.panel.tiles[found.tile];
		const stage = tile?.made === undefined ? undefined : exact?.get(tile.made.from);
		if (found === undefined || tile?.made === undefined || stage === undefined) return;
		const [across, down] = [tile.size.width / tile.box.width, tile.size.height / tile.box.height];
		const { box } = found.patch;
		const place = {
			x: tile.made.window.x + (box.x - tile.box.x) * across,
			y: tile.made.window.y + (box.y - tile.box.y) * down,
			width: box.width * across,
			height: box.height * down,
		};
		draw(context, stage, place, side);
	});
	return <canvas ref={canvas} role="img" aria-label="The patch as the tower receives it" />;
}

/** Draws a part of an image as squares, its longer side filling the canvas. */
function draw(context: CanvasRenderingContext2D, from: ImageBitmap, part: Box, side: number): void {
	const scale = side / Math.max(part.width, part.height);
	const [wide, high] = [part.width * scale, part.height * scale];
	const [left, top] = [(side - wide) / 2, (side - high) / 2];
	context.save();
	context.beginPath();
	context.rect(left, top, wide, high);
	context.clip();
	context.imageSmoothingEnabled = false;
	context.drawImage(
		from,
		left - part.x * scale,
		top - part.y * scale,
		from.width * scale,
		from.height * scale,
	);
	context.restore();
}

function useMagnified(
	canvas: RefObject<HTMLCanvasElement | null>,
	depends: readonly unknown[],
	paint: (context: CanvasRenderingContext2D, side: number) => void,
): void {
	const colors = palette.value;
	useLayoutEffect(() => {
		const element = canvas.current;
		const context = element?.getContext("2d");
		if (!element || !context) return;
		const side = Math.round(SIDE * devicePixelRatio);
		if (element.width !== side) {
			element.width = side;
			element.height = side;
		}
		context.fillStyle = colors.padding;
		context.fillRect(0, 0, side, side);
		paint(context, side);
	}, [...depends, colors]);
}
