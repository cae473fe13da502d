/** A chart of two kinds of bars and one line over twelve months; all figures are invented. */

import { card, circle, picture, rect, stroke, text } from "./svg.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = [18.2, 17.4, 22.6, 26.1, 31.8, 38.4, 46.2, 48.9, 36.7, 27.3, 21.5, 24.8];
const EVENING = [0, 0, 0, 2.4, 4.1, 5.9, 7.6, 8.2, 6.1, 4.6, 3.5, 4.3];
const PUNCTUAL = [95, 94, 96, 97, 97, 96, 95, 95, 94, 86, 87, 95];

const INK = "#1f2937";
const MUTED = "#6b7280";
const BLUE = "#2f6f9f";
const GOLD = "#e9a23b";
const RED = "#c2412d";
const [LEFT, RIGHT, TOP, BOTTOM] = [110, 1170, 232, 690];

const yOf = (thousands: number): number => BOTTOM - (thousands / 60) * (BOTTOM - TOP);
const yOfShare = (percent: number): number => BOTTOM - ((percent - 70) / 30) * (BOTTOM - TOP);
const xOf = (month: number): number => LEFT + ((month + 0.5) * (RIGHT - LEFT)) / 12;

export function chart(): string {
	return picture(1280, 800, [
		rect(0, 0, 1280, 800, "#ffffff"),
		text(60, 78, "Evening boats lift a strong summer", { size: 38, weight: "bold", fill: INK }),
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
	const item = (x: number, colour: string, label: string) =>
		card(x, 152, 20, 20, 4, colour) + text(x + 30, 169, label, { size: 19, fill: INK });
	return [
		item(60, BLUE, "Day crossings"),
		item(262, GOLD, "Evening crossings"),
		stroke("M512 162H542", RED, 4),
		circle(527, 162, 6, "#ffffff", { stroke: RED, "stroke-width": 4 }),
		text(554, 169, "Punctual, right axis", { size: 19, fill: INK }),
	].join("");
}

function axes(): string {
	const lines = [0, 10, 20, 30, 40, 50, 60].map((value) => {
		const y = yOf(value);
		return [
			stroke(`M${LEFT} ${y}H${RIGHT}`, value ? "#e5e7eb" : "#9ca3af", value ? 1.5 : 2),
			text(LEFT - 16, y + 6, String(value), { size: 18, fill: MUTED, anchor: "end" }),
			text(RIGHT + 14, y + 6, `${70 + value / 2} %`, { size: 18, fill: RED }),
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
		stroke(`M${points.join("L")}`, "#ffffff", 9),
		stroke(`M${points.join("L")}`, RED, 4),
		...PUNCTUAL.map((share, month) =>
			circle(xOf(month), yOfShare(share), 7, "#ffffff", { stroke: RED, "stroke-width": 4 }),
		),
	].join("");
}

function note(): string {
	return [
		card(938, 560, 10, 10, 0, "none"),
		text(xOf(9) + 44, 372, "Eastern landing", { size: 18, fill: INK, anchor: "middle" }),
		text(xOf(9) + 44, 396, "rebuilt", { size: 18, fill: INK, anchor: "middle" }),
	].join("");
}
