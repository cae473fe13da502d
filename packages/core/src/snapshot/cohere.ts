/** The projector of Cohere's models. Source: transformers 5.18 models/{aya_vision,cohere2_vision}/modeling_<model>.py. */

import type { ProjectorChoice } from "../families/checkpoint.ts";

/**
 * Concatenated patches through a gated layer of width `inner` and one layer to the width of the language model. Aya
 * adds a norm before them.
 */
export const gatedProjector = (
	joined: number,
	inner: number,
	text: number,
	norm: boolean,
): ProjectorChoice => ({
	kind: "q-former",
	parameters: (norm ? 2 * joined : 0) + joined * inner + inner + Math.floor(inner / 2) * text + text,
});
