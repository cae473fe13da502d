/** See: what the model sees of the item looked at. */

import type { Panel } from "@onevision/draw";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { itemIndex, selected, selectItem } from "../media/entries.ts";
import { isCounted, selectedCount } from "../state/counts.ts";
import { Clip } from "./clip.tsx";
import { Facts } from "./facts.tsx";
import { LAYER_NAMES, layers } from "./look.ts";
import { Loupe } from "./loupe.tsx";
import { framePlace, isExact, layout, lookedAt, panels, pixels } from "./pixels.ts";
import { Settings } from "./settings.tsx";
import { announced, Stage } from "./stage.tsx";

const ROLE_NAMES = {
	canvas: "Canvas",
	overview: "Overview",
	crops: "Source with its crops",
	image: "Image before it is placed",
} as const satisfies Record<Panel["role"], string>;

export function See() {
	return (
		<div class="see">
			<div class="see-main">
				<Heading />
				<Panels />
				<Clip />
			</div>
			<aside class="see-side" aria-label="Numbers and settings">
				<Facts />
				<Settings />
				{panels.value.some(({ patches }) => patches.length > 0) && <Loupe />}
			</aside>
			<p class="visually-hidden" aria-live="polite">
				{announced.value}
			</p>
		</div>
	);
}

function Heading() {
	const entry = selected.value;
	const item = lookedAt.value;
	if (entry === undefined || item === undefined) return null;
	return (
		<div class="see-heading">
			<div class="see-title">
				<h1>{item.name}</h1>
				{entry.items.length > 1 && (
					<div class="stepper">
						<button
							type="button"
							class="icon"
							disabled={itemIndex.value === 0}
							onClick={() => selectItem(itemIndex.value - 1)}
							aria-label="Previous image of the request"
						>
							‹
						</button>
						<span>
							image {itemIndex.value + 1} of {entry.items.length}
						</span>
						<button
							type="button"
							class="icon"
							disabled={itemIndex.value === entry.items.length - 1}
							onClick={() => selectItem(itemIndex.value + 1)}
							aria-label="Next image of the request"
						>
							›
						</button>
					</div>
				)}
			</div>
			<fieldset class="layers">
				<legend class="visually-hidden">Lines over the image</legend>
				{(Object.keys(LAYER_NAMES) as (keyof typeof LAYER_NAMES)[]).map((layer) => (
					<label key={layer} class={`chip layer-${layer}`}>
						<input
							type="checkbox"
							checked={layers.value[layer]}
							onChange={(event) => {
								layers.value = { ...layers.value, [layer]: event.currentTarget.checked };
							}}
						/>
						{LAYER_NAMES[layer]}
					</label>
				))}
			</fieldset>
		</div>
	);
}

function Panels() {
	const room = useRef<HTMLDivElement>(null);
	const [size, setSize] = useState({ width: 0, height: 0 });
	useLayoutEffect(() => {
		const element = room.current;
		if (element === null) return;
		const measure = (): void =>
			setSize({ width: element.clientWidth, height: Math.max(280, Math.min(innerHeight * 0.78, 1800)) });
		measure();
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	const outcome = selectedCount.value;
	const [main, ...others] = panels.value;
	const isWide = size.width > 640 && others.length > 0;
	const gap = 20;
	const side = isWide ? Math.min(size.width * 0.26, 460) : size.width;
	return (
		<div
			class={isWide ? "panels wide" : "panels"}
			ref={room}
			style={{ minHeight: `${Math.min(size.height, 320)}px` }}
		>
			{size.width > 0 && main !== undefined && (
				<>
					<PanelFigure
						panel={main}
						maxWidth={isWide ? size.width - side - gap : size.width}
						maxHeight={size.height}
					/>
					{others.length > 0 && (
						<div class="panels-side">
							{others.map((panel) => (
								<PanelFigure
									key={panel.role}
									panel={panel}
									maxWidth={isWide ? side : Math.min(side, 320)}
									maxHeight={Math.min(size.height / others.length, 460)}
								/>
							))}
						</div>
					)}
				</>
			)}
			{size.width > 0 && main === undefined && (
				<p class="empty">
					{isCounted(outcome)
						? "A closed model: it is counted by its provider's rule, and how it lays out images is not published."
						: (outcome?.message ?? "")}
				</p>
			)}
		</div>
	);
}

function PanelFigure({
	panel,
	maxWidth,
	maxHeight,
}: {
	readonly panel: Panel;
	readonly maxWidth: number;
	readonly maxHeight: number;
}) {
	const name =
		layout.value?.kind === "video" && panel.role === "canvas"
			? `Frame ${framePlace.value + 1} of ${layout.value.frames}`
			: ROLE_NAMES[panel.role];
	const { width, height } = panel.extent;
	const scale = Math.min(maxWidth / width, maxHeight / height);
	const shown = {
		width: Math.max(1, Math.round(width * scale)),
		height: Math.max(1, Math.round(height * scale)),
	};
	return (
		<figure class="panel" style={{ width: `${Math.max(shown.width, Math.min(maxWidth, 140))}px` }}>
			<Stage
				panel={panel}
				label={`${name} of ${lookedAt.value?.name ?? "the item"}, as the model sees it`}
				shown={shown}
			/>
			<figcaption>
				<b>{name}</b> {Math.round(width)}×{Math.round(height)} px{stateOfPixels(panel)}
			</figcaption>
		</figure>
	);
}

function stateOfPixels({ image }: Panel): string {
	const { problem, source } = pixels.value;
	if (problem !== undefined) return ` · not shown: ${problem}`;
	if (image === undefined) return " · where the image goes is not published";
	if (lookedAt.value?.source.kind === "size") return " · only the size is known";
	if (isExact.value) return " · the reference's pixels, to the bit";
	return source === undefined ? "" : " · scaled by the browser";
}
