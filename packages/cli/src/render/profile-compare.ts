/** `profile --compare`: what changed between two profiles, one row per number. */

import { formatInteger, formatPercent } from "@onevision/base";
import type { ProfileChange, ProfileComparison } from "@onevision/data";
import type { Terminal } from "../terminal.ts";
import { table } from "./table.ts";
import { wrap } from "./wrap.ts";

type Unit = Exclude<ProfileChange["measure"], undefined>;

/** Measures shown to people, with their titles and how many there are in what is shown; JSON has all of them. */
const SHOWN: Partial<Record<Unit, { readonly title: string; readonly per: number }>> = {
	length: { title: "tokens of a sample", per: 1 },
	visualTokens: { title: "visual tokens", per: 1 },
	textTokens: { title: "text tokens", per: 1 },
	imageLongSide: { title: "longer side of an image, px", per: 1 },
	videoDeciseconds: { title: "seconds of a video", per: 10 },
};
const SHOWN_RANKS = new Set(["p50", "p95", "max"]);
/** Changes below a tenth of a point would show as none. */
const MIN_SHARE = 0.001;
const DIFFERS = {
	checkpoint: "model",
	settings: "settings",
	text: "count of the text",
	applyOrientation: "orientation of images",
	applyRotation: "rotation of videos",
	sets: "data sets",
	seed: "seed",
	duplicates: "how duplicates are found",
} as const satisfies Record<ProfileComparison["differs"][number], string>;

export function renderComparison(
	{ colors: { bold, dim }, columns }: Pick<Terminal, "colors" | "columns">,
	{ differs, changes }: ProfileComparison,
	names: { readonly before: string; readonly after: string },
): string {
	const others = differs.map((key) => DIFFERS[key]).join(", ");
	const note =
		differs.length === 0 ? [] : wrap(`note: not only the data differ, but also: ${others}`, columns);
	const shown = changes.filter(isShown);
	const sections = [...new Set(shown.map(({ section }) => section))].map((section) => {
		const rows = shown.filter((change) => change.section === section);
		const body = table(
			[
				{ title: "" },
				{ title: "" },
				{ title: "", align: "right" },
				{ title: "", align: "right" },
				{ title: "", align: "right" },
			],
			rows.map((change) => [
				change.of,
				titleOf(change),
				cell(change, change.before),
				`→ ${cell(change, change.after)}`,
				growth(change),
			]),
		).slice(1);
		return ["", bold(section === "measures" ? "tokens and media" : section), ...body].join("\n");
	});
	const same = shown.length === 0 ? ["", "nothing changed"] : [];
	return [...wrap(`${names.before} → ${names.after}`, columns).map(dim), ...note, ...sections, ...same].join(
		"\n",
	);
}

function isShown({ measure, what, unit, before, after }: ProfileChange): boolean {
	if (unit === "share") return Math.abs(after - before) >= MIN_SHARE;
	return measure === undefined || (SHOWN[measure] !== undefined && SHOWN_RANKS.has(what));
}

function titleOf({ measure, what }: ProfileChange): string {
	return measure === undefined ? what : `${SHOWN[measure]?.title ?? measure}, ${what}`;
}

function cell({ measure, unit }: ProfileChange, value: number): string {
	if (unit === "share") return formatPercent(value);
	return formatInteger(measure === undefined ? value : Math.round(value / (SHOWN[measure]?.per ?? 1)));
}

/** Shares change by points, everything else by percent. */
function growth({ unit, before, after }: ProfileChange): string {
	const sign = after > before ? "+" : "−";
	if (unit === "share") return `${sign}${(100 * Math.abs(after - before)).toFixed(1)} points`;
	return before === 0 ? "new" : `${sign}${formatPercent(Math.abs(after - before) / before)}`;
}
