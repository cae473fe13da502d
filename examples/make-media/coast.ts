/** Sky, water and land, and what floats there. Boats lie on (0, 0). */

import { card, circle, ellipse, place, random, rect, shape, stroke, times } from "./svg.ts";

export function cloud(x: number, y: number, scale: number): string {
	const puffs =
		ellipse(0, 0, 90, 26, "#ffffff") +
		circle(-34, -16, 32, "#ffffff") +
		circle(18, -26, 42, "#ffffff") +
		circle(60, -8, 24, "#ffffff");
	return `<g opacity="0.85">${place(puffs, x, y, scale)}</g>`;
}

export function waves(width: number, top: number, bottom: number, seed: number, count: number): string {
	const next = random(seed);
	return times(count, () => {
		const y = top + next() * (bottom - top - 10);
		const length = 20 + ((y - top) / (bottom - top)) * 90;
		const x = next() * width;
		return stroke(`M${x} ${y}q${length / 4} -6 ${length / 2} 0t${length / 2} 0`, "#ffffff", 3, {
			opacity: 0.35,
		});
	});
}

export function lighthouse(x: number, ground: number): string {
	return [
		shape(
			`M${x - 190} ${ground + 20}Q${x - 90} ${ground - 70} ${x} ${ground - 60}T${x + 260} ${ground + 20}Z`,
			"#6d6a5f",
		),
		shape(
			`M${x - 36} ${ground - 50}L${x - 24} ${ground - 330}H${x + 24}L${x + 36} ${ground - 50}Z`,
			"#fbf6ec",
		),
		shape(
			`M${x - 33} ${ground - 120}L${x - 30} ${ground - 190}H${x + 30}L${x + 33} ${ground - 120}Z`,
			"#c8443a",
		),
		shape(
			`M${x - 27.5} ${ground - 250}L${x - 24.5} ${ground - 318}H${x + 24.5}L${x + 27.5} ${ground - 250}Z`,
			"#c8443a",
		),
		rect(x - 34, ground - 336, 68, 10, "#3a3f47"),
		rect(x - 18, ground - 374, 36, 38, "#ffe9a8"),
		shape(`M${x - 26} ${ground - 374}L${x} ${ground - 404}L${x + 26} ${ground - 374}Z`, "#3a3f47"),
	].join("");
}

export function sailboat(sail: string): string {
	return [
		shape("M-90 0H100L70 44H-64Z", "#5a3d2c"),
		rect(-90, 0, 190, 9, "#f4ece0"),
		rect(0, -220, 7, 222, "#4a3528"),
		shape("M14 -210Q110 -90 96 -14H14Z", sail),
		shape("M-8 -196Q-70 -90 -72 -14H-8Z", "#fbf6ec"),
		ellipse(0, 52, 110, 9, "#0d3a52", { opacity: 0.25 }),
	].join("");
}

export function ferry(): string {
	return [
		ellipse(0, 66, 260, 14, "#0d3a52", { opacity: 0.3 }),
		shape("M-250 0H250L214 64H-216Z", "#1f4e79"),
		rect(-250, 0, 500, 12, "#e9edf0"),
		card(-200, -70, 360, 72, 8, "#fbf8f0"),
		card(-130, -122, 220, 54, 8, "#fbf8f0"),
		card(96, -150, 60, 82, 6, "#fbf8f0"),
		times(7, (index) => card(-184 + index * 46, -54, 32, 28, 4, "#3f5f74")),
		times(4, (index) => card(-116 + index * 48, -108, 34, 24, 4, "#3f5f74")),
		card(104, -140, 46, 26, 4, "#3f5f74"),
		shape("M-60 -122L-52 -180H-8L0 -122Z", "#d9553f"),
		rect(-54, -170, 48, 12, "#fbf8f0"),
		stroke("M200 0V-40M228 0V-40M172 0V-40M164 -40H240", "#e9edf0", 5),
	].join("");
}

export function rowboat(): string {
	return [
		ellipse(0, 30, 90, 8, "#0d3a52", { opacity: 0.3 }),
		shape("M-86 0Q0 20 86 -4Q70 32 40 32H-46Q-74 32 -86 0Z", "#8a4f32"),
		shape("M-14 6Q-20 -40 0 -46Q20 -40 16 6Z", "#d8a13c"),
		circle(1, -58, 14, "#e7b48c"),
		shape("M-18 -60Q0 -84 20 -60Z", "#f4ece0"),
		stroke("M6 -24L60 26M-4 -24L-66 24", "#5a3d2c", 5),
	].join("");
}

export function gulls(...at: readonly (readonly [number, number])[]): string {
	return at.map(([x, y]) => stroke(`M${x - 24} ${y - 8}q14 -10 24 8q10 -18 24 -8`, "#4a5560", 4)).join("");
}

export function ridge(base: number, rough: number, seed: number, color: string): string {
	const next = random(seed);
	let d = `M0 600V${base}`;
	for (let x = 0; x <= 2400; x += 90 + next() * 80)
		d += `L${x} ${base - next() * rough}l${40 + next() * 30} ${next() * 40}`;
	return shape(`${d}L2400 ${base}V600Z`, color);
}

export function trees(
	base: number,
	tall: number,
	seed: number,
	color: string,
	left: number,
	right: number,
): string {
	const next = random(seed);
	const parts: string[] = [];
	for (let x = left; x < right; x += 10 + next() * 16) {
		const height = tall * (0.6 + next() * 0.7);
		const half = height * 0.24;
		parts.push(shape(`M${x - half} ${base + 6}L${x} ${base - height}L${x + half} ${base + 6}Z`, color));
	}
	return parts.join("");
}

export function cabin(): string {
	return [
		rect(-60, -50, 120, 54, "#7a4f34"),
		times(4, (index) => rect(-60, -40 + index * 12, 120, 2, "#5f3b26")),
		shape("M-74 -46L0 -104L74 -46Z", "#4a3a36"),
		rect(30, -104, 14, 34, "#5f5550"),
		rect(-40, -36, 26, 22, "#ffd98a"),
		rect(10, -38, 24, 42, "#4a2f20"),
	].join("");
}
