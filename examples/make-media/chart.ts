/** A chart of two kinds of bars and one line over twelve months; all figures are invented. */

import { card, circle, rect, stroke, svgDocument, text } from "./svg.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = [20.8, 20.0, 25.2, 28.7, 34.4, 41.0, 48.8, 51.5, 39.3, 29.9, 24.1, 27.4];
const EVENING = [0, 0, 0, 1.2, 1.9, 2.7, 3.4, 3.7, 2.8, 2.1, 1.6, 2.1];
const PUNCTUAL = [95, 94, 96, 97, 97, 96, 95, 95, 94, 86, 87, 95];

const INK = "#1f2937";
const MUTED = "#6b7280";
const BLUE = "#2f6f9f";
const GOLD = "#e9a23b";
const RED = "#c2412d";
const [LEFT, RIGHT, TOP, BOTTOM] = [110, 1170, 232, 690];

const yOf = (thousands: number): number => BOTTOM - (thousands / 70) * (BOTTOM - TOP);
const yOfShare = (percent: number): number => BOTTOM - ((percent - 30) / 70) * (BOTTOM - TOP);
const xOf = (month: number): number => LEFT + ((month + 0.5) * (RIGHT - LEFT)) / 12;

export function chart(): string {
	return svgDocument(1280, 800, [
		rect(0, 0, 1280, 800, "#ffffff"),
		text(60, 78, "A strong summer, a late autumn", { size: 38, weight: "bold", fill: INK }),
		text(60, 118, "Saltmarsh Ferry: passengers in thousands and punctual departures, by month", {
			size: 22,
			fill: MUTED,
		}),
		legend(),
		axes(),
		...MONTHS.map(bars),
		punctuality(),
		note(),
		text(60, 770, "Punctual: left within three minutes of the timetable. Evening crossings began in April.", {
			size: 17,
			fill: MUTED,
		}),
	]);
}

function legend(): string {
	const item = (x: number, color: string, label: string) =>
		card(x, 152, 20, 20, 4, color) + text(x + 30, 169, label, { size: 19, fill: INK });
	return [
		item(60, BLUE, "Day crossings"),
		item(262, GOLD, "Evening crossings"),
		stroke("M512 162H542", RED, 4),
		circle(527, 162, 6, "#ffffff", { stroke: RED, "stroke-width": 4 }),
		text(554, 169, "Punctual, right axis", { size: 19, fill: INK }),
	].join("");
}

function axes(): string {
	const lines = [0, 10, 20, 30, 40, 50, 60, 70].map((value) => {
		const y = yOf(value);
		return [
			stroke(`M${LEFT} ${y}H${RIGHT}`, value ? "#e5e7eb" : "#9ca3af", value ? 1.5 : 2),
			text(LEFT - 16, y + 6, String(value), { size: 18, fill: MUTED, anchor: "end" }),
			text(RIGHT + 14, y + 6, `${30 + value} %`, { size: 18, fill: RED }),
		].join("");
	});
	return lines.join("");
}

function bars(label: string, month: number): string {
	const [day, evening] = [DAY[month] ?? 0, EVENING[month] ?? 0];
	const x = xOf(month) - 28;
	return [
		rect(x, yOf(day), 56, BOTTOM - yOf(day), BLUE),
		rect(x, yOf(day + evening), 56, yOf(day) - yOf(day + evening), GOLD),
		text(xOf(month), BOTTOM + 32, label, { size: 19, fill: INK, anchor: "middle" }),
	].join("");
}

function punctuality(): string {
	const points = PUNCTUAL.map((share, month) => `${xOf(month)} ${yOfShare(share)}`);
	return [
		stroke(`M${points.join("L")}`, RED, 4),
		...PUNCTUAL.map((share, month) =>
			circle(xOf(month), yOfShare(share), 7, "#ffffff", { stroke: RED, "stroke-width": 4 }),
		),
	].join("");
}

function note(): string {
	const style = { size: 18, fill: INK, anchor: "middle" } as const;
	const x = (xOf(9) + xOf(10)) / 2;
	return text(x, yOfShare(77), "Eastern landing", style) + text(x, yOfShare(77) + 24, "rebuilt", style);
}
