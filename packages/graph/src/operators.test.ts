/** Every operator, forward and backward: against a second implementation and against finite differences in float64. */

import { expect, test } from "vitest";
import { OPERATORS, type OpName } from "./operators.ts";
import * as ops from "./ops.ts";
import { CASES } from "./testing/cases.ts";
import { checkOperator } from "./testing/check.ts";

/** Complete by type: an operator without a function in ops.ts does not compile. */
const FUNCTIONS = ops satisfies { readonly [N in OpName]: (...inputs: never[]) => unknown };

test("every operator has a function of its name, and no other has one", () => {
	expect(Object.keys(FUNCTIONS).sort()).toEqual(Object.keys(OPERATORS).sort());
});

test("every operator has a case", () => {
	const covered = new Set(CASES.map(({ op }) => op));
	expect(Object.keys(OPERATORS).filter((name) => !covered.has(name as OpName))).toEqual([]);
});

test.each(CASES.map((each) => [`${each.op} ${each.name}`, each] as const))("%s", async (_name, {
	build,
	...options
}) => {
	const { float32Error, gradientError } = await checkOperator(build, options);
	expect(float32Error).toBeLessThan(2e-5);
	expect(gradientError).toBeLessThan(1e-4);
});
