/** Phone screens of 1170×2532: a conversation, and a shop before and after a tap on "Add to basket". */

import { conversationPhoto } from "./scenes.ts";
import {
	card,
	circle,
	element,
	gradient,
	group,
	place,
	rect,
	shape,
	stroke,
	svgDocument,
	text,
	textWidth,
	wrap,
} from "./svg.ts";

const INK = "#16191f";
const MUTED = "#7b828d";
const BLUE = "#2463d6";
const GREEN = "#2f7d4f";
const PHOTO_HEIGHT = 520;

export function conversation(): string {
	return svgDocument(
		1170,
		2532,
		[
			rect(0, 0, 1170, 2532, "#f6f4f0"),
			rect(0, 0, 1170, 330, "#ffffff"),
			statusBar("9:41"),
			stroke("M78 218L50 246L78 274", BLUE, 8),
			circle(172, 246, 56, "#f2b84b"),
			text(172, 262, "HW", { size: 44, weight: "bold", fill: "#5a3b00", anchor: "middle" }),
			text(256, 236, "Harbour walk", { size: 46, weight: "bold", fill: INK }),
			text(256, 288, "Mira, Jonas, Ade and you", { size: 34, fill: MUTED }),
			stroke(
				"M1010 226h60a10 10 0 0 1 10 10v30a10 10 0 0 1 -10 10h-60a10 10 0 0 1 -10 -10v-30a10 10 0 0 1 10 -10z",
				BLUE,
				7,
			),
			stroke("M1080 246l32 -18v46l-32 -18", BLUE, 7),
			rect(0, 328, 1170, 2, "#e4e0d8"),
			text(585, 404, "Today 9:12", { size: 32, fill: MUTED, anchor: "middle" }),
			messages(),
			inputBar(),
			homeLine(),
		],
		[
			gradient("sky", "#8fc4e8", "#fbe6c4"),
			gradient("sea", "#3f8fb0", "#1f5f86"),
			element("clipPath", { id: "photo" }, card(0, 0, 760, PHOTO_HEIGHT, 44, "#000")),
		],
	);
}

/** The shop; `added` is the state after the tap. */
export function shop(added: boolean): string {
	return svgDocument(
		1170,
		2532,
		[
			rect(0, 0, 1170, 2532, "#fbf8f2"),
			statusBar(added ? "18:05" : "18:04"),
			stroke("M90 218L62 246L90 274", INK, 8),
			text(585, 262, "Baker’s corner", { size: 46, weight: "bold", fill: INK, anchor: "middle" }),
			basket(added),
			card(50, 340, 1070, 900, 48, "url(#table)"),
			loaf(),
			text(60, 1352, "Country loaf", { size: 72, weight: "bold", fill: INK }),
			text(1110, 1352, "4.80", { size: 64, weight: "bold", fill: GREEN, anchor: "end" }),
			text(60, 1420, "Wheat and rye, 900 g, baked this morning", { size: 38, fill: MUTED }),
			tags(),
			...wrap(
				"A dark crust and a soft, open crumb. Raised for eighteen hours with our own sourdough and baked on stone.",
				1040,
				40,
			).map((line, index) => text(60, 1660 + index * 60, line, { size: 40, fill: "#3d434d" })),
			rect(60, 1880, 1050, 3, "#e8e1d3"),
			text(60, 1956, "Goes well with", { size: 40, weight: "bold", fill: INK }),
			group([extra(60, "Salted butter", "2.40", "#f5d565"), extra(600, "Plum jam", "3.90", "#8d3f6b")]),
			added ? stepper() : addButton(),
			added ? toast() : "",
			homeLine(),
		],
		[gradient("table", "#f3dfbd", "#e3c391"), gradient("crust", "#c9803a", "#8f4e1d")],
	);
}

function statusBar(time: string): string {
	return [
		text(120, 98, time, { size: 46, weight: "bold", fill: INK }),
		...[0, 1, 2, 3].map((bar) => card(860 + bar * 18, 92 - bar * 9, 12, 14 + bar * 9, 3, INK)),
		stroke("M948 78q22 -22 44 0M957 88q13 -13 26 0", INK, 7),
		circle(970, 99, 5, INK),
		card(1016, 66, 76, 38, 11, "none", { stroke: INK, "stroke-width": 4 }),
		card(1022, 72, 50, 26, 6, INK),
		card(1096, 78, 6, 14, 3, INK),
	].join("");
}

function homeLine(): string {
	return card(390, 2494, 390, 12, 6, INK);
}

/** A drawing at the top of the page, to be moved down by what stands above it. */
interface Message {
	readonly drawing: string;
	readonly height: number;
}

function messages(): string {
	let y = 448;
	return [
		theirs("Mira", "#c2547a", "Good morning! Is the walk still on? The forecast says sun until four."),
		mine("Yes! Boat at 10:20 from the old pier."),
		photo("Jonas", "#3f7fb5"),
		theirs("Jonas", "#3f7fb5", "View from the ticket office just now. No queue yet."),
		mine("Perfect. I bring bread and cheese, who has a knife?"),
		theirs("Ade", "#3c8d5a", "Me, and a blanket. Running five minutes late, save me a seat upstairs please"),
	]
		.map(({ drawing, height }) => {
			const placed = place(drawing, 0, y);
			y += height + 26;
			return placed;
		})
		.join("");
}

function theirs(name: string, color: string, message: string): Message {
	const { drawing, width, height } = bubble(message, INK);
	const parts = [
		circle(86, height + 12, 38, color),
		text(86, height + 26, name.slice(0, 1), { size: 38, weight: "bold", fill: "#fff", anchor: "middle" }),
		text(170, 30, name, { size: 30, fill: color, weight: "bold" }),
		card(146, 50, width, height, 44, "#ffffff"),
		place(drawing, 146, 50),
	];
	return { drawing: parts.join(""), height: height + 50 };
}

function mine(message: string): Message {
	const { drawing, width, height } = bubble(message, "#ffffff");
	const left = 1110 - width;
	return { drawing: card(left, 0, width, height, 44, BLUE) + place(drawing, left, 0), height };
}

/** The words of a message, and the size of the bubble around them. */
function bubble(message: string, fill: string): Message & { readonly width: number } {
	const lines = wrap(message, 700, 42);
	return {
		drawing: lines.map((line, index) => text(36, 69 + index * 56, line, { size: 42, fill })).join(""),
		width: Math.max(...lines.map((line) => textWidth(line, 42))) + 72,
		height: lines.length * 56 + 54,
	};
}

function photo(name: string, color: string): Message {
	const clipped = element("g", { "clip-path": "url(#photo)" }, conversationPhoto(760, PHOTO_HEIGHT));
	const label = text(170, 30, name, { size: 30, fill: color, weight: "bold" });
	return { drawing: label + place(clipped, 146, 50), height: PHOTO_HEIGHT + 50 };
}

function inputBar(): string {
	return [
		rect(0, 2290, 1170, 242, "#ffffff"),
		rect(0, 2288, 1170, 2, "#e4e0d8"),
		circle(84, 2376, 44, "#eceae5"),
		stroke("M84 2356V2396M64 2376H104", INK, 7),
		card(154, 2326, 830, 100, 50, "#f1efea"),
		text(200, 2390, "Message", { size: 42, fill: MUTED }),
		circle(1068, 2376, 50, BLUE),
		stroke("M1068 2400V2354M1048 2374L1068 2354L1088 2374", "#ffffff", 8),
	].join("");
}

function basket(added: boolean): string {
	const bag = stroke("M1026 232h68l8 60h-84zM1042 232v-8a18 18 0 0 1 36 0v8", INK, 7);
	if (!added) return bag;
	return [
		bag,
		circle(1100, 218, 26, "#d0432c"),
		text(1100, 230, "1", { size: 34, weight: "bold", fill: "#ffffff", anchor: "middle" }),
	].join("");
}

function loaf(): string {
	return [
		card(170, 970, 830, 60, 30, "#a8743c", { opacity: 0.45 }),
		shape("M200 960q-30 -330 385 -350q415 20 385 350q-10 40 -60 40h-650q-50 0 -60 -40z", "url(#crust)"),
		...[250, 405, 560, 715].map((x) => stroke(`M${x} 880q20 -130 110 -200`, "#f2cf9c", 26)),
		...[250, 405, 560, 715].map((x) =>
			stroke(`M${x + 18} 884q20 -126 106 -192`, "#7a3f14", 7, { opacity: 0.5 }),
		),
	].join("");
}

function tags(): string {
	let x = 60;
	return ["Vegan", "Sourdough", "Stone oven"]
		.map((label) => {
			const width = textWidth(label, 34) + 64;
			const tag =
				card(x, 1470, width, 76, 38, "#e6efe2") +
				text(x + width / 2, 1520, label, { size: 34, fill: GREEN, anchor: "middle" });
			x += width + 22;
			return tag;
		})
		.join("");
}

function extra(x: number, name: string, price: string, color: string): string {
	return [
		card(x, 1996, 510, 190, 32, "#ffffff"),
		card(x + 26, 2022, 138, 138, 24, "#f4ecdd"),
		card(x + 56, 2056, 78, 78, 16, color),
		card(x + 62, 2040, 66, 20, 8, "#d8cbb4"),
		text(x + 192, 2080, name, { size: 36, weight: "bold", fill: INK }),
		text(x + 192, 2134, price, { size: 36, fill: MUTED }),
	].join("");
}

function addButton(): string {
	return [
		card(60, 2270, 1050, 150, 75, GREEN),
		text(585, 2362, "Add to basket", { size: 50, weight: "bold", fill: "#ffffff", anchor: "middle" }),
	].join("");
}

function stepper(): string {
	return [
		card(60, 2270, 400, 150, 75, "#e6efe2"),
		stroke("M110 2345H150", GREEN, 9),
		text(260, 2364, "1", { size: 54, weight: "bold", fill: INK, anchor: "middle" }),
		stroke("M370 2345H410M390 2325V2365", GREEN, 9),
		card(490, 2270, 620, 150, 75, GREEN),
		text(800, 2362, "View basket", { size: 50, weight: "bold", fill: "#ffffff", anchor: "middle" }),
	].join("");
}

function toast(): string {
	return [
		card(90, 1074, 990, 130, 40, "#22262d"),
		circle(166, 1139, 34, "#5cc287"),
		stroke("M150 1140L162 1152L184 1126", "#ffffff", 8),
		text(226, 1154, "Country loaf is in your basket", { size: 42, fill: "#ffffff" }),
	].join("");
}
