/**
 * Which frames of a video are used by default: the ones the model card samples if transformers alone would use every
 * frame, otherwise whatever the implementation does.
 */

import type { Settings } from "./families/family.ts";
import type { Checkpoint } from "./families/index.ts";
import { familyById } from "./families/index.ts";

/** Where the choice of frames comes from. */
export interface VideoSampling {
	readonly by: "asked" | "card" | "implementation";
	/** The requested settings, or those of the model card. */
	readonly settings: Settings;
	/** The model card's sampling settings, when they are not followed. */
	readonly card?: Settings;
	/** Settings that choose frames; the first sets the number of frames. Empty when the model fixes them. */
	readonly choosers: readonly string[];
}

/**
 * The sampling under the requested settings. With `asIs`, the model card is not followed. Spread `settings` of a `card`
 * result before the requested settings, so that the requested ones take precedence.
 */
export function videoSampling(
	checkpoint: Checkpoint,
	asked: Readonly<Record<string, unknown>>,
	{ asIs = false }: { readonly asIs?: boolean } = {},
): VideoSampling {
	const family = familyById(checkpoint.family);
	const parity = asked.parity ?? family.parities[0];
	// The card's settings apply only to transformers; other implementations sample by themselves.
	const card = parity === "transformers" ? cardSettings(checkpoint) : {};
	const byNumber = family
		.knobs(checkpoint.constants)
		.video.flatMap(({ bound, setting }) => (bound === "frames" ? [setting] : []));
	const choosers = [...new Set([...byNumber, ...Object.keys(checkpoint.recommendedSettings ?? {})])];
	const given = choosers.filter((key) => asked[key] !== undefined);
	if (given.length > 0) {
		const settings = Object.fromEntries(given.map((key) => [key, asked[key]])) as Settings;
		return { by: "asked", settings, choosers };
	}
	if (Object.keys(card).length === 0) return { by: "implementation", settings: {}, choosers };
	return asIs
		? { by: "implementation", settings: {}, card, choosers }
		: { by: "card", settings: card, choosers };
}

/** The model card's settings that differ from what transformers does by itself. */
function cardSettings({ recommendedSettings, family, constants }: Checkpoint): Settings {
	const card: Settings = { ...recommendedSettings };
	const defaults = familyById(family).defaults(constants, "transformers");
	return Object.entries(card).every(([key, value]) => defaults[key] === value) ? {} : card;
}
