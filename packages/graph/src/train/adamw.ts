/**
 * AdamW (Loshchilov and Hutter 2019) with bias correction and decoupled weight decay, in float32 as torch.optim.AdamW
 * computes it, over flat arrays.
 */

export interface AdamWSettings {
	/** Decay rate of the first moment (default 0.9). */
	readonly beta1: number;
	/** Decay rate of the second moment (default 0.999). */
	readonly beta2: number;
	/** Added to the root of the second moment (default 1e-8). */
	readonly epsilon: number;
}

export const ADAMW_DEFAULTS: AdamWSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** One update. */
export interface AdamWUpdate extends AdamWSettings {
	readonly learningRate: number;
	readonly weightDecay: number;
	/** Counted from 1. */
	readonly step: number;
	/** Gradient scale: averaging and clipping combined. */
	readonly scale: number;
}

/** Constants of an update, each rounded to float32 once. `biasCorrection2` is 1/√(1 − beta2^step). */
export function constantsOf(update: AdamWUpdate) {
	const { learningRate, weightDecay, beta1, beta2, epsilon, step, scale } = update;
	const { fround } = Math;
	return {
		scale: fround(scale),
		b1: fround(beta1),
		a1: fround(1 - beta1),
		b2: fround(beta2),
		a2: fround(1 - beta2),
		biasCorrection2: fround(1 / Math.sqrt(1 - beta2 ** step)),
		eps: fround(epsilon),
		rate: fround(learningRate / (1 - beta1 ** step)),
		decay: fround(1 - learningRate * weightDecay),
	};
}

/**
 * Updates `values` and both moments in place; all four arrays are equally long. With g = scale·gradient:
 *
 *     m = beta1·m + (1 − beta1)·g        v = beta2·v + (1 − beta2)·g²
 *     values = (1 − rate·weightDecay)·values − rate/(1 − beta1^step) · m / (√v/√(1 − beta2^step) + epsilon)
 */
export function adamw(
	values: Float32Array,
	gradient: Float32Array,
	first: Float32Array,
	second: Float32Array,
	update: AdamWUpdate,
): void {
	const { decay, rate, biasCorrection2, b1, b2, a1, a2, scale, eps } = constantsOf(update);
	const { fround, sqrt } = Math;
	for (let i = 0; i < values.length; i++) {
		const g = fround((gradient[i] as number) * scale);
		const m = fround(fround((first[i] as number) * b1) + fround(g * a1));
		const v = fround(fround((second[i] as number) * b2) + fround(fround(g * g) * a2));
		first[i] = m;
		second[i] = v;
		const denominator = fround(fround(fround(sqrt(v)) * biasCorrection2) + eps);
		values[i] = fround(fround((values[i] as number) * decay) - fround(rate * fround(m / denominator)));
	}
}

/** Σ x² in float64. Four partial sums hide the latency of addition; they are combined as in simd.ts. */
export function sumOfSquares(values: Float32Array): number {
	let a = 0;
	let b = 0;
	let c = 0;
	let d = 0;
	let i = 0;
	for (; i + 3 < values.length; i += 4) {
		const w = values[i] as number;
		const x = values[i + 1] as number;
		const y = values[i + 2] as number;
		const z = values[i + 3] as number;
		a += w * w;
		b += x * x;
		c += y * y;
		d += z * z;
	}
	for (; i < values.length; i++) a += (values[i] as number) ** 2;
	return a + c + (b + d);
}

/** sum += more. */
export function addTo(sum: Float32Array, more: Float32Array): void {
	for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (more[i] as number);
}
