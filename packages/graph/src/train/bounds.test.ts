/** Settings of a plan at the edges of their ranges. */

import { expect, test } from "vitest";
import { xorTraining } from "../testing/xor.ts";
import { scheduleOf } from "./schedule.ts";

test("schedules take rates of 0 and no decay shorter than its warm-up", () => {
	expect(scheduleOf(0)).toEqual({ kind: "constant", peak: 0 });
	expect(scheduleOf({ kind: "linear", peak: 1, warmupSteps: 3, steps: 4 }).steps).toBe(4);
	expect(() => scheduleOf({ kind: "linear", peak: 1, warmupSteps: 3, steps: 3 })).toThrow(
		"schedule: linear needs steps above warmupSteps (3), got 3",
	);
	for (const warmupSteps of [-1, 1.5]) {
		expect(() => scheduleOf({ kind: "constant", peak: 1, warmupSteps })).toThrow(
			`schedule: warmupSteps must be an integer of at least 0, got ${warmupSteps}`,
		);
	}
});

test("betas reach from 0 to below 1", () => {
	const { adamw } = xorTraining({ adamw: { beta1: 0, beta2: 0 } }).plan;
	expect([adamw.beta1, adamw.beta2]).toEqual([0, 0]);
	for (const beta of ["beta1", "beta2"] as const) {
		for (const value of [-1e-9, 1]) {
			expect(() => xorTraining({ adamw: { [beta]: value } })).toThrow("betas must be from 0 to below 1");
		}
	}
});
