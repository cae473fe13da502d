/**
 * Writes the model of every operator case, and of the models shared with PyTorch, with feeds and expected outputs, for
 * `oracle/graph.py check FOLDER`. Run with `npx tsx packages/graph/src/testing/write-models.ts FOLDER`.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { numbersOf } from "@onevision/base";
import { encodeModel } from "../onnx/model.ts";
import { leavesFor } from "../prune.ts";
import { CASES } from "./cases.ts";
import { prepare } from "./check.ts";

const [folder = "models"] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

CASES.forEach(({ op, build, ...options }, index) => {
	const { values, feeds, expected } = prepare(build, options);
	const name = join(folder, `${String(index).padStart(3, "0")}-${op}`);
	writeFileSync(
		`${name}.onnx`,
		encodeModel(Object.fromEntries(values.map((value, i) => [`out${i}`, value]))),
	);
	const used = new Set(leavesFor(values).map((value) => value.name));
	const inputs = Object.entries(feeds).filter(([key]) => used.has(key));
	const record = {
		feeds: Object.fromEntries(inputs.map(([key, fed]) => [key, Array.from(numbersOf(fed))])),
		outputs: Object.fromEntries(values.map((_, i) => [`out${i}`, Array.from(expected[i] ?? [])])),
	};
	writeFileSync(`${name}.json`, JSON.stringify(record));
});
