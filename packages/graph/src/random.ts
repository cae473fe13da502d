/** Seeded random numbers and initial values of parameters: the same everywhere for the same seed. */

import { elementCount, float32, OnevisionError, type Tensor } from "@onevision/base";
import type { Initializer, Value } from "./value.ts";

export interface Random {
	/** In [0, 1). */
	uniform(): number;
	/** From the standard normal distribution. */
	normal(): number;
	/** An integer in [0, below). */
	integer(below: number): number;
}

/** mulberry32 (Tommy Ettinger, public domain); normal numbers by the polar method (Marsaglia and Bray 1964). */
export function createRandom(seed: number): Random {
	let state = seed | 0;
	const uniform = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	const normal = () => {
		for (;;) {
			const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
			const square = x * x + y * y;
			if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
		}
	};
	return { uniform, normal, integer: (below) => Math.floor(uniform() * below) };
}

/** A parameter's initial value. Throws `invalid-input` when it was declared without an initializer. */
export function initialValue(parameter: Value, random: Random): Tensor {
	const initializer = parameter.graph.initializerOf(parameter);
	if (initializer === undefined) {
		throw new OnevisionError(
			"invalid-input",
			`${parameter.name} has no initializer; declare one or give its values`,
		);
	}
	const values = new Float32Array(elementCount(parameter.shape));
	return float32(
		parameter.shape,
		values.map(() => drawn(initializer, random)),
	);
}

function drawn(initializer: Initializer, random: Random): number {
	switch (initializer.kind) {
		case "constant":
			return initializer.value;
		case "normal":
			return random.normal() * initializer.deviation;
		case "uniform":
			return (2 * random.uniform() - 1) * initializer.bound;
	}
}

/** Initial values of all `parameters` by name, drawn in their order. */
export function initialValues(parameters: readonly Value[], random: Random): Record<string, Tensor> {
	return Object.fromEntries(parameters.map((parameter) => [parameter.name, initialValue(parameter, random)]));
}
