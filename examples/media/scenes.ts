/** Four scenes in flat colours: a harbour, a market, stairs and mountains. */

import {
	card,
	circle,
	ellipse,
	gradient,
	pick,
	picture,
	place,
	random,
	rect,
	shape,
	stroke,
	times,
} from "./svg.ts";

const FACADES = ["#e8a87c", "#d9725f", "#f0d3a0", "#8fb3b0", "#f4ece0", "#c98a6b", "#a9bccb"] as const;
const PRODUCE = ["#d8432f", "#f0a22e", "#6c9a3c", "#8a3f6d", "#f2d04a", "#b5533c"] as const;

export function harbour(): string {
	return picture(
		1920,
		1080,
		[
			rect(0, 0, 1920, 1080, "url(#sky)"),
			circle(1420, 300, 210, "#fff3d0", { opacity: 0.35 }),
			circle(1420, 300, 92, "#fff6dd"),
			cloud(320, 190, 1.4),
			cloud(980, 130, 1),
			cloud(1700, 210, 0.8),
			shape("M0 520Q240 380 520 470T1040 430T1500 480T1920 400V620H0Z", "#9db8c4"),
			shape("M0 560Q300 470 640 530T1200 500T1920 540V640H0Z", "#7d9fa6"),
			rect(0, 620, 1920, 460, "url(#sea)"),
			times(9, (index) =>
				rect(1420 - 90 + index * 5, 632 + index * 34, 180 - index * 10, 9, "#ffeec4", {
					opacity: 0.7,
					rx: 4,
				}),
			),
			houses(0, 612, 1080, 11),
			rect(0, 606, 1130, 34, "#7a6a5c"),
			rect(0, 606, 1130, 8, "#a3917e"),
			times(14, (index) => rect(40 + index * 80, 640, 10, 26, "#4d433b")),
			lighthouse(1660, 640),
			waves(1920, 670, 1080, 7),
			place(sailboat("#d9553f"), 1240, 760, 1.25),
			place(sailboat("#2f6f8f"), 1490, 690, 0.7),
			place(ferry(), 520, 850, 1.25),
			place(rowboat(), 1330, 960, 1.2),
			gulls([1080, 260], [1160, 310], [980, 330], [1250, 220]),
		],
		[gradient("sky", "#6fb1dc", "#bfdcea", "#fce3bd"), gradient("sea", "#7fb8c4", "#2f7f9e", "#1d5878")],
	);
}

/** A smaller harbour, for a photo in the conversation; the drawing's `sky` and `sea` gradients must exist. */
export function conversationPhoto(width: number, height: number): string {
	return [
		rect(0, 0, width, height, "url(#sky)"),
		circle(560, 150, 46, "#fff6dd"),
		cloud(180, 110, 0.7),
		shape(`M0 300Q180 220 380 270T${width} 240V340H0Z`, "#7d9fa6"),
		rect(0, 330, width, height - 330, "url(#sea)"),
		place(houses(0, 326, 400, 5), 0, 110, 0.8, 0.68),
		place(sailboat("#d9553f"), 560, 400, 0.62),
		place(ferry(), 250, 460, 0.62),
		waves(width, 360, height, 3),
	].join("");
}

export function market(): string {
	return picture(
		1107,
		820,
		[
			rect(0, 0, 1107, 820, "url(#sky)"),
			houses(-30, 470, 1200, 23),
			rect(0, 470, 1107, 350, "#d8c4a3"),
			cobbles(1107, 480, 820),
			bunting(70, 1107),
			place(person("#5b7fa6", "#3d3a4a", "#e7b48c", "#4a2f20"), 420, 600, 0.95),
			place(person("#d8a13c", "#54463d", "#8a5a3c", "#1e1614"), 735, 590, 0.9),
			place(stall("#c8443a", 1), 30, 360, 1),
			place(stall("#2f8070", 2), 690, 350, 1.02),
			place(person("#b9506b", "#2f3e57", "#f0c8a4", "#8f5a2c"), 560, 720, 1.25),
			place(person("#4d8a63", "#5a4a3c", "#c68e63", "#241a16"), 655, 740, 1.3),
			place(crate("#f0a22e", 3), 120, 720, 1.15),
			place(crate("#6c9a3c", 4), 850, 735, 1.2),
		],
		[gradient("sky", "#9fd0ea", "#f7ead2")],
	);
}

export function stairs(): string {
	const steps = 15;
	return picture(
		683,
		1024,
		[
			rect(0, 0, 683, 1024, "url(#sky)"),
			rect(268, 210, 150, 150, "url(#far)"),
			cloud(350, 110, 0.6),
			shape("M0 0H210L262 330V1024H0Z", "#f3e6d2"),
			shape("M683 0H470L420 330V1024H683Z", "#e2b48a"),
			shape("M210 0L262 330V1024L224 1024V330L176 0Z", "#e4d2b6"),
			shape("M470 0L420 330V1024L458 1024V330L504 0Z", "#cf9b70"),
			times(steps, (index) => {
				const near = (index / (steps - 1)) ** 1.5;
				const y = 340 + near * 640;
				const half = 78 + near * 300;
				const height = 10 + near * 42;
				const centre = 341;
				return (
					rect(centre - half, y, half * 2, height * 0.42, "#efe3cf") +
					rect(centre - half, y + height * 0.42, half * 2, height + 24, index % 2 ? "#b9a78c" : "#c1b096")
				);
			}),
			shape("M0 560L262 330V360L0 720V1024L0 1024Z", "#f3e6d2"),
			shape("M683 560L420 330V360L683 720Z", "#e2b48a"),
			place(door("#2f6c9c"), 40, 350, 1),
			place(window("#3d7f6c"), 60, 90, 1),
			place(window("#8f4f3a"), 560, 120, 0.95),
			place(lamp(), 470, 250, 1),
			place(pot(5), 120, 770, 1.35),
			place(pot(9), 590, 800, 1.5),
			place(pot(14), 205, 560, 0.75),
			place(pot(2), 482, 560, 0.8),
			place(cat(), 390, 640, 1),
		],
		[gradient("sky", "#4f9fd4", "#cfe7f2"), gradient("far", "#7fb8c4", "#2f7f9e")],
	);
}

export function panorama(): string {
	return picture(
		2400,
		600,
		[
			rect(0, 0, 2400, 600, "url(#sky)"),
			circle(1730, 170, 130, "#fff0cf", { opacity: 0.4 }),
			circle(1730, 170, 60, "#fff4dc"),
			ridge(210, 110, 31, "#a9b8d0"),
			ridge(270, 120, 47, "#8298ba"),
			ridge(330, 90, 59, "#5f7ca0"),
			forest(400, 44, 71, "#3f6a72"),
			rect(0, 430, 2400, 170, "url(#lake)"),
			rect(1640, 440, 180, 6, "#ffe9bd", { opacity: 0.8, rx: 3 }),
			times(6, (index) =>
				rect(1660 + (index % 2) * 26, 456 + index * 20, 130 - index * 8, 5, "#ffe9bd", {
					opacity: 0.6,
					rx: 3,
				}),
			),
			forest(470, 70, 83, "#2c5054", 0, 620),
			forest(480, 80, 97, "#274a4e", 1960, 2400),
			shape("M0 480Q300 440 640 500T900 600H0Z", "#2f5a4c"),
			shape("M2400 470Q2160 470 2000 530T1800 600H2400Z", "#2b5448"),
			place(cabin(), 330, 486, 1),
			place(rowboat(), 1240, 520, 0.9),
			gulls([1100, 150], [1160, 180], [1030, 190]),
		],
		[gradient("sky", "#5a8fc4", "#b8d2e4", "#fbdfb8"), gradient("lake", "#a9c4d4", "#4a7f9c")],
	);
}

function cloud(x: number, y: number, scale: number): string {
	const puffs =
		ellipse(0, 0, 90, 26, "#ffffff") +
		circle(-34, -16, 32, "#ffffff") +
		circle(18, -26, 42, "#ffffff") +
		circle(60, -8, 24, "#ffffff");
	return `<g opacity="0.85">${place(puffs, x, y, scale)}</g>`;
}

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

function waves(width: number, top: number, bottom: number, seed: number): string {
	const next = random(seed);
	return times(70, () => {
		const y = top + next() * (bottom - top - 10);
		const length = 20 + ((y - top) / (bottom - top)) * 90;
		const x = next() * width;
		return stroke(`M${x} ${y}q${length / 4} -6 ${length / 2} 0t${length / 2} 0`, "#ffffff", 3, {
			opacity: 0.35,
		});
	});
}

function lighthouse(x: number, ground: number): string {
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

function sailboat(sail: string): string {
	return [
		shape("M-90 0H100L70 44H-64Z", "#5a3d2c"),
		rect(-90, 0, 190, 9, "#f4ece0"),
		rect(0, -220, 7, 222, "#4a3528"),
		shape("M14 -210Q110 -90 96 -14H14Z", sail),
		shape("M-8 -196Q-70 -90 -72 -14H-8Z", "#fbf6ec"),
		ellipse(0, 52, 110, 9, "#0d3a52", { opacity: 0.25 }),
	].join("");
}

function ferry(): string {
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

function rowboat(): string {
	return [
		ellipse(0, 30, 90, 8, "#0d3a52", { opacity: 0.3 }),
		shape("M-86 0Q0 20 86 -4Q70 32 40 32H-46Q-74 32 -86 0Z", "#8a4f32"),
		shape("M-14 6Q-20 -40 0 -46Q20 -40 16 6Z", "#d8a13c"),
		circle(1, -58, 14, "#e7b48c"),
		shape("M-18 -60Q0 -84 20 -60Z", "#f4ece0"),
		stroke("M6 -24L60 26M-4 -24L-66 24", "#5a3d2c", 5),
	].join("");
}

function gulls(...at: readonly (readonly [number, number])[]): string {
	return at.map(([x, y]) => stroke(`M${x - 24} ${y - 8}q14 -10 24 8q10 -18 24 -8`, "#4a5560", 4)).join("");
}

function cobbles(width: number, top: number, bottom: number): string {
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

function bunting(y: number, width: number): string {
	const colours = ["#c8443a", "#f0b541", "#2f8070", "#3f6f9f"] as const;
	const dip = (x: number) => y + 60 * Math.sin((Math.PI * x) / width);
	return [
		stroke(`M0 ${y}Q${width / 2} ${y + 120} ${width} ${y}`, "#5b5148", 3),
		times(20, (index) => {
			const x = 24 + index * 55;
			return shape(`M${x} ${dip(x)}h34l-17 40Z`, pick(colours, (index % 4) / 4));
		}),
	].join("");
}

/** A market stall with a striped roof, 380 wide and 300 tall. */
function stall(colour: string, seed: number): string {
	const next = random(seed);
	return [
		rect(14, 40, 12, 270, "#7a5a40"),
		rect(354, 40, 12, 270, "#7a5a40"),
		rect(26, 60, 328, 140, "#3d2f28", { opacity: 0.35 }),
		times(10, (index) => shape(`M${20 + index * 34} -40h34l${4} 100h-42Z`, index % 2 ? "#fdf6ea" : colour)),
		times(10, (index) =>
			shape(`M${16 + index * 34.8} 58h34.8v10a17.4 17.4 0 0 1 -34.8 0Z`, index % 2 ? "#f3e8d6" : colour),
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

function crate(fruit: string, seed: number): string {
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

function door(colour: string): string {
	return [
		shape("M0 240V60Q0 0 60 0T120 60V240Z", "#d8c3a3"),
		shape("M14 240V62Q14 14 60 14T106 62V240Z", colour),
		rect(58, 16, 4, 224, "#00000033"),
		circle(72, 140, 6, "#f0d080"),
	].join("");
}

function window(colour: string): string {
	return [
		rect(-6, -6, 72, 112, "#d8c3a3"),
		rect(0, 0, 60, 100, "#40586a"),
		rect(27, 0, 6, 100, "#f4ece0"),
		rect(0, 46, 60, 6, "#f4ece0"),
		rect(-36, -4, 30, 108, colour),
		rect(66, -4, 30, 108, colour),
		rect(-14, 106, 88, 10, "#b99c78"),
	].join("");
}

function lamp(): string {
	return (
		stroke("M0 0q-30 -20 -36 16", "#3a3f47", 6) +
		shape("M-52 18h32l-6 40h-20Z", "#ffe3a0") +
		rect(-54, 14, 36, 7, "#3a3f47")
	);
}

function pot(seed: number): string {
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

function cat(): string {
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

function ridge(base: number, rough: number, seed: number, colour: string): string {
	const next = random(seed);
	let d = `M0 600V${base}`;
	for (let x = 0; x <= 2400; x += 90 + next() * 80)
		d += `L${x} ${base - next() * rough}l${40 + next() * 30} ${next() * 40}`;
	return shape(`${d}L2400 ${base}V600Z`, colour);
}

function forest(base: number, tall: number, seed: number, colour: string, left = 0, right = 2400): string {
	const next = random(seed);
	const parts = [rect(left, base, right - left, 40, colour)];
	for (let x = left; x < right; x += 10 + next() * 16) {
		const height = tall * (0.6 + next() * 0.7);
		const half = height * 0.24;
		parts.push(shape(`M${x - half} ${base + 6}L${x} ${base - height}L${x + half} ${base + 6}Z`, colour));
	}
	return parts.join("");
}

function cabin(): string {
	return [
		rect(-60, -50, 120, 54, "#7a4f34"),
		times(4, (index) => rect(-60, -40 + index * 12, 120, 2, "#5f3b26")),
		shape("M-74 -46L0 -104L74 -46Z", "#4a3a36"),
		rect(30, -104, 14, 34, "#5f5550"),
		rect(-40, -36, 26, 22, "#ffd98a"),
		rect(10, -38, 24, 42, "#4a2f20"),
	].join("");
}
