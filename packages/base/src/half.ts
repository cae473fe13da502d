/** Half-precision floats as their bits: IEEE 754 binary16, and bfloat16, the upper half of a float32. */

const scratch = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
	scratch.setFloat32(0, value);
	return scratch.getUint32(0);
}

/** The upper 16 bits of a float32, rounded half to even. */
export function toBfloat16(value: number): number {
	const bits = bitsOf(value);
	if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
	return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

export function fromBfloat16(bits: number): number {
	scratch.setUint32(0, (bits << 16) >>> 0);
	return scratch.getFloat32(0);
}

/** A number after a round trip through bfloat16. */
export function roundToBfloat16(value: number): number {
	return fromBfloat16(toBfloat16(value));
}

/** Rounded half to even; overflow becomes infinite, underflow subnormal or zero. */
export function toFloat16(value: number): number {
	const bits = bitsOf(value);
	const sign = (bits >>> 16) & 0x8000;
	const exponent = (bits >>> 23) & 0xff;
	const fraction = bits & 0x7fffff;
	if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200 | (fraction >>> 13));
	const scaled = exponent - 127 + 15;
	if (scaled >= 31) return sign | 0x7c00;
	if (scaled < -10) return sign;
	// A subnormal has no implicit leading one and loses as many bits as its exponent is short.
	const significand = scaled <= 0 ? fraction | 0x800000 : fraction;
	const dropped = scaled <= 0 ? 14 - scaled : 13;
	const kept = (scaled <= 0 ? 0 : scaled << 10) + (significand >>> dropped);
	const rest = significand & (2 ** dropped - 1);
	const half = 2 ** (dropped - 1);
	return sign | (kept + (rest > half || (rest === half && kept % 2 === 1) ? 1 : 0));
}

export function fromFloat16(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Float32 values in the stored form of `dtype`, rounded half to even: the values themselves, or bits. */
export function encodeFloats(
	dtype: "float32" | "float16" | "bfloat16",
	values: Float32Array,
): Float32Array | Uint16Array {
	if (dtype === "float32") return values;
	return Uint16Array.from(values, dtype === "bfloat16" ? toBfloat16 : toFloat16);
}
