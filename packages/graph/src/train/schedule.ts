/** Learning rates by step: warm-up, then constant, cosine (Loshchilov and Hutter 2017) or linear decay. */

import { OnevisionError } from "@onevision/base";

export interface Schedule {
	readonly kind: keyof typeof DECAYS;
	/** Rate after warm-up. */
	readonly peak: number;
	/** Updates of linear warm-up from 0 to the peak (default 0). */
	readonly warmupSteps?: number;
	/** Total updates including warm-up, at which the decay ends. Not used by `constant`. */
	readonly steps?: number;
	/** Rate at the end of a decay (default 0). */
	readonly floor?: number;
}

/** Fraction of peak − floor left after a fraction `done` of the decay. */
const DECAYS = {
	constant: () => 1,
	cosine: (done) => (1 + Math.cos(Math.PI * done)) / 2,
	linear: (done) => 1 - done,
} as const satisfies Record<string, (done: number) => number>;

/** A number is a constant rate. Throws `invalid-input` on negative rates or contradictory steps. */
export function scheduleOf(rate: number | Schedule): Schedule {
	const schedule = typeof rate === "number" ? ({ kind: "constant", peak: rate } as const) : rate;
	const { kind, peak, warmupSteps = 0, steps, floor = 0 } = schedule;
	const fail = (what: string) => new OnevisionError("invalid-input", `schedule: ${what}`);
	if (!Object.hasOwn(DECAYS, kind))
		throw fail(`kind must be one of ${Object.keys(DECAYS).join(", ")}, got ${kind}`);
	if (!(peak >= 0 && floor >= 0)) throw fail(`rates must be at least 0, got peak ${peak} and floor ${floor}`);
	if (!(Number.isInteger(warmupSteps) && warmupSteps >= 0))
		throw fail(`warmupSteps must be an integer of at least 0, got ${warmupSteps}`);
	if (kind !== "constant" && !(Number.isInteger(steps) && (steps ?? 0) > warmupSteps)) {
		throw fail(`${kind} needs steps above warmupSteps (${warmupSteps}), got ${steps}`);
	}
	return schedule;
}

/** The rate of update `step`, counted from 1. After the last step it stays at the floor. */
export function learningRateAt(
	{ kind, peak, warmupSteps = 0, steps = 0, floor = 0 }: Schedule,
	step: number,
): number {
	if (step <= warmupSteps) return (peak * step) / warmupSteps;
	const done = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
	return kind === "constant" ? peak : floor + (peak - floor) * DECAYS[kind](done);
}
