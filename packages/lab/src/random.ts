/** Seeds that depend on what they are for, so that nothing drawn for one purpose moves what is drawn for another. */

import { createRandom, type Random } from "@onevision/graph";

/** FNV-1a over the parts, then mixed: neighbors get unrelated seeds. */
export function seedOf(...parts: readonly (string | number)[]): number {
	let hash = 0x811c9dc5;
	for (const letter of parts.join("\u0000")) {
		hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
	}
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}

export function randomOf(...parts: readonly (string | number)[]): Random {
	return createRandom(seedOf(...parts));
}
