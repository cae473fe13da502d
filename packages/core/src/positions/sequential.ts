/** Rules of families whose tokens are numbered one after another. */

import type { SequentialRule } from "./rule.ts";

/** A file of transformers' models, as sources name it. */
export const transformers = (path: string) => `transformers 5.18.0 src/transformers/models/${path}`;

/** Numbers from 0. */
export const sequential = (source: string): SequentialRule => ({ kind: "sequential", start: 0, source });

/** The language model numbers its inputs itself: `position_ids` is left empty and becomes `arange(length)`. */
export const numberedByLanguageModel = (model: string): SequentialRule =>
	sequential(transformers(`${model}/modeling_${model}.py passes no position_ids of its own`));
