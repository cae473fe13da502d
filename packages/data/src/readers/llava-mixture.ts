/** LLaVA-NeXT's mixtures: a YAML list of JSON files, each with the part of it to use. */

import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { parse } from "yaml";
import { readRow } from "../shapes/index.ts";
import { expandBraces } from "./energon.ts";
import { jsonUnit, type ReadRow } from "./json-rows.ts";
import { lookAt } from "./look.ts";
import type { Place, Reader, Unit } from "./reader.ts";
import { selectedUnit } from "./selected-unit.ts";
import { parseSampling } from "./selection.ts";

/** Largest mixture file read, bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

const readLlava: ReadRow = (row) => readRow(row, ["conversations"]);

export const llavaMixture: Reader = {
	title: "LLaVA-NeXT mixture",
	source:
		"LLaVA-VL/LLaVA-NeXT llava/train/train.py `LazySupervisedDataset` at df179663; scripts/train/*.yaml",
	recognizes: ({ names, head, path }) =>
		names === undefined &&
		/\.ya?ml$/i.test(path) &&
		/^\s*-?\s*json_path\s*:/m.test(new TextDecoder().decode(head)),
	open: async (place, context) => {
		const units: Unit[] = [];
		for (const { path, sampling } of await entriesOf(place)) {
			// Relative paths start from the mixture file; the original resolves them from its working directory.
			const file = await lookAt(resolve(dirname(place.path), path));
			const root = dirname(file.path);
			units.push(
				sampling.amount === undefined
					? jsonUnit(file, context, readLlava, root)
					: selectedUnit(file, context, readLlava, root, sampling),
			);
		}
		return units;
	},
};

async function entriesOf(place: Place) {
	const wrong = (why: string): OnevisionError => new OnevisionError("invalid-input", `${place.path}: ${why}`);
	if (place.size > MAX_BYTES) throw wrong(`${place.size} bytes are no mixture`);
	let document: unknown;
	try {
		document = parse(await readFile(place.path, "utf8"), { maxAliasCount: 100, logLevel: "error" });
	} catch (error) {
		throw wrong(`not YAML: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]}`);
	}
	const datasets = isRecord(document) ? document.datasets : undefined;
	if (!Array.isArray(datasets)) throw wrong("no list of datasets");
	return datasets.flatMap((entry, index) => {
		const path = isRecord(entry) ? entry.json_path : undefined;
		if (!isRecord(entry) || typeof path !== "string") throw wrong(`datasets[${index}] has no json_path`);
		const { sampling_strategy: strategy = "all" } = entry;
		if (typeof strategy !== "string") throw wrong(`datasets[${index}].sampling_strategy is no text`);
		const sampling = parseSampling(strategy);
		return expandBraces(path).map((each) => ({ path: each, sampling }));
	});
}
