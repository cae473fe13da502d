/**
 * The inner loops of resizing and normalizing 8-bit RGB rows, in AssemblyScript with WebAssembly SIMD. Built by
 * `npm run kernel`; src/resample/bands.ts calls it and lays out its memory.
 *
 * All arithmetic is on integers and exact: a sum of weight × value with 32-bit wrap-around, then a rounding shift.
 * Weights of 22 bits are split as `high * 4096 + low`, so that both halves fit the 16-bit dot product; weights of at
 * most 15 bits need one half only. Rows may be read up to 15 bytes beyond their end, where weights are zero.
 */

/** Bytes 0 to 11 are four pixels: their channels in pairs, [r0 r1 g0 g1 b0 b1 – –] and the same of pixels 2 and 3. */
@inline
function pairs(pixels: v128): v128 {
	return i8x16.shuffle(pixels, pixels, 0, 3, 1, 4, 2, 5, 15, 15, 6, 9, 7, 10, 8, 11, 15, 15);
}

/** Four 16-bit weights as [k0 k1 k0 k1 k0 k1 k0 k1]. */
@inline
function firstWeights(weights: v128): v128 {
	return i8x16.shuffle(weights, weights, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
}

/** The same of k2 and k3. */
@inline
function lastWeights(weights: v128): v128 {
	return i8x16.shuffle(weights, weights, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
}

/** Adds four weighted pixels to the sums of one output pixel. */
@inline
function addFour(sum: v128, paired: v128, first: v128, last: v128): v128 {
	const a = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(paired), first);
	const b = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(paired), last);
	return i32x4.add(sum, i32x4.add(a, b));
}

/** Writes a pixel's three channels (and one byte more, which the next pixel overwrites). */
@inline
function storePixel(at: usize, sum: v128, shift: i32): void {
	const shifted = i32x4.shr_s(sum, shift);
	const words = i16x8.narrow_i32x4_s(shifted, shifted);
	store<i32>(at, i32x4.extract_lane(i8x16.narrow_i16x8_u(words, words), 0));
}

/**
 * Resizes rows in width, weights of at most 15 bits. `starts[x]` is the first pixel, `groups[x]` the number of
 * groups of four taps, whose weights follow one another from `weights`, eight bytes a group.
 */
export function horizontalNarrow(
	source: usize,
	sourceStride: usize,
	target: usize,
	targetStride: usize,
	rows: i32,
	width: i32,
	starts: usize,
	groups: usize,
	weights: usize,
	shift: i32,
): void {
	const half = i32x4.splat(1 << (shift - 1));
	let row = 0;
	for (; row + 4 <= rows; row += 4) {
		let at = weights;
		let out = target;
		for (let x = 0; x < width; x++) {
			let from = source + <usize>load<i32>(starts + ((<usize>x) << 2)) * 3;
			let left = load<i32>(groups + ((<usize>x) << 2));
			let a = half;
			let b = half;
			let c = half;
			let d = half;
			while (left-- > 0) {
				const four = v128.load64_zero(at);
				const first = firstWeights(four);
				const last = lastWeights(four);
				a = addFour(a, pairs(v128.load(from)), first, last);
				b = addFour(b, pairs(v128.load(from + sourceStride)), first, last);
				c = addFour(c, pairs(v128.load(from + 2 * sourceStride)), first, last);
				d = addFour(d, pairs(v128.load(from + 3 * sourceStride)), first, last);
				at += 8;
				from += 12;
			}
			storePixel(out, a, shift);
			storePixel(out + targetStride, b, shift);
			storePixel(out + 2 * targetStride, c, shift);
			storePixel(out + 3 * targetStride, d, shift);
			out += 3;
		}
		source += 4 * sourceStride;
		target += 4 * targetStride;
	}
	for (; row < rows; row++) {
		let at = weights;
		let out = target;
		for (let x = 0; x < width; x++) {
			let from = source + <usize>load<i32>(starts + ((<usize>x) << 2)) * 3;
			let left = load<i32>(groups + ((<usize>x) << 2));
			let a = half;
			while (left-- > 0) {
				const four = v128.load64_zero(at);
				a = addFour(a, pairs(v128.load(from)), firstWeights(four), lastWeights(four));
				at += 8;
				from += 12;
			}
			storePixel(out, a, shift);
			out += 3;
		}
		source += sourceStride;
		target += targetStride;
	}
}

/** The same for weights of up to 22 bits: sixteen bytes a group, four low halves and then four high halves. */
export function horizontalWide(
	source: usize,
	sourceStride: usize,
	target: usize,
	targetStride: usize,
	rows: i32,
	width: i32,
	starts: usize,
	groups: usize,
	weights: usize,
	shift: i32,
): void {
	const half = i32x4.splat(1 << (shift - 1));
	const none = i32x4.splat(0);
	let row = 0;
	for (; row + 2 <= rows; row += 2) {
		let at = weights;
		let out = target;
		for (let x = 0; x < width; x++) {
			let from = source + <usize>load<i32>(starts + ((<usize>x) << 2)) * 3;
			let left = load<i32>(groups + ((<usize>x) << 2));
			let aLow = half;
			let bLow = half;
			let aHigh = none;
			let bHigh = none;
			while (left-- > 0) {
				const low = v128.load64_zero(at);
				const high = v128.load64_zero(at + 8);
				const a = pairs(v128.load(from));
				const b = pairs(v128.load(from + sourceStride));
				const firstLow = firstWeights(low);
				const lastLow = lastWeights(low);
				const firstHigh = firstWeights(high);
				const lastHigh = lastWeights(high);
				aLow = addFour(aLow, a, firstLow, lastLow);
				bLow = addFour(bLow, b, firstLow, lastLow);
				aHigh = addFour(aHigh, a, firstHigh, lastHigh);
				bHigh = addFour(bHigh, b, firstHigh, lastHigh);
				at += 16;
				from += 12;
			}
			storePixel(out, i32x4.add(i32x4.shl(aHigh, 12), aLow), shift);
			storePixel(out + targetStride, i32x4.add(i32x4.shl(bHigh, 12), bLow), shift);
			out += 3;
		}
		source += 2 * sourceStride;
		target += 2 * targetStride;
	}
	if (row < rows) {
		let at = weights;
		let out = target;
		for (let x = 0; x < width; x++) {
			let from = source + <usize>load<i32>(starts + ((<usize>x) << 2)) * 3;
			let left = load<i32>(groups + ((<usize>x) << 2));
			let low = half;
			let high = none;
			while (left-- > 0) {
				const lows = v128.load64_zero(at);
				const highs = v128.load64_zero(at + 8);
				const four = pairs(v128.load(from));
				low = addFour(low, four, firstWeights(lows), lastWeights(lows));
				high = addFour(high, four, firstWeights(highs), lastWeights(highs));
				at += 16;
				from += 12;
			}
			storePixel(out, i32x4.add(i32x4.shl(high, 12), low), shift);
			out += 3;
		}
	}
}

/** Four sums to a rounded, clipped half of sixteen bytes. */
@inline
function pack(a: v128, b: v128, c: v128, d: v128, shift: i32): v128 {
	return i8x16.narrow_i16x8_u(
		i16x8.narrow_i32x4_s(i32x4.shr_s(a, shift), i32x4.shr_s(b, shift)),
		i16x8.narrow_i32x4_s(i32x4.shr_s(c, shift), i32x4.shr_s(d, shift)),
	);
}

/** Bytes 0 to 7 of two rows, alternating. */
@inline
function zipLow(a: v128, b: v128): v128 {
	return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** Bytes 8 to 15 of two rows, alternating. */
@inline
function zipHigh(a: v128, b: v128): v128 {
	return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/**
 * One output row from `2 * pairsOfRows` rows, weights of at most 15 bits: four bytes a pair of rows, both weights.
 * Works on 16 bytes at a time whatever the channels; up to 15 bytes beyond the row are written.
 */
export function verticalNarrow(
	source: usize,
	sourceStride: usize,
	target: usize,
	bytes: i32,
	pairsOfRows: i32,
	weights: usize,
	shift: i32,
): void {
	const half = i32x4.splat(1 << (shift - 1));
	for (let x = 0; x < bytes; x += 16) {
		let a = half;
		let b = half;
		let c = half;
		let d = half;
		let from = source + <usize>x;
		let at = weights;
		for (let left = pairsOfRows; left > 0; left--) {
			const upper = v128.load(from);
			const lower = v128.load(from + sourceStride);
			const weight = v128.load32_splat(at);
			const low = zipLow(upper, lower);
			const high = zipHigh(upper, lower);
			a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), weight));
			b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), weight));
			c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), weight));
			d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), weight));
			from += 2 * sourceStride;
			at += 4;
		}
		v128.store(target + <usize>x, pack(a, b, c, d, shift));
	}
}

/** The same for weights of up to 22 bits: eight bytes a pair of rows, low halves and then high halves. */
export function verticalWide(
	source: usize,
	sourceStride: usize,
	target: usize,
	bytes: i32,
	pairsOfRows: i32,
	weights: usize,
	shift: i32,
): void {
	const half = i32x4.splat(1 << (shift - 1));
	const none = i32x4.splat(0);
	for (let x = 0; x < bytes; x += 16) {
		let a = half;
		let b = half;
		let c = half;
		let d = half;
		let aHigh = none;
		let bHigh = none;
		let cHigh = none;
		let dHigh = none;
		let from = source + <usize>x;
		let at = weights;
		for (let left = pairsOfRows; left > 0; left--) {
			const upper = v128.load(from);
			const lower = v128.load(from + sourceStride);
			const lows = v128.load32_splat(at);
			const highs = v128.load32_splat(at + 4);
			const low = zipLow(upper, lower);
			const high = zipHigh(upper, lower);
			const first = i16x8.extend_low_i8x16_u(low);
			const second = i16x8.extend_high_i8x16_u(low);
			const third = i16x8.extend_low_i8x16_u(high);
			const fourth = i16x8.extend_high_i8x16_u(high);
			a = i32x4.add(a, i32x4.dot_i16x8_s(first, lows));
			b = i32x4.add(b, i32x4.dot_i16x8_s(second, lows));
			c = i32x4.add(c, i32x4.dot_i16x8_s(third, lows));
			d = i32x4.add(d, i32x4.dot_i16x8_s(fourth, lows));
			aHigh = i32x4.add(aHigh, i32x4.dot_i16x8_s(first, highs));
			bHigh = i32x4.add(bHigh, i32x4.dot_i16x8_s(second, highs));
			cHigh = i32x4.add(cHigh, i32x4.dot_i16x8_s(third, highs));
			dHigh = i32x4.add(dHigh, i32x4.dot_i16x8_s(fourth, highs));
			from += 2 * sourceStride;
			at += 8;
		}
		v128.store(
			target + <usize>x,
			pack(
				i32x4.add(i32x4.shl(aHigh, 12), a),
				i32x4.add(i32x4.shl(bHigh, 12), b),
				i32x4.add(i32x4.shl(cHigh, 12), c),
				i32x4.add(i32x4.shl(dHigh, 12), d),
				shift,
			),
		);
	}
}
