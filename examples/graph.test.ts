/** The training examples learn. */

import { expect, test } from "vitest";
import { trainMlp } from "./graph-mlp.ts";
import { trainTransformer } from "./graph-transformer.ts";

test("the network tells the spirals apart", async () => {
	expect(await trainMlp(400)).toBeGreaterThan(0.95);
});

test("the transformer says rows backwards", async () => {
	expect(await trainTransformer(300)).toBeGreaterThan(0.95);
});
