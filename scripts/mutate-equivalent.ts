/** Changes that alter no result, by file: the changed line, and why nothing can notice it. */

const SHORTCUT =
	"only decides whether toFixed is called, which gives the same; a property test holds them equal";

export const EQUIVALENT: Readonly<Record<string, readonly (readonly [line: string, why: string])[]>> = {
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
};
