/** Four scenes in flat colors: a harbour, a market, stairs and mountains. */

import { cabin, cloud, ferry, gulls, lighthouse, ridge, rowboat, sailboat, trees, waves } from "./coast.ts";
import { circle, gradient, place, rect, shape, svgDocument, times } from "./svg.ts";
import { bunting, cat, cobbles, crate, flowerBox, houses, lamp, person, pot, stall, window } from "./town.ts";

export function harbour(): string {
	return svgDocument(
		1920,
		1080,
		[
			rect(0, 0, 1920, 1080, "url(#sky)"),
			circle(1420, 300, 190, "#fff3d0", { opacity: 0.22 }),
			circle(1420, 300, 135, "#fff3d0", { opacity: 0.3 }),
			circle(1420, 300, 92, "#fff6dd"),
			cloud(320, 190, 1.4),
			cloud(980, 130, 1),
			cloud(1700, 210, 0.8),
			shape("M0 520Q240 380 520 470T1040 430T1500 480T1920 400V620H0Z", "#9db8c4"),
			shape("M0 560Q300 470 640 530T1200 500T1920 540V640H0Z", "#7d9fa6"),
			rect(0, 620, 1920, 460, "url(#sea)"),
			times(9, (index) =>
				rect(1330 + index * 5 + (index % 2) * 24, 632 + index * 34, 180 - index * 10, 9, "#ffeec4", {
					opacity: 0.7,
					rx: 4,
				}),
			),
			houses(0, 612, 1080, 11),
			rect(0, 606, 1130, 34, "#7a6a5c"),
			rect(0, 606, 1130, 8, "#a3917e"),
			times(14, (index) => rect(40 + index * 80, 640, 10, 26, "#4d433b")),
			lighthouse(1660, 640),
			waves(1920, 670, 1080, 7, 70),
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
		waves(width, 360, height, 3, 24),
		place(sailboat("#d9553f"), 560, 400, 0.62),
		place(ferry(), 250, 460, 0.62),
	].join("");
}

export function market(): string {
	return svgDocument(
		1107,
		820,
		[
			rect(0, 0, 1107, 820, "url(#sky)"),
			houses(-30, 470, 1200, 23),
			rect(0, 470, 1107, 350, "#d8c4a3"),
			cobbles(1107, 480, 820),
			bunting(70, 1107),
			place(person("#5b7fa6", "#3d3a4a", "#e7b48c", "#4a2f20"), 222, 598, 0.74),
			place(person("#d8a13c", "#54463d", "#8a5a3c", "#1e1614"), 872, 592, 0.74),
			place(stall("#c8443a", 1), 30, 360, 1),
			place(stall("#2f8070", 2), 690, 350, 1.02),
			place(person("#b9506b", "#2f3e57", "#f0c8a4", "#8f5a2c"), 505, 712, 1.2),
			place(person("#4d8a63", "#5a4a3c", "#c68e63", "#241a16"), 612, 740, 1.26),
			place(crate("#f0a22e", 3), 120, 720, 1.15),
			place(crate("#6c9a3c", 4), 850, 735, 1.2),
		],
		[gradient("sky", "#86c2e4", "#d9ecf0", "#f7ead2")],
	);
}

export function stairs(): string {
	const steps = 15;
	return svgDocument(
		683,
		1024,
		[
			rect(0, 0, 683, 1024, "url(#sky)"),
			rect(200, 262, 290, 100, "url(#far)"),
			place(sailboat("#d9553f"), 376, 300, 0.14),
			cloud(350, 110, 0.6),
			times(steps, (index) => {
				const near = (index / (steps - 1)) ** 1.5;
				const y = 340 + near * 640;
				const half = 130 + near * 300;
				const height = 10 + near * 42;
				return (
					rect(341 - half, y, half * 2, height * 0.42, "#efe3cf") +
					rect(341 - half, y + height * 0.42, half * 2, height + 24, index % 2 ? "#b9a78c" : "#c1b096")
				);
			}),
			// The feet of both walls follow the ends of the steps.
			shape("M0 0H206L263 340L0 901Z", "#f3e6d2"),
			shape("M683 0H474L419 340L683 903Z", "#e2b48a"),
			shape("M206 0L263 340L0 901V846L236 332L176 0Z", "#e4d2b6"),
			shape("M474 0L419 340L683 903V848L446 332L504 0Z", "#cf9b70"),
			place(window("#3d7f6c"), 66, 80, 1),
			place(window("#2f6c9c"), 66, 330, 1),
			place(window("#8f4f3a"), 560, 120, 0.95),
			place(window("#8f4f3a"), 560, 380, 0.95),
			place(flowerBox(3), 96, 446, 1),
			place(flowerBox(8), 588, 490, 0.95),
			place(lamp(), 478, 250, 1),
			place(pot(14), 224, 528, 0.7),
			place(pot(2), 470, 560, 0.8),
			place(pot(5), 120, 780, 1.3),
			place(pot(9), 594, 830, 1.45),
			place(cat(), 392, 640, 1),
		],
		[gradient("sky", "#4f9fd4", "#cfe7f2"), gradient("far", "#7fb8c4", "#2f7f9e")],
	);
}

export function panorama(): string {
	return svgDocument(
		2400,
		600,
		[
			rect(0, 0, 2400, 600, "url(#sky)"),
			circle(1730, 150, 124, "#fff0cf", { opacity: 0.2 }),
			circle(1730, 150, 92, "#fff0cf", { opacity: 0.3 }),
			circle(1730, 150, 60, "#fff4dc"),
			ridge(210, 110, 31, "#a9b8d0"),
			ridge(270, 120, 47, "#8298ba"),
			ridge(330, 90, 59, "#5f7ca0"),
			rect(0, 398, 2400, 40, "#3f6a72"),
			trees(400, 44, 71, "#3f6a72", 0, 2400),
			rect(0, 430, 2400, 170, "url(#lake)"),
			rect(1640, 440, 180, 6, "#ffe9bd", { opacity: 0.8, rx: 3 }),
			times(6, (index) =>
				rect(1660 + (index % 2) * 26, 456 + index * 20, 130 - index * 8, 5, "#ffe9bd", {
					opacity: 0.6,
					rx: 3,
				}),
			),
			trees(500, 84, 83, "#2c5054", 0, 610),
			trees(512, 96, 97, "#274a4e", 2050, 2400),
			shape("M0 480Q300 440 640 500T900 600H0Z", "#2f5a4c"),
			shape("M2400 470Q2160 470 2000 530T1800 600H2400Z", "#2b5448"),
			place(cabin(), 330, 486, 1),
			place(rowboat(), 1240, 520, 0.9),
			gulls([1100, 150], [1160, 180], [1030, 190]),
		],
		[gradient("sky", "#5a8fc4", "#b8d2e4", "#fbdfb8"), gradient("lake", "#a9c4d4", "#4a7f9c")],
	);
}
