/** What every package shares: errors, tensors, sizes, rounding, facts, numbers in messages. Runs anywhere; no dependencies. */

export {
	type DataOf,
	DTYPE_NAMES,
	DTYPES,
	type DType,
	dtypeOfOnnx,
	isDType,
	type TensorData,
} from "./dtype.ts";
export { assertDefined, assertInternal, type ErrorCode, OnevisionError } from "./errors.ts";
export type { Fact } from "./fact.ts";
export {
	formatBytes,
	formatCount,
	formatDollars,
	formatDuration,
	formatFlops,
	formatInteger,
	formatMetric,
	formatPercent,
	formatSmallDollars,
} from "./format.ts";
export {
	encodeFloats,
	fromBfloat16,
	fromFloat16,
	roundToBfloat16,
	toBfloat16,
	toFloat16,
} from "./half.ts";
export { nearest } from "./nearest.ts";
export { floorDivide, linspace, roundHalfEven, truncateAfterSevenDecimals } from "./rounding.ts";
export { type Grid, MAX_SIDE, type Size, shorterSideTo } from "./sizes.ts";
export { copyOf, elementCount, float32, int64, numbersOf, type Tensor, tensor, zeros } from "./tensor.ts";
