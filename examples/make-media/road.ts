/** One street corner as four cameras of a car see it: front, left, right and rear. */

import {
	card,
	circle,
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

const [WIDTH, HEIGHT, HORIZON] = [960, 540, 250];
const DEFS = [gradient("sky", "#8fc0e4", "#e9eef0"), gradient("asphalt", "#8b8f94", "#5c6066")];

export const VIEWS = { front, left, right, rear } as const;

function front(): string {
	return view([
		street(5),
		place(carFromFront("#e8e6e0"), 463, 284, 0.2),
		place(carFromBehind("#2f6c9c"), 566, 376, 0.8),
		place(riderFromBehind(), 742, 420, 0.85),
		place(trafficLight(), 826, 300, 1),
		place(tree(), 150, 330, 0.9),
		place(person("#d8a13c", "#3d3a4a", "#8a5a3c", "#1e1614"), 90, 396, 0.6),
		bonnet(),
	]);
}

function rear(): string {
	return view([
		street(9),
		place(carFromFront("#c8443a"), 366, 404, 0.95),
		place(carFromBehind("#5c6b5a"), 510, 300, 0.3),
		place(tree(), 830, 340, 1),
		place(tree(), 110, 316, 0.7),
		place(person("#b9506b", "#2f3e57", "#f0c8a4", "#8f5a2c"), 886, 420, 0.66),
		rect(0, 508, WIDTH, 32, "#22262b"),
	]);
}

function left(): string {
	return view([
		houses(-20, 300, 1020, 41),
		rect(0, 300, WIDTH, 26, "#b9b4aa"),
		rect(0, 326, WIDTH, 214, "url(#asphalt)"),
		times(7, (index) => rect(20 + index * 150, 462, 90, 9, "#f4f1e6")),
		place(tree(), 90, 312, 0.9),
		place(tree(), 860, 312, 0.8),
		place(bus(), 760, 420, -1, 1),
		text(500, 400, "12  Old Harbour", { size: 20, weight: "bold", fill: "#3a3020" }),
		place(person("#4d8a63", "#5a4a3c", "#c68e63", "#241a16"), 170, 324, 0.55),
	]);
}

function right(): string {
	return view([
		houses(-40, 330, 1040, 58),
		shopfront(380, 190),
		rect(0, 330, WIDTH, 96, "#c4beb2"),
		times(9, (index) => rect(index * 120 - 30, 330, 2, 96, "#aaa397")),
		rect(0, 426, WIDTH, 12, "#8f8a80"),
		rect(0, 438, WIDTH, 102, "url(#asphalt)"),
		place(tree(), 700, 384, 1.2),
		place(person("#5b7fa6", "#3d3a4a", "#e7b48c", "#4a2f20"), 596, 404, 0.9),
		place(person("#d8a13c", "#54463d", "#8a5a3c", "#1e1614"), 826, 412, 0.95),
		place(person("#8a4a7a", "#2f3e57", "#f0c8a4", "#8f5a2c"), 330, 396, 0.85),
		place(cyclist(), 170, 474, -1.3, 1.3),
	]);
}

function view(content: readonly string[]): string {
	return svgDocument(WIDTH, HEIGHT, [rect(0, 0, WIDTH, HEIGHT, "url(#sky)"), ...content], DEFS);
}

/** A straight street seen along its middle. */
function street(seed: number): string {
	return [
		shape(`M0 ${HORIZON + 12}H960V540H0Z`, "#c4beb2"),
		place(houses(0, 0, 420, seed + 5), 290, 264, 0.4),
		place(houses(0, 0, 380, seed + 8), 670, 264, -0.4, 0.4),
		place(houses(0, 0, 330, seed), -40, 300, 0.9, 0.8),
		place(houses(0, 0, 330, seed + 3), 1000, 300, -0.9, 0.8),
		shape("M0 300H430V262H530V300H960V330H0Z", "#bdb7ab"),
		shape("M462 258H498L960 480V540H0V480Z", "url(#asphalt)"),
		shape("M462 258L0 480V468L458 258Z", "#e6e1d6"),
		shape("M498 258L960 480V468L502 258Z", "#e6e1d6"),
		times(7, (index) => {
			const near = (index / 6) ** 2;
			const y = 266 + near * 210;
			const half = 1.5 + near * 9;
			const tall = 6 + near * 46;
			return shape(`M${480 - half} ${y}h${half * 2}l${half * 0.4} ${tall}h${-half * 2.8}Z`, "#f7f4ea");
		}),
	].join("");
}

function bonnet(): string {
	return (
		shape("M120 540Q200 486 480 482T840 540Z", "#2c3138") + stroke("M230 508Q480 480 730 508", "#4a515a", 4)
	);
}

function carFromBehind(color: string): string {
	return [
		ellipse(0, 4, 110, 12, "#000000", { opacity: 0.3 }),
		card(-86, -26, 34, 32, 8, "#1c1e21"),
		card(52, -26, 34, 32, 8, "#1c1e21"),
		shape("M-66 -84L-48 -134Q0 -144 48 -134L66 -84Z", color),
		shape("M-54 -86L-40 -126Q0 -134 40 -126L54 -86Z", "#2e3b46"),
		card(-94, -88, 188, 72, 18, color),
		card(-90, -72, 34, 18, 6, "#e0402c"),
		card(56, -72, 34, 18, 6, "#e0402c"),
		card(-26, -52, 52, 18, 3, "#f4f1e6"),
	].join("");
}

function carFromFront(color: string): string {
	return [
		ellipse(0, 4, 110, 12, "#000000", { opacity: 0.3 }),
		card(-86, -26, 34, 32, 8, "#1c1e21"),
		card(52, -26, 34, 32, 8, "#1c1e21"),
		shape("M-66 -84L-48 -136Q0 -146 48 -136L66 -84Z", color),
		shape("M-56 -84L-42 -128Q0 -136 42 -128L56 -84Z", "#5d7686"),
		card(-94, -88, 188, 72, 22, color),
		ellipse(-68, -62, 18, 12, "#fff6d8"),
		ellipse(68, -62, 18, 12, "#fff6d8"),
		card(-40, -66, 80, 14, 6, "#26292d"),
		card(-26, -40, 52, 16, 3, "#f4f1e6"),
	].join("");
}

function bus(): string {
	return [
		ellipse(250, 30, 280, 12, "#000000", { opacity: 0.25 }),
		card(0, -170, 500, 190, 22, "#e0a52f"),
		rect(0, -40, 500, 26, "#fbf3df"),
		times(6, (index) => card(24 + index * 74, -146, 62, 70, 8, "#3d5563")),
		card(468, -146, 32, 100, 8, "#3d5563"),
		card(340, -66, 58, 82, 4, "#c58d22"),
		times(4, (index) => circle(55 + index * 74, -96, 12, index % 2 ? "#8a5a3c" : "#e7b48c")),
		...[90, 420].map((x) => circle(x, 18, 32, "#1c1e21") + circle(x, 18, 14, "#9aa0a6")),
	].join("");
}

function cyclist(): string {
	return [
		ellipse(0, 4, 70, 8, "#000000", { opacity: 0.2 }),
		...[-44, 44].map((x) => circle(x, -26, 26, "none", { stroke: "#22262b", "stroke-width": 5 })),
		stroke("M-44 -26L-12 -66H30L44 -26M-12 -66L6 -26L30 -66M-44 -26H6", "#2f8070", 5),
		stroke("M30 -66L26 -84H42", "#22262b", 5),
		stroke("M-14 -76L10 -52L4 -24", "#3d3a4a", 12),
		shape("M-26 -76Q-30 -126 2 -132L16 -116L-2 -72Z", "#d9553f"),
		stroke("M4 -122L20 -98L38 -86", "#d9553f", 10),
		circle(14, -148, 15, "#e7b48c"),
		shape("M-3 -150Q0 -170 18 -166T31 -150Z", "#f4f1e6"),
	].join("");
}

function riderFromBehind(): string {
	return [
		ellipse(0, 4, 30, 6, "#000000", { opacity: 0.25 }),
		card(-4, -52, 8, 54, 4, "#22262b"),
		stroke("M-34 -92H34", "#22262b", 5),
		stroke("M-12 -70L-12 -22M12 -70L12 -34", "#3d3a4a", 13),
		stroke("M-20 -122L-32 -94M20 -122L32 -94", "#d9553f", 10),
		shape("M-22 -66Q-28 -132 0 -136Q28 -132 22 -66Z", "#d9553f"),
		card(-9, -60, 18, 8, 3, "#e0402c"),
		circle(0, -152, 15, "#e7b48c"),
		shape("M-17 -148Q-16 -172 0 -172T17 -148Z", "#f4f1e6"),
	].join("");
}

function trafficLight(): string {
	return [
		rect(-4, -60, 8, 130, "#3a3f47"),
		card(-20, -150, 40, 100, 8, "#24282d"),
		circle(0, -130, 12, "#5a2520"),
		circle(0, -100, 12, "#5a4a20"),
		circle(0, -70, 12, "#4fd07f"),
	].join("");
}

function tree(): string {
	return [
		rect(-8, -80, 16, 84, "#6b4a35"),
		circle(0, -130, 56, "#5c8f52"),
		circle(-36, -104, 36, "#4f8148"),
		circle(36, -106, 38, "#6a9d5c"),
		circle(10, -160, 34, "#73a865"),
	].join("");
}

function shopfront(x: number, width: number): string {
	return [
		rect(x, 190, width, 140, "#2f4f4a"),
		text(x + width / 2, 214, "FLOWERS", { size: 20, weight: "bold", fill: "#f4e3b8", anchor: "middle" }),
		rect(x + 12, 236, 110, 76, "#bcd6da"),
		rect(x + 136, 236, 42, 94, "#e9dcc2"),
		times(5, (index) =>
			shape(`M${x + index * 38} 222h38v14a19 19 0 0 1 -38 0Z`, index % 2 ? "#fdf6ea" : "#c8443a"),
		),
		times(8, (index) =>
			circle(x + 22 + index * 13, 300 - (index % 3) * 8, 9, index % 2 ? "#e05a6b" : "#f4b63e"),
		),
	].join("");
}
