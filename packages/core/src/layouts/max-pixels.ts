/** Pixel limits as planner knobs. */

import { formatInteger } from "@onevision/base";
import type { Knob } from "../families/family.ts";

/**
 * A pixel limit as a planner knob, whose values are `tokens` times `pixelsPerToken`. `{}` in the label is replaced by
 * the number of tokens.
 */
export function maxPixelsKnob(
	setting: string,
	tokens: readonly number[],
	pixelsPerToken: number,
	label: string,
): Knob {
	return {
		setting,
		values: tokens.map((count) => count * pixelsPerToken),
		range: { from: pixelsPerToken, step: pixelsPerToken },
		deployable: true,
		label: (value) => label.replace("{}", formatInteger(Number(value) / pixelsPerToken)),
	};
}
