/** Rounding as in the references. `Math.round` rounds ties up and is not used for geometry. */

/** Nearest integer, ties to the even one: Python's `round`, NumPy's and PyTorch's `.round()`. */
export function roundHalfEven(value: number): number {
	const floor = Math.floor(value);
	const rest = value - floor;
	if (rest < 0.5) return floor;
	if (rest > 0.5) return floor + 1;
	return floor % 2 === 0 ? floor : floor + 1;
}

/** Python's `int(round(value, 7))` for `value` ≥ 0: truncates unless the value is within 5e-8 below an integer. */
export function truncateAfterSevenDecimals(value: number): number {
	const whole = Math.trunc(value);
	// Only a fraction this close to 1 can round up to the next integer; toFixed decides those exactly.
	return value - whole < 0.9999999 ? whole : Math.trunc(Number(value.toFixed(7)));
}

/** NumPy's `linspace(0, last, count)` as float64, before any rounding. */
export function linspace(last: number, count: number): number[] {
	if (count === 1) return [0];
	const step = last / (count - 1);
	const values = Array.from({ length: count }, (_, index) => index * step);
	values[count - 1] = last;
	return values;
}

/**
 * Python's `dividend // divisor` on floats, both positive. It takes the remainder first, so it can be one below
 * `Math.floor(dividend / divisor)` where that quotient rounds up to an integer.
 */
export function floorDivide(dividend: number, divisor: number): number {
	const quotient = (dividend - (dividend % divisor)) / divisor;
	const floor = Math.floor(quotient);
	return quotient - floor > 0.5 ? floor + 1 : floor;
}
