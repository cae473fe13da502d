/** Rules for families whose tokens are numbered consecutively. */

import type { SequentialRule } from "./rule.ts";

/** Source string for a model file of transformers. */
export const transformers = (path: string) => `transformers 5.18.0 src/transformers/models/${path}`;

/** Positions start at 0. */
export const sequential = (source: string): SequentialRule => ({ kind: "sequential", start: 0, source });

/** The language model numbers its own inputs: `position_ids` is left empty and becomes `arange(length)`. */
export const numberedByLanguageModel = (model: string): SequentialRule =>
	sequential(transformers(`${model}/modeling_${model}.py passes no position_ids of its own`));
