/** One panel on a canvas, with the patch under the pointer or the keyboard's cursor. */

import type { Size } from "@onevision/base";
import type { Panel } from "@onevision/draw";
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { typeScale } from "../parts/type-scale.ts";
import { familyInUse } from "./family.ts";
import { type FoundPatch, middlePoint, type Point, patchAt } from "./find-cell.ts";
import { layers, palette } from "./look.ts";
import { paintPanel } from "./paint.ts";
import { framePlace, layout, lookedAt, panels, pixels } from "./pixels.ts";

/** The patch pointed at. */
export const pointed = signal<FoundPatch | undefined>(undefined);
/** The same in words, for a screen reader: only set by the keyboard. */
export const announced = signal("");

const MOVES: Readonly<Record<string, readonly [col: number, row: number]>> = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1],
};

export function Stage({
	panel,
	label,
	shown: { width, height },
}: {
	readonly panel: Panel;
	readonly label: string;
	/** Size on the screen, CSS px. */
	readonly shown: Size;
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const { extent } = panel;
	const scale = width / extent.width;
	const shownPixels = pixels.value;
	const shownLayers = layers.value;
	const colors = palette.value;

	useLayoutEffect(() => {
		const element = canvas.current;
		const context = element?.getContext("2d");
		if (!element || !context) return;
		const ratio = devicePixelRatio;
		const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
		if (element.width !== wide || element.height !== high) {
			element.width = wide;
			element.height = high;
		}
		const current = shownPixels.of === lookedAt.peek() ? shownPixels : {};
		const look = { ...colors, unit: ratio * typeScale() };
		paintPanel(context, panel, current, wide / extent.width, shownLayers, look);
	}, [panel, shownPixels, shownLayers, colors, width, height]);

	useEffect(() => {
		// The panel under the pointer was replaced by that of other settings.
		if (pointed.peek() !== undefined && !panels.peek().includes(pointed.peek()?.panel as Panel)) {
			pointed.value = undefined;
		}
	}, [panel]);

	const find = (point: Point): FoundPatch | undefined =>
		layout.value === undefined
			? undefined
			: patchAt(panel, point, layout.value, familyInUse.value, framePlace.value);

	const onPointerMove = (event: PointerEvent): void => {
		const box = canvas.current?.getBoundingClientRect();
		if (box === undefined) return;
		pointed.value = find({
			x: extent.x + ((event.clientX - box.left) / box.width) * extent.width,
			y: extent.y + ((event.clientY - box.top) / box.height) * extent.height,
		});
	};

	const onKeyDown = (event: KeyboardEvent): void => {
		if (event.key === "Escape") {
			pointed.value = undefined;
			return;
		}
		const move = MOVES[event.key];
		if (move === undefined) return;
		event.preventDefault();
		const from = pointed.value?.panel === panel ? pointed.value : undefined;
		const next = from === undefined ? middlePoint(panel) : neighbor(from, move);
		const found = next === undefined ? undefined : find(next);
		if (found === undefined) return;
		pointed.value = found;
		announced.value = inWords(found);
	};

	const found = pointed.value?.panel === panel ? pointed.value : undefined;
	return (
		<div class="stage" style={{ width: `${width}px`, height: `${height}px` }}>
			<canvas
				ref={canvas}
				role="img"
				tabIndex={0}
				aria-label={`${label}. Arrow keys move from patch to patch.`}
				style={{ width: `${width}px`, height: `${height}px` }}
				onPointerMove={onPointerMove}
				onPointerDown={onPointerMove}
				onPointerLeave={(event) => {
					if (event.pointerType === "mouse") pointed.value = undefined;
				}}
				onKeyDown={onKeyDown}
			/>
			{found !== undefined && (
				<>
					{found.token !== undefined && (
						<Cursor box={found.token.box} panel={panel} scale={scale} kind="token" />
					)}
					<Cursor box={found.patch.box} panel={panel} scale={scale} kind="patch" />
				</>
			)}
		</div>
	);
}

function Cursor({
	box,
	panel,
	scale,
	kind,
}: {
	readonly box: FoundPatch["patch"]["box"];
	readonly panel: Panel;
	readonly scale: number;
	readonly kind: "patch" | "token";
}) {
	return (
		<div
			class={`cursor cursor-${kind}`}
			style={{
				transform: `translate(${(box.x - panel.extent.x) * scale}px, ${(box.y - panel.extent.y) * scale}px)`,
				width: `${box.width * scale}px`,
				height: `${box.height * scale}px`,
			}}
		/>
	);
}

function neighbor({ patch: { box } }: FoundPatch, [col, row]: readonly [number, number]): Point {
	return { x: box.x + (col + 0.5) * box.width, y: box.y + (row + 0.5) * box.height };
}

function inWords({ tile, patch, tokenIndex, dropped }: FoundPatch): string {
	const where = `tile ${tile + 1}, patch row ${patch.row + 1}, column ${patch.col + 1}`;
	if (dropped !== undefined) return `${where}: padding, its feature is dropped`;
	return tokenIndex === undefined ? where : `token ${tokenIndex}, ${where}`;
}
