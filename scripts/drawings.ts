/**
 * Writes the drawings that tests compare with: the goldens of packages/draw. Run with
 * `npx tsx -C source scripts/drawings.ts`.
 */

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DRAWINGS } from "../packages/draw/src/testing/drawings.ts";
import { PAGES, SHOWN_PAGES } from "../packages/draw/src/testing/pages.ts";
import { encodePng } from "../packages/media/src/encode.ts";
import type { RgbImage } from "../packages/media/src/rgb-image.ts";
import { ROOT } from "./files.ts";

await write("", DRAWINGS, Object.keys(DRAWINGS));
await write("inspect", PAGES, SHOWN_PAGES);

/** A hash of each drawing's pixels, and PNGs of those that are shown. */
async function write(
	part: string,
	drawings: Readonly<Record<string, () => RgbImage>>,
	shown: readonly string[],
): Promise<void> {
	const folder = join(ROOT, "packages/draw/src", part, "goldens");
	mkdirSync(folder, { recursive: true });
	const hashes: Record<string, string> = {};
	for (const [name, draw] of Object.entries(drawings)) {
		const drawn = draw();
		hashes[name] = createHash("sha256").update(drawn.data).digest("hex");
		if (shown.includes(name)) writeFileSync(`${folder}/${name}.png`, await encodePng(drawn));
	}
	writeFileSync(`${folder}/pixels.sha256.json`, `${JSON.stringify(hashes, null, 2)}\n`);
}
