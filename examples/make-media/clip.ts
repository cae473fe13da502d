/** The frames of a clip of twelve seconds: a quiet house, a parcel that is delivered, then a cut to the kitchen. */

import {
	card,
	circle,
	element,
	ellipse,
	gradient,
	place,
	rect,
	shape,
	stroke,
	svgDocument,
	text,
	times,
} from "./svg.ts";
import { houses, person } from "./town.ts";

export const CLIP = { width: 640, height: 360, fps: 24, frames: 288 } as const;

/** Seconds: nothing moves before the van comes; the kitchen starts with a hard cut. */
const VAN_COMES = 3.5;
const VAN_STOPS = 5.5;
const AT_DOOR = 7.2;
const BACK_AT_VAN = 8.4;
const CUT = 9;

export function clipFrame(index: number): string {
	const seconds = index / CLIP.fps;
	return seconds < CUT ? outside(seconds) : kitchen(seconds - CUT);
}

function outside(seconds: number): string {
	const arriving = ease((seconds - VAN_COMES) / (VAN_STOPS - VAN_COMES));
	const vanX = -220 + arriving * 330;
	return svgDocument(
		CLIP.width,
		CLIP.height,
		[
			rect(0, 0, 640, 360, "url(#sky)"),
			place(houses(0, 0, 700, 64), -10, 236, 0.6),
			rect(0, 236, 640, 124, "#8fae6a"),
			home(),
			rect(0, 296, 640, 64, "#6d7177"),
			rect(0, 290, 640, 7, "#c9c4ba"),
			courier(seconds),
			place(van(vanX), vanX, 326),
		],
		[gradient("sky", "#9ccbea", "#f3ead6")],
	);
}

function courier(seconds: number): string {
	if (seconds < VAN_STOPS) return "";
	const out = ease((seconds - VAN_STOPS) / (AT_DOOR - VAN_STOPS));
	const back = ease((seconds - AT_DOOR - 0.3) / (BACK_AT_VAN - AT_DOOR - 0.3));
	const along = out - back;
	const [x, y] = [238 + along * 190, 292 - along * 30];
	const bob = along > 0 && along < 1 ? Math.abs(Math.sin(seconds * 9)) * 3 : 0;
	const parcel = seconds < AT_DOOR + 0.15 ? box(x + 14, y - 44 - bob, 26) : box(448, 264, 26);
	return place(person("#2f6c9c", "#2b303a", "#c68e63", "#241a16"), x, y - bob, 0.46) + parcel;
}

function home(): string {
	return [
		shape("M452 240L420 296H500L490 240Z", "#cbbfa8"),
		rect(360, 110, 220, 132, "#f3e6d2"),
		shape("M344 112L470 40L596 112Z", "#9c4f3f"),
		rect(448, 164, 46, 78, "#2f6c9c"),
		circle(486, 206, 3, "#f0d080"),
		...[378, 516].map(
			(x) =>
				rect(x - 4, 146, 56, 54, "#fffaf0") +
				rect(x, 150, 48, 46, "#4d6577") +
				rect(x + 22, 150, 4, 46, "#fffaf0"),
		),
		rect(440, 240, 62, 6, "#a39a8a"),
		...[350, 396, 530, 576].map((x) => circle(x, 238, 16, "#5c8f52")),
	].join("");
}

function van(x: number): string {
	const turn = (x / 18) * (180 / Math.PI);
	return [
		ellipse(0, 12, 110, 6, "#000000", { opacity: 0.25 }),
		shape("M-100 -84H40Q74 -84 92 -42L100 -34V4H-100Z", "#f4f1e8"),
		shape("M46 -74H54Q70 -70 80 -42H46Z", "#3d5563"),
		rect(-100, -40, 140, 12, "#d9553f"),
		text(-30, -54, "PARCELS", { size: 18, weight: "bold", fill: "#d9553f", anchor: "middle" }),
		...[-58, 58].map(
			(wheel) =>
				circle(wheel, 4, 18, "#22262b") +
				`<g transform="rotate(${turn} ${wheel} 4)">${circle(wheel, 4, 8, "#a9afb5")}${rect(wheel - 1.5, -4, 3, 16, "#5c6066")}</g>`,
		),
	].join("");
}

function box(x: number, y: number, size: number): string {
	return (
		rect(x, y - size, size * 1.2, size, "#c08a52") +
		rect(x + size * 0.5, y - size, size * 0.2, size, "#e8cf9f")
	);
}

/** The parcel on the table opens and a cat looks out. */
function kitchen(seconds: number): string {
	const open = ease((seconds - 0.6) / 0.7);
	const rise = ease((seconds - 1.4) / 0.9);
	return svgDocument(
		CLIP.width,
		CLIP.height,
		[
			rect(0, 0, 640, 360, "#2f5f5a"),
			times(9, (index) => rect(index * 80 - 2, 0, 3, 236, "#376b65")),
			rect(60, 40, 150, 120, "#f4e3b8"),
			rect(68, 48, 134, 104, "url(#evening)"),
			rect(132, 48, 6, 104, "#f4e3b8"),
			rect(430, 70, 170, 10, "#c79a66"),
			...[446, 486, 526, 562].map((x, index) =>
				card(
					x,
					40 + (index % 2) * 6,
					26,
					30 - (index % 2) * 6,
					4,
					["#e8a87c", "#f4ece0", "#d9725f", "#f0d3a0"][index] ?? "#fff",
				),
			),
			rect(0, 250, 640, 110, "#b77f4f"),
			rect(0, 250, 640, 10, "#d09a66"),
			ellipse(330, 308, 150, 14, "#000000", { opacity: 0.2 }),
			element("g", { "clip-path": "url(#above)" }, place(kitten(), 330, 276 - rise * 100, 1.1)),
			flap(232, open, -1),
			flap(428, open, 1),
			rect(232, 196, 196, 112, "#c08a52"),
			rect(318, 196, 24, 112, "#e8cf9f"),
			rect(250, 268, 54, 26, "#f7f1e4"),
			times(3, (index) => rect(256, 274 + index * 6, 40 - index * 8, 2.5, "#6b5a45")),
			card(498, 262, 46, 40, 8, "#f4ece0"),
			stroke("M544 272q18 8 0 22", "#f4ece0", 6),
		],
		[
			gradient("evening", "#7f9fc4", "#f7b98a"),
			element("clipPath", { id: "above" }, rect(0, 0, 640, 198, "#000")),
		],
	);
}

function flap(x: number, open: number, side: -1 | 1): string {
	const angle = side * open * 130;
	const panel = rect(side < 0 ? 0 : -98, -7, 98, 8, "#a8743f");
	return `<g transform="translate(${x} 198) rotate(${angle})">${panel}</g>`;
}

function kitten(): string {
	return [
		shape("M-44 60Q-48 0 0 -4Q48 0 44 60Z", "#e59a4f"),
		circle(0, -14, 36, "#e59a4f"),
		shape("M-34 -26L-32 -64L-8 -46ZM34 -26L32 -64L8 -46Z", "#e59a4f"),
		shape("M-30 -34L-28 -54L-15 -44ZM30 -34L28 -54L15 -44Z", "#f4c9a8"),
		...[-13, 13].map((x) => circle(x, -18, 6, "#2b2522") + circle(x + 2, -20, 2, "#ffffff")),
		shape("M-5 -6H5L0 0Z", "#c2547a"),
		stroke("M0 0q-6 8 -12 3M0 0q6 8 12 3", "#7a4a20", 2.5),
		stroke("M-22 -2h-24M-22 3l-22 5M22 -2h24M22 3l22 5", "#fdf2e2", 2),
		stroke("M-10 -42v-8M0 -44v-8M10 -42v-8", "#b86f2c", 5),
	].join("");
}

/** From 0 to 1, slow at both ends. */
function ease(share: number): number {
	const x = Math.min(1, Math.max(0, share));
	return x * x * (3 - 2 * x);
}
