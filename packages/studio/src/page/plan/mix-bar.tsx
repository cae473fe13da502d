/** The mix as one bar of three parts: drag the borders, or move them with the arrow keys. */

import { useRef } from "preact/hooks";
import type { Mix } from "./plan-input.ts";

export const SCENARIO_NAMES = {
	"single-image": "Single image",
	"multi-image": "Several images",
	video: "Video",
} as const;

const PARTS = ["single-image", "multi-image", "video"] as const;

export function MixBar({ mix, onChange }: { readonly mix: Mix; readonly onChange: (mix: Mix) => void }) {
	const bar = useRef<HTMLDivElement>(null);
	const [single, multi] = mix;
	const borders = [single, single + multi] as const;
	const move = (border: 0 | 1, to: number): void => {
		const at = Math.round(Math.min(100, Math.max(0, to)));
		const [first, second] =
			border === 0 ? [Math.min(at, borders[1]), borders[1]] : [borders[0], Math.max(at, borders[0])];
		onChange([first, second - first, 100 - second]);
	};
	const placeOf = (event: PointerEvent): number => {
		const box = bar.current?.getBoundingClientRect();
		return box === undefined ? 0 : (100 * (event.clientX - box.left)) / box.width;
	};
	return (
		<div class="mix">
			<div class="mix-bar" ref={bar}>
				{PARTS.map((scenario, index) => (
					<span key={scenario} class={`mix-part scenario-${scenario}`} style={{ width: `${mix[index]}%` }}>
						{(mix[index] ?? 0) >= 12 && `${mix[index]} %`}
					</span>
				))}
				{([0, 1] as const).map((border) => (
					<button
						key={border}
						type="button"
						class="mix-border"
						role="slider"
						aria-label={
							border === 0
								? "Border of single image and several images"
								: "Border of several images and video"
						}
						aria-valuemin={0}
						aria-valuemax={100}
						aria-valuenow={borders[border]}
						aria-valuetext={`${mix[0]} percent single image, ${mix[1]} several images, ${mix[2]} video`}
						style={{ left: `${borders[border]}%` }}
						onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
						onPointerMove={(event) => {
							if (event.currentTarget.hasPointerCapture(event.pointerId)) move(border, placeOf(event));
						}}
						onKeyDown={(event) => {
							const step = event.shiftKey ? 10 : 1;
							const way = { ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step }[event.key];
							if (way === undefined) return;
							event.preventDefault();
							move(border, borders[border] + way);
						}}
					/>
				))}
			</div>
			<ul class="mix-names">
				{PARTS.map((scenario, index) => (
					<li key={scenario}>
						<i class={`scenario-${scenario}`} aria-hidden="true" />
						{SCENARIO_NAMES[scenario]} <b>{mix[index]} %</b>
					</li>
				))}
			</ul>
		</div>
	);
}
