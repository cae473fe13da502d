/** A dense A4 page at 200 dots per inch: the yearly report of a ferry that does not exist. */

import { element, rect, SANS, SERIF, stroke, svgDocument, text, wrap } from "./svg.ts";

const INK = "#1d2530";
const MUTED = "#5b6675";
const ACCENT = "#0f5c7a";
const [LEFT, RIGHT] = [150, 1504];
const COLUMN = 652;
const GUTTER = 50;
const BODY = 23;
const LEADING = 34;

const SUMMARY =
	"The ferry carried 412,600 passengers this year, fourteen in a hundred more than the year before. Much of the rise came from the new evening crossings, which began in April. Punctuality fell in autumn, when the eastern landing was rebuilt, and has since returned to its usual level.";

const COLUMNS: readonly (readonly { readonly heading: string; readonly paragraphs: readonly string[] }[])[] =
	[
		[
			{
				heading: "1. The year in brief",
				paragraphs: [
					"Saltmarsh Ferry links the old harbour with the island of Noor and the northern bank. Two boats sail every day of the year; a third joins them from May to September. The crossing takes eleven minutes in calm weather and up to sixteen against a spring tide.",
					"In April the council asked for crossings until eleven at night. Within three months one passenger in fifteen travelled after seven o’clock, most of them returning from work, concerts and late classes. Complaints about missed last boats fell by two thirds.",
				],
			},
			{
				heading: "2. Punctuality",
				paragraphs: [
					"A crossing counts as punctual if it leaves within three minutes of the timetable. Over the year 94 in 100 did. More than a third of all late departures fell in October and November, while the eastern landing was closed and all boats shared one pontoon.",
					"Fog cancelled 38 crossings, wind 21 and repairs 14. No passenger was hurt. Every cancelled crossing was announced on the quay and by message at least twenty minutes ahead, except on two mornings of sudden fog.",
				],
			},
		],
		[
			{
				heading: "3. Boats and crew",
				paragraphs: [
					"The Avocet received new engines in February. She now burns a fifth less fuel for each crossing and can be heard much less on the quay. The Tern will follow next winter. Both boats keep their wooden benches, which were repaired by the workshop on Noor.",
					"Forty-one people work for the ferry: nineteen on deck, eight in the engine rooms, six at the ticket offices and eight on shore. Four apprentices passed their examinations this summer, and all four have stayed.",
				],
			},
			{
				heading: "4. Fares",
				paragraphs: [
					"Single fares did not change. The ten-trip card, introduced two years ago, now pays for more than half of all journeys. Bicycles travel free outside the morning peak; children under seven travel free at all times.",
					"A survey of 1,240 passengers in June put price last among their wishes, after earlier boats, shelter from rain and clearer signs.",
					"School classes travelled free on Tuesdays for the first time: 64 classes from nine schools came, and a third of them came twice.",
				],
			},
		],
	];

const TABLE: readonly (readonly [string, string, string, string, string, string])[] = [
	["Line", "Crossings", "Passengers", "Change", "Punctual", "Full boats"],
	["Harbour – Noor", "9,480", "231,900", "+11 %", "95 %", "412"],
	["Harbour – North Bank", "6,205", "118,300", "+4 %", "92 %", "156"],
	["Noor – North Bank", "2,110", "34,700", "+2 %", "96 %", "18"],
	["Evening crossings", "1,344", "21,500", "new", "97 %", "9"],
	["Summer excursions", "286", "6,200", "−3 %", "88 %", "31"],
	["All lines", "19,425", "412,600", "+14 %", "94 %", "626"],
];

const CLOSING = [
	"The eastern landing opened again on 2 December with two pontoons, a covered queue for two hundred people and level access for wheelchairs at every tide. Next year brings three changes: a timetable with a boat every twelve minutes at the peak, ticket machines on both boats, and a shelter on Noor built with stone from the old sea wall.",
	"We thank the harbour office, the volunteers of the lifeboat station and the passengers who wrote to us. Their letters, 316 in all, were read aloud at the crew meeting of each month and led to 27 changes, from warmer lights in the saloon to a second bicycle rack on the Avocet.",
];

export function documentPage(): string {
	return svgDocument(1654, 2339, [
		rect(0, 0, 1654, 2339, "#fffefb"),
		masthead(),
		...COLUMNS.map((sections, index) => column(LEFT + index * (COLUMN + GUTTER), 654, sections)),
		table(1548),
		closing(1974),
		footer(),
	]);
}

function masthead(): string {
	const lead = wrap(SUMMARY, RIGHT - LEFT - 50, 27);
	return [
		rect(LEFT, 130, 74, 8, ACCENT),
		text(LEFT, 186, "SALTMARSH FERRY", { size: 24, weight: "bold", fill: ACCENT }),
		text(RIGHT, 186, "Report to the harbour council", { size: 24, fill: MUTED, anchor: "end" }),
		text(LEFT, 284, "A year on the water", { size: 76, weight: "bold", fill: INK, family: SERIF }),
		text(LEFT, 340, "Passengers, punctuality and plans for the twelve months to December", {
			size: 30,
			fill: MUTED,
			family: SERIF,
			italic: true,
		}),
		rect(LEFT, 388, RIGHT - LEFT, 198, "#eef4f6"),
		rect(LEFT, 388, 8, 198, ACCENT),
		...lead.map((line, index) => text(LEFT + 36, 438 + index * 40, line, { size: 27, fill: INK })),
	].join("");
}

function column(x: number, top: number, sections: (typeof COLUMNS)[number]): string {
	let y = top;
	const parts: string[] = [];
	for (const { heading, paragraphs } of sections) {
		parts.push(text(x, y, heading, { size: 31, weight: "bold", fill: ACCENT, family: SANS }));
		y += 46;
		for (const paragraph of paragraphs) {
			parts.push(prose(x, y, COLUMN, paragraph));
			y += wrap(paragraph, COLUMN, BODY).length * LEADING + 16;
		}
		y += 26;
	}
	return parts.join("");
}

function prose(x: number, y: number, width: number, content: string): string {
	const style = { size: BODY, fill: INK, family: SERIF };
	const lines = wrap(content, width, BODY).map((line, index) => text(x, y + index * LEADING, line, style));
	return element("g", {}, lines.join(""));
}

function table(top: number): string {
	const ends = [LEFT + 18, 760, 960, 1120, 1290, RIGHT - 18];
	const rows = TABLE.map((cells, row) => {
		const y = top + 66 + row * 46;
		const strong = row === 0 || row === TABLE.length - 1;
		const colour = row === 0 ? "#ffffff" : INK;
		const fill = row === 0 ? ACCENT : row % 2 ? "#ffffff" : "#f1f5f7";
		const words = cells.map((cell, index) =>
			text(ends[index] ?? 0, y, cell, {
				size: 23,
				fill: colour,
				weight: strong ? "bold" : "normal",
				anchor: index ? "end" : "start",
			}),
		);
		return rect(LEFT, y - 32, RIGHT - LEFT, 46, fill) + words.join("");
	});
	const bottom = top + 66 + (TABLE.length - 1) * 46;
	return [
		text(LEFT, top, "Table 1. Crossings and passengers by line", { size: 24, weight: "bold", fill: INK }),
		...rows,
		stroke(`M${LEFT} ${bottom - 32}H${RIGHT}`, INK, 2),
		stroke(`M${LEFT} ${bottom + 14}H${RIGHT}`, INK, 3),
	].join("");
}

function closing(top: number): string {
	const heading = text(LEFT, top, "5. What comes next", { size: 31, weight: "bold", fill: ACCENT });
	return (
		heading +
		CLOSING.map((each, index) => prose(LEFT + index * (COLUMN + GUTTER), top + 44, COLUMN, each)).join("")
	);
}

function footer(): string {
	return [
		stroke(`M${LEFT} 2262H${RIGHT}`, "#c9d2da", 2),
		text(LEFT, 2296, "Saltmarsh Ferry · Quay Street 4", { size: 20, fill: MUTED }),
		text(RIGHT, 2296, "Page 3 of 18", { size: 20, fill: MUTED, anchor: "end" }),
	].join("");
}
