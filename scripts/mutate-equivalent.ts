/**
 * Changes that alter no result, by file: the changed line, and why nothing can notice it; then the line as it stands,
 * where another line changes into the same.
 */

const SHORTCUT =
	"only decides whether toFixed is called, which gives the same; a property test holds them equal";

const SEARCH = "either search alone finds the canvas; a property test holds both to the whole list";
const ABSENT = "itemLayout leaves out what is undefined";
const NEVER_UNEVEN = "counts become multiples of two, the most down and the least up";
const NEVER_EMPTY = "the index lies within the list";
const SAME_ZERO = "both sides of the bound give 0 there, of either sign";

export const EQUIVALENT: Readonly<
	Record<string, readonly (readonly [line: string, why: string, was?: string])[]>
> = {
	"packages/base/src/rounding.ts": [
		["return false ? whole : Math.trunc(Number(value.toFixed(7)));", SHORTCUT],
		["return value - whole <= 0.9999999 ? whole : Math.trunc(Number(value.toFixed(7)));", SHORTCUT],
		["return value + whole < 0.9999999 ? whole : Math.trunc(Number(value.toFixed(7)));", SHORTCUT],
		[
			"return value - whole < (-9.999999994736442e-8) ? whole : Math.trunc(Number(value.toFixed(7)));",
			SHORTCUT,
		],
		[
			"return quotient - floor >= 0.5 ? floor + 1 : floor;",
			"the quotient of a multiple lies within rounding of an integer, never halfway",
		],
	],
	"packages/core/src/layouts/aspect-grid.ts": [
		["for (let cols = (0); cols <= max; cols++) {", "a grid without tiles is below the least"],
		["for (let rows = (0); rows <= max; rows++) {", "a grid without tiles is below the least"],
		["let best: Grid = { rows: 2, cols: 1 };", "the first grid takes its place"],
		["let best: Grid = { rows: (0), cols: 1 };", "the first grid takes its place"],
		["let best: Grid = { rows: 1, cols: 2 };", "the first grid takes its place"],
		["let best: Grid = { rows: 1, cols: (0) };", "the first grid takes its place"],
	],
	"packages/core/src/layouts/best-resolution.ts": [
		["let split = 1;", SEARCH],
		[
			"for (let index = split; index <= areas.length; index++) {",
			"past the end nothing is known, and nothing is kept",
		],
		["let bestKept = -2;", "any number below 0 is less than what a canvas keeps"],
		["while (split < areas.length || (areas[split] as number) < pixels) split++;", SEARCH],
		["while (split <= areas.length && (areas[split] as number) < pixels) split++;", SEARCH],
		["while (split >= areas.length && (areas[split] as number) < pixels) split++;", SEARCH],
		["while (split < areas.length && (areas[split] as number) <= pixels) split++;", SEARCH],
		["while (split < areas.length && (areas[split] as number) >= pixels) split++;", SEARCH],
		["while (split < areas.length && (areas[split] as number) < pixels) split--;", SEARCH],
	],
	"packages/core/src/layouts/tile-grid.ts": [
		["...(false ? {} : { resizes: image.resizes }),", ABSENT],
		["...(false ? {} : { notes: image.notes }),", ABSENT],
	],
	"packages/core/src/layouts/native-clip.ts": [
		["...(false ? {} : { frameIndices: sampled.indices }),", ABSENT],
		["...(false ? {} : { range: rule.range }),", ABSENT],
		["...(false ? {} : { notes: sampled.notes }),", ABSENT],
	],
	"packages/core/src/layouts/native-resolution.ts": [
		["...(false ? {} : { frameIndices: sampled.indices }),", ABSENT],
		["...(false ? {} : { notes: sampled.notes }),", ABSENT],
	],
	"packages/media/src/resample/filters.ts": [
		["if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;", SAME_ZERO],
		["if (x <= 2) return (((x - 5) * x + 8) * x - 4) * a;", SAME_ZERO],
	],
	"packages/media/src/resample/weights.ts": [
		["for (let i = 0; i <= to; i++) {", "what is written past the end of a typed array is dropped"],
		[
			"for (let i = 0; i <= shares.length; i++) {",
			"what is written past the end of a typed array is dropped",
		],
		[
			"if (true) {",
			"some pixel lies within the support of every target pixel, so no total is 0",
			"if (total !== 0) {",
		],
		["if (total !== 1) {", "dividing by 1 changes nothing, and no total is 0"],
		["if (total !== (-1)) {", "no total is 0 or negative"],
		["fixed[i] = Math.trunc(share * one + (share <= 0 ? -0.5 : 0.5));", "half is cut off from 0 either way"],
	],
	"packages/media/src/video/sampling-references.ts": [
		["const QWEN_UTILS = { min: (3), max: 768, multiple: 2 } as const;", NEVER_UNEVEN],
		["const QWEN_UTILS = { min: 4, max: 769, multiple: 2 } as const;", NEVER_UNEVEN],
	],
	"packages/media/src/video/runs.ts": [
		["const behind = last === undefined ? 1 : start - last.order;", "no run is there to be behind"],
		[
			"if (run !== undefined && (start < run.start || behind <= nextRunCost)) run.targets.push(target);",
			"from the same start nothing lies between, which no cost is below",
		],
		["if (false) continue;", "frame numbers are checked before, so there is a packet"],
	],
	"packages/media/src/video/bit-cost.ts": [
		[
			"const longest = distances.reduce((most, distance) => Math.max(most, distance), 1);",
			"two key frames are at least 1 apart, and the first is not compared",
		],
		["return sum * SMOOTHED;", "importance is a share: a common factor drops out"],
		[
			"const bytesOf = (frame: number | undefined) => (frame === undefined ? 0 : (frames[frame]?.bytes ?? 1));",
			NEVER_EMPTY,
		],
		[
			"return near.length % 2 === 1 ? (near[half] ?? 1) : ((near[half - 1] ?? 0) + (near[half] ?? 0)) / 2;",
			"some frame is no key frame, so there are neighbors",
		],
		[
			"return near.length % 2 === 1 ? (near[half] ?? 0) : ((near[half - 1] ?? 1) + (near[half] ?? 0)) / 2;",
			"some frame is no key frame, so there are neighbors",
		],
		[
			"return near.length % 2 === 1 ? (near[half] ?? 0) : ((near[half - 1] ?? 0) + (near[half] ?? 1)) / 2;",
			"some frame is no key frame, so there are neighbors",
		],
	],
};
