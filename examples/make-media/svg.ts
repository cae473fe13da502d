/** Small helpers to draw SVG as strings: shapes, text that wraps, gradients and repeatable chance. */

export const SANS = "DejaVu Sans, sans-serif";
export const SERIF = "DejaVu Serif, serif";

type Attributes = Readonly<Record<string, string | number>>;

/** A list of shapes as one string. */
export function group(shapes: readonly string[], attributes: Attributes = {}): string {
	return element("g", attributes, shapes.join(""));
}

export function element(name: string, attributes: Attributes, content = ""): string {
	const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(String(value))}"`);
	return `<${name}${list.join("")}>${content}</${name}>`;
}

export function rect(
	x: number,
	y: number,
	width: number,
	height: number,
	fill: string,
	attributes: Attributes = {},
): string {
	return element("rect", { x, y, width, height, fill, ...attributes });
}

/** A rectangle with round corners. */
export function card(
	x: number,
	y: number,
	width: number,
	height: number,
	radius: number,
	fill: string,
	attributes: Attributes = {},
): string {
	return rect(x, y, width, height, fill, { rx: radius, ...attributes });
}

export function circle(cx: number, cy: number, r: number, fill: string, attributes: Attributes = {}): string {
	return element("circle", { cx, cy, r, fill, ...attributes });
}

export function ellipse(
	cx: number,
	cy: number,
	rx: number,
	ry: number,
	fill: string,
	attributes: Attributes = {},
): string {
	return element("ellipse", { cx, cy, rx, ry, fill, ...attributes });
}

export function shape(d: string, fill: string, attributes: Attributes = {}): string {
	return element("path", { d, fill, ...attributes });
}

/** A line along a path, with round ends. */
export function stroke(d: string, color: string, width: number, attributes: Attributes = {}): string {
	const ends = { "stroke-linecap": "round", "stroke-linejoin": "round" };
	return element("path", { d, fill: "none", stroke: color, "stroke-width": width, ...ends, ...attributes });
}

/** Moves, scales and mirrors what is drawn around (0, 0). */
export function place(content: string, x: number, y: number, scaleX = 1, scaleY = scaleX): string {
	return element("g", { transform: `translate(${x} ${y}) scale(${scaleX} ${scaleY})` }, content);
}

/** A vertical gradient to fill with `url(#id)`. */
export function gradient(id: string, ...colors: readonly string[]): string {
	const stops = colors.map((color, index) =>
		element("stop", { offset: index / (colors.length - 1), "stop-color": color }),
	);
	return element("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, stops.join(""));
}

export interface TextStyle {
	readonly size: number;
	readonly fill: string;
	readonly family?: string;
	readonly weight?: "bold" | "normal";
	readonly anchor?: "start" | "middle" | "end";
	readonly italic?: boolean;
}

/** One line of text; `y` is its baseline. */
export function text(x: number, y: number, content: string, style: TextStyle): string {
	return element(
		"text",
		{
			x,
			y,
			fill: style.fill,
			"font-size": style.size,
			"font-family": style.family ?? SANS,
			"font-weight": style.weight ?? "normal",
			"font-style": style.italic ? "italic" : "normal",
			"text-anchor": style.anchor ?? "start",
		},
		escapeText(content),
	);
}

/** Lines no wider than `width` pixels, by estimated letter widths. */
export function wrap(content: string, width: number, size: number): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of content.split(/\s+/)) {
		const longer = line ? `${line} ${word}` : word;
		if (line && textWidth(longer, size) > width) {
			lines.push(line);
			line = word;
		} else line = longer;
	}
	return line ? [...lines, line] : lines;
}

/** Estimated width of a line in pixels; real fonts differ by some percent. */
export function textWidth(content: string, size: number): number {
	return [...content].reduce((sum, letter) => sum + letterWidth(letter), 0) * size;
}

function letterWidth(letter: string): number {
	if (/[iljI.,:;'’|!]/.test(letter)) return 0.32;
	if (/[ ftr()-]/.test(letter)) return 0.4;
	if (/[mwMW—]/.test(letter)) return 0.95;
	return /[A-Z]/.test(letter) ? 0.72 : 0.61;
}

/** A whole document. */
export function svgDocument(
	width: number,
	height: number,
	body: readonly string[],
	defs: readonly string[] = [],
): string {
	return element(
		"svg",
		{ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` },
		element("defs", {}, defs.join("")) + body.join(""),
	);
}

/** Numbers in [0, 1) that are the same on every run (a linear congruential generator). */
export function random(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

/** One of a list, by a number in [0, 1). */
export function pick<T>(list: readonly [T, ...T[]], chance: number): T {
	return list[Math.floor(chance * list.length)] ?? list[0];
}

/** 0, 1, … count - 1, each turned into a shape. */
export function times(count: number, draw: (index: number) => string): string {
	return Array.from({ length: count }, (_, index) => draw(index)).join("");
}

function escapeText(content: string): string {
	return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
