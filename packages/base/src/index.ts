/** What every package shares: errors, sizes, rounding, facts, numbers in messages. Runs anywhere; no dependencies. */

export { assertDefined, assertInternal, type ErrorCode, OnevisionError } from "./errors.ts";
export type { Fact } from "./fact.ts";
export { percent, thousands } from "./format.ts";
export { nearest } from "./nearest.ts";
export { floorDivide, linspace, roundHalfEven, truncateAfterSevenDecimals } from "./rounding.ts";
export { type Grid, MAX_SIDE, type Size } from "./sizes.ts";
