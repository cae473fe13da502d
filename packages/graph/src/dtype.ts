/** Which dtypes operators compute with; the others can be fed, moved and cast. */

import type { DType } from "@onevision/base";

const ARITHMETIC = {
	float32: "float",
	float64: "float",
	float16: "none",
	bfloat16: "none",
	int8: "none",
	uint8: "none",
	int32: "integer",
	int64: "integer",
	bool: "none",
} as const satisfies Record<DType, "float" | "integer" | "none">;

/** Whether values of this dtype take part in float arithmetic and have gradients. */
export function isFloat(dtype: DType): boolean {
	return ARITHMETIC[dtype] === "float";
}

/** Whether values of this dtype can be added, compared and reduced. */
export function isNumber(dtype: DType): boolean {
	return ARITHMETIC[dtype] !== "none";
}
