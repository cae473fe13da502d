/** Houses, market stalls, people and plants. What is not placed by its arguments stands on or hangs from (0, 0). */

import { card, circle, ellipse, pick, random, rect, shape, stroke, times } from "./svg.ts";

const FACADES = ["#e8a87c", "#d9725f", "#f0d3a0", "#8fb3b0", "#f4ece0", "#c98a6b", "#a9bccb"] as const;
const PRODUCE = ["#d8432f", "#f0a22e", "#6c9a3c", "#8a3f6d", "#f2d04a", "#b5533c"] as const;

/** A row of houses standing on `ground`. */
export function houses(left: number, ground: number, width: number, seed: number): string {
	const next = random(seed);
	const parts: string[] = [];
	for (let x = left; x < left + width; ) {
		const wide = 90 + Math.floor(next() * 70);
		const tall = 170 + Math.floor(next() * 150);
		const top = ground - tall;
		const wall = pick(FACADES, next());
		parts.push(rect(x, top, wide, tall, wall));
		parts.push(
			shape(
				`M${x - 6} ${top}L${x + wide / 2} ${top - 46}L${x + wide + 6} ${top}Z`,
				next() < 0.5 ? "#8c4a3c" : "#6b5750",
			),
		);
		parts.push(rect(x + wide - 8, top, 8, tall, "#000000", { opacity: 0.08 }));
		const columns = wide > 120 ? 3 : 2;
		for (let y = top + 24; y < ground - 70; y += 58) {
			for (let column = 0; column < columns; column++) {
				const wx = x + (wide / columns) * (column + 0.5) - 11;
				parts.push(rect(wx - 3, y - 3, 28, 40, "#fff8ec", { opacity: 0.75 }));
				parts.push(rect(wx, y, 22, 34, next() < 0.2 ? "#ffd98a" : "#4d6577"));
			}
		}
		parts.push(
			card(x + wide / 2 - 14, ground - 52, 28, 52, 3, pick(["#3f5f6f", "#7a3b32", "#4f6b4a"], next())),
		);
		x += wide;
	}
	return parts.join("");
}

export function cobbles(width: number, top: number, bottom: number): string {
	const next = random(77);
	const parts: string[] = [];
	for (let y = top; y < bottom; y += 10 + (y - top) / 10) {
		const tall = 6 + (y - top) / 14;
		for (let x = -next() * 40; x < width; ) {
			const wide = tall * (2 + next() * 1.4);
			parts.push(
				card(x, y, wide - 4, tall, tall / 2.4, pick(["#cdb692", "#c4ab86", "#d3bd9b", "#bfa57f"], next())),
			);
			x += wide;
		}
	}
	return parts.join("");
}

export function bunting(y: number, width: number): string {
	const colors = ["#c8443a", "#f0b541", "#2f8070", "#3f6f9f"] as const;
	const dip = (x: number) => y + 60 * Math.sin((Math.PI * x) / width);
	return [
		stroke(`M0 ${y}Q${width / 2} ${y + 120} ${width} ${y}`, "#5b5148", 3),
		times(20, (index) => {
			const x = 24 + index * 55;
			return shape(`M${x} ${dip(x)}h34l-17 40Z`, pick(colors, (index % 4) / 4));
		}),
	].join("");
}

/** A market stall with a striped roof, 380 wide and 300 tall. */
export function stall(color: string, seed: number): string {
	const next = random(seed);
	return [
		rect(14, 40, 12, 270, "#7a5a40"),
		rect(354, 40, 12, 270, "#7a5a40"),
		rect(26, 60, 328, 140, "#3d2f28", { opacity: 0.35 }),
		times(10, (index) => shape(`M${20 + index * 34} -40h34l${4} 100h-42Z`, index % 2 ? "#fdf6ea" : color)),
		times(10, (index) =>
			shape(`M${16 + index * 34.8} 58h34.8v10a17.4 17.4 0 0 1 -34.8 0Z`, index % 2 ? "#f3e8d6" : color),
		),
		times(4, (box) => {
			const fruit = pick(PRODUCE, (box + next()) / 4.01);
			return (
				times(14, (index) =>
					circle(
						52 + box * 86 + (index % 5) * 14 + (index > 9 ? 10 : 0),
						206 - Math.floor(index / 5) * 11,
						10,
						fruit,
						{ stroke: "#00000022", "stroke-width": 1.5 },
					),
				) + rect(38 + box * 86, 204, 80, 30, "#a9794d")
			);
		}),
		rect(8, 232, 364, 80, "#8d6244"),
		times(6, (index) => rect(8 + index * 61, 232, 3, 80, "#6f4b33")),
		rect(4, 226, 372, 12, "#b98a5d"),
	].join("");
}

export function crate(fruit: string, seed: number): string {
	const next = random(seed);
	return [
		times(20, (index) =>
			circle(-64 + (index % 7) * 21 + next() * 8, -34 - Math.floor(index / 7) * 13, 14, fruit, {
				stroke: "#00000022",
				"stroke-width": 2,
			}),
		),
		rect(-84, -32, 168, 22, "#b98a5d"),
		rect(-84, -6, 168, 22, "#a9794d"),
		rect(-84, 20, 168, 22, "#b98a5d"),
		rect(-84, -34, 12, 80, "#8d6244"),
		rect(72, -34, 12, 80, "#8d6244"),
	].join("");
}

/** Someone standing on (0, 0), about 190 tall. */
export function person(coat: string, trousers: string, skin: string, hair: string): string {
	return [
		ellipse(0, 2, 44, 8, "#000000", { opacity: 0.18 }),
		card(-22, -82, 19, 80, 8, trousers),
		card(3, -82, 19, 80, 8, trousers),
		card(-26, -6, 24, 10, 5, "#2b2522"),
		card(2, -6, 24, 10, 5, "#2b2522"),
		shape("M-32 -72Q-38 -150 -14 -156H14Q38 -150 32 -72Z", coat),
		stroke("M-28 -140Q-42 -108 -36 -84", coat, 14),
		stroke("M28 -140Q42 -108 36 -84", coat, 14),
		circle(-36, -78, 7, skin),
		circle(36, -78, 7, skin),
		rect(-7, -166, 14, 14, skin),
		circle(0, -180, 20, skin),
		shape("M-21 -178Q-22 -204 0 -204T21 -178Q10 -192 -8 -190Q-18 -188 -21 -178Z", hair),
	].join("");
}

export function flowerBox(seed: number): string {
	const next = random(seed);
	const dots = (count: number, size: number, colors: readonly [string, ...string[]]) =>
		times(count, () => circle(-40 + next() * 80, -6 - next() * 20, size, pick(colors, next())));
	return [
		dots(18, 9, ["#4f8a4c", "#3f7442", "#68a05a"]),
		dots(11, 5, ["#e05a6b", "#f4b63e", "#f7f0e6"]),
		rect(-46, -6, 92, 24, "#c06a44"),
	].join("");
}

export function window(color: string): string {
	return [
		rect(-6, -6, 72, 112, "#d8c3a3"),
		rect(0, 0, 60, 100, "#40586a"),
		rect(27, 0, 6, 100, "#f4ece0"),
		rect(0, 46, 60, 6, "#f4ece0"),
		rect(-36, -4, 30, 108, color),
		rect(66, -4, 30, 108, color),
		rect(-14, 106, 88, 10, "#b99c78"),
	].join("");
}

export function lamp(): string {
	return (
		stroke("M0 0q-30 -20 -36 16", "#3a3f47", 6) +
		shape("M-52 18h32l-6 40h-20Z", "#ffe3a0") +
		rect(-54, 14, 36, 7, "#3a3f47")
	);
}

export function pot(seed: number): string {
	const next = random(seed);
	return [
		times(16, () =>
			circle(
				-32 + next() * 64,
				-30 - next() * 44,
				10 + next() * 6,
				pick(["#4f8a4c", "#3f7442", "#68a05a"], next()),
			),
		),
		times(9, () =>
			circle(-30 + next() * 60, -32 - next() * 46, 6, pick(["#e05a6b", "#f4b63e", "#f7f0e6"], next())),
		),
		shape("M-30 -24H30L22 30H-22Z", "#c06a44"),
		rect(-34, -30, 68, 14, "#d17c54"),
	].join("");
}

export function cat(): string {
	return [
		ellipse(0, 4, 40, 7, "#000000", { opacity: 0.18 }),
		shape("M-26 2Q-30 -50 0 -56Q30 -50 26 2Z", "#3b3a40"),
		circle(0, -62, 20, "#3b3a40"),
		shape("M-19 -70L-16 -92L-4 -80ZM19 -70L16 -92L4 -80Z", "#3b3a40"),
		circle(-7, -64, 3, "#f0d060"),
		circle(7, -64, 3, "#f0d060"),
		stroke("M24 -4Q54 -6 48 -34", "#3b3a40", 9),
	].join("");
}
