/**
 * Which frames of a video are used when nobody says: those that the model's card samples, where transformers by itself
 * would take every frame; else what the implementation does.
 */

import type { Settings } from "./families/family.ts";
import type { Checkpoint } from "./families/index.ts";
import { familyById } from "./families/index.ts";

/** Where the choice of frames comes from. */
export interface VideoSampling {
	readonly by: "asked" | "card" | "implementation";
	/** The settings that were asked for, or those of the card. */
	readonly settings: Settings;
	/** What the card samples with, where it is not followed. */
	readonly card?: Settings;
	/** Settings that choose frames, the first for a number of them; empty: the model fixes them. */
	readonly choosers: readonly string[];
}

/**
 * The sampling under the settings asked for. With `asIs` the card is not followed. Spread `settings` of a `card` result
 * below those asked for.
 */
export function videoSampling(
	checkpoint: Checkpoint,
	asked: Readonly<Record<string, unknown>>,
	{ asIs = false }: { readonly asIs?: boolean } = {},
): VideoSampling {
	const family = familyById(checkpoint.family);
	const parity = asked.parity ?? family.parities[0];
	// The card's settings stand against what transformers does; other implementations sample by themselves.
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

/** What the card sets, where transformers does not do the same by itself. */
function cardSettings({ recommendedSettings, family, constants }: Checkpoint): Settings {
	const card: Settings = { ...recommendedSettings };
	const defaults = familyById(family).defaults(constants, "transformers");
	return Object.entries(card).every(([key, value]) => defaults[key] === value) ? {} : card;
}
