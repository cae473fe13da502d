/** Compares a file of pixel goldens, freshly made by oracle/pixels.py, with what we make: `tsx -C source scripts/check-pixels.ts FILE`. */

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { madeOf, type PixelRow } from "../packages/media/src/testing/goldens.ts";

const [file = ""] = process.argv.slice(2);
const { rows } = JSON.parse(readFileSync(file, "utf8")) as { readonly rows: readonly PixelRow[] };
let wrong = 0;
for (const row of rows) {
	const made = madeOf(row);
	if (isDeepStrictEqual(made, row.tensors)) continue;
	wrong++;
	console.log(JSON.stringify({ ...row, made }));
}
console.log(`${rows.length} rows, ${wrong} different`);
process.exitCode = wrong === 0 ? 0 : 1;
