/** The projector of Cohere's models. Source: transformers 5.18 models/{aya_vision,cohere2_vision}/modeling_<model>.py. */

import type { ProjectorChoice } from "../families/checkpoint.ts";

/** Patches side by side through a gated layer of `inner` and one to the width of the language model; Aya norms them first. */
export const gatedProjector = (
	joined: number,
	inner: number,
	text: number,
	norm: boolean,
): ProjectorChoice => ({
	kind: "q-former",
	parameters: (norm ? 2 * joined : 0) + joined * inner + inner + Math.floor(inner / 2) * text + text,
});
