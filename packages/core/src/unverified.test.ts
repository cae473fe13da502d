/** A number not read from a published file is marked in its row, and every marked row names properties it has. */

import { expect, test } from "vitest";
import { HARDWARE } from "./facts/hardware.ts";
import { LANGUAGE_MODELS } from "./facts/language-models.ts";
import { TOWERS } from "./facts/towers.ts";
import { CHECKPOINT_IDS, checkpointById } from "./index.ts";
import { showUnverified, unverifiedCheckpointFacts, unverifiedFacts } from "./unverified.ts";

interface Row {
	readonly source: string;
	readonly unverified?: readonly string[];
	readonly constants?: object;
}

const ROWS: readonly [string, Row][] = [
	...CHECKPOINT_IDS.map((id): [string, Row] => [id, checkpointById(id)]),
	...Object.entries<Row>(TOWERS),
	...Object.entries<Row>(LANGUAGE_MODELS),
	...Object.entries<Row>(HARDWARE),
];

/** How a source admits that it is not one. */
const NO_SOURCE = /memory|unconfirmed|by analogy|second-hand|not readable/i;

test.each(ROWS)("%s: a source that admits a gap names what is unverified", (_id, row) => {
	if (NO_SOURCE.test(row.source)) expect(row.unverified ?? []).not.toEqual([]);
});

test.each(
	ROWS.filter(([, { unverified }]) => unverified !== undefined),
)("%s: unverified names properties of the row, each once", (_id, { unverified = [], ...row }) => {
	expect(unverified.length).toBeGreaterThan(0);
	expect(new Set(unverified).size).toBe(unverified.length);
	const known = new Set([...Object.keys(row), ...Object.keys(row.constants ?? {})]);
	for (const property of unverified) expect(known, property).toContain(property);
});

test("a checkpoint's own facts, and those of its parts", () => {
	const aya = checkpointById("aya-vision-32b");
	expect(unverifiedCheckpointFacts(aya).map(showUnverified)).toEqual([
		"Aya Vision 32B: tile, maxTiles, contextTokens",
	]);
	expect(unverifiedFacts(aya).map(showUnverified)).toEqual([
		"Aya Vision 32B: tile, maxTiles, contextTokens",
		"SigLIP 2 SO400M patch14 364 (Aya Vision): layers, heads",
		"Aya Expanse 32B (Aya Vision 32B): layers, hidden, heads, kvHeads, mlp, contextTokens",
	]);
	expect(unverifiedFacts(checkpointById("llava-1.5-7b"))).toEqual([]);
});
