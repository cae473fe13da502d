/** A chart of Observable Plot, which is loaded with the first one. It is drawn anew once its data and width rest. */

import type * as PlotModule from "@observablehq/plot";
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isDark } from "../state/theme.ts";
import { typeScale } from "./type-scale.ts";

export type Plot = typeof PlotModule;

const plot = signal<Plot | undefined>(undefined);

/** Style sheet names of the page's policy: `className` is part of the style that Plot writes. */
export const PLOT_CLASS = "plot";

/** Colors of series, in order; told apart by people who see few colors, and by their dashes and labels. */
const SERIES = {
	light: ["#1550c8", "#c2410c", "#0b7a4b", "#8b3fc0", "#8f5b00", "#b0215e"],
	dark: ["#86adff", "#ff9d5c", "#5fd39b", "#cf9bff", "#f2c066", "#ff8ab8"],
} as const;

export function seriesColors(dark: boolean): readonly string[] {
	return dark ? SERIES.dark : SERIES.light;
}

export interface ChartRoom {
	/** px. */
	readonly width: number;
	readonly height: number;
	/** How much larger type is than on a laptop: margins and marks grow with it. */
	readonly scale: number;
}

/** Pause after the last change before a chart is drawn again, ms: while a slider is dragged it waits. */
const SETTLED_MS = 100;

export function Chart({
	draw,
	depends,
	height,
	label,
}: {
	/** Draws within a room. The element's `value` is the point under the pointer. */
	readonly draw: (plot: Plot, room: ChartRoom) => SVGElement | HTMLElement;
	readonly depends: readonly unknown[];
	/** On a laptop, px; also kept while Plot loads. */
	readonly height: number;
	readonly label: string;
}) {
	const place = useRef<HTMLDivElement>(null);
	const isDrawn = useRef(false);
	const [width, setWidth] = useState(0);
	useEffect(() => {
		if (plot.peek() === undefined) {
			void import("@observablehq/plot").then((loaded) => {
				plot.value = loaded;
			});
		}
		const element = place.current;
		if (element === null) return;
		const observer = new ResizeObserver(() => setWidth(element.clientWidth));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	const loaded = plot.value;
	const dark = isDark.value;
	const scale = typeScale();
	useLayoutEffect(() => {
		if (loaded === undefined || width === 0) return;
		const timer = setTimeout(
			() => {
				const drawing = draw(loaded, { width, height: Math.round(height * scale), scale });
				// Plot names its groups, which have no role that a name belongs to; the chart as a whole is named.
				for (const group of drawing.querySelectorAll("[aria-label]")) group.removeAttribute("aria-label");
				place.current?.replaceChildren(drawing);
				isDrawn.current = true;
			},
			isDrawn.current ? SETTLED_MS : 0,
		);
		return () => clearTimeout(timer);
	}, [loaded, width, dark, ...depends]);
	return (
		<div
			class="chart"
			role="img"
			aria-label={label}
			style={{ minHeight: `${Math.round(height * scale)}px` }}
			ref={place}
		>
			<p class="quiet">Loading the chart.</p>
		</div>
	);
}
