/** How far results are from a reference: what quantization, or another runtime, changes. */

import { OnevisionError } from "@onevision/base";

export interface Accuracy {
	/** Largest difference. */
	readonly largest: number;
	/** √(Σ(a − e)² / Σe²). */
	readonly relativeRms: number;
	/** Share of rows whose largest element is at the same place, 0 to 1. */
	readonly topOneEqual: number;
	readonly rows: number;
}

/** Compares rows of logits, [rows, classes] in row-major order. Throws `shape-mismatch` unless both are as long. */
export function accuracyOf(
	actual: ArrayLike<number>,
	expected: ArrayLike<number>,
	classes: number,
): Accuracy {
	if (actual.length !== expected.length || !(classes >= 1) || actual.length % classes !== 0) {
		throw new OnevisionError(
			"shape-mismatch",
			`accuracy: ${actual.length} and ${expected.length} elements in rows of ${classes}`,
		);
	}
	let [largest, error, energy, equal] = [0, 0, 0, 0];
	const rows = actual.length / classes;
	for (let row = 0; row < rows; row++) {
		let [best, wanted] = [row * classes, row * classes];
		for (let i = row * classes; i < (row + 1) * classes; i++) {
			const [a = 0, e = 0] = [actual[i], expected[i]];
			largest = Math.max(largest, Math.abs(a - e));
			error += (a - e) ** 2;
			energy += e ** 2;
			if (a > (actual[best] ?? 0)) best = i;
			if (e > (expected[wanted] ?? 0)) wanted = i;
		}
		if (best === wanted) equal++;
	}
	return {
		largest,
		relativeRms: error === 0 ? 0 : Math.sqrt(error / energy),
		topOneEqual: rows === 0 ? 1 : equal / rows,
		rows,
	};
}
