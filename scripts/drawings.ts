/** Writes the drawings that tests compare with: packages/media/src/draw/goldens. Run with `npx tsx -C source scripts/drawings.ts`. */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { encodePng } from "../packages/media/src/encode.ts";
import { DRAWINGS } from "../packages/media/src/testing/drawings.ts";
import { ROOT } from "./files.ts";

const FOLDER = `${ROOT}packages/media/src/draw/goldens`;

mkdirSync(FOLDER, { recursive: true });
const hashes: Record<string, string> = {};
for (const [name, draw] of Object.entries(DRAWINGS)) {
	const drawn = draw();
	hashes[name] = createHash("sha256").update(drawn.data).digest("hex");
	writeFileSync(`${FOLDER}/${name}.png`, await encodePng(drawn));
}
writeFileSync(`${FOLDER}/pixels.sha256.json`, `${JSON.stringify(hashes, null, 2)}\n`);
