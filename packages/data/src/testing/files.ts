/** Data sets for tests: written to a temporary folder, read to the end, and printed at one line per sample. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createReadCounter } from "../bytes/file-bytes.ts";
import { type OpenOptions, openDataSet, samplesOf, slicesOf } from "../readers/index.ts";
import { SLICE_SIZES, type SliceSizes } from "../readers/reader.ts";
import type { Found, MediaReference, Turn } from "../record.ts";

const folders: string[] = [];
process.once("exit", () => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder containing these files. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
	const folder = mkdtempSync(join(tmpdir(), "onevision-data-"));
	folders.push(folder);
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), content);
	}
	return folder;
}

/** Everything in a data set, in order, and its format. */
export async function readAll(path: string, options: OpenOptions = {}, seed = 0) {
	const counter = createReadCounter();
	const { format, units } = await openDataSet(path, { counter, seed }, options);
	const found: Found[] = [];
	for (const unit of units) for await (const each of samplesOf(unit)) found.push(each);
	return { format, units, found, counter };
}

/** The same, slice by slice, cut where `sizes` says. */
export async function readSliced(
	path: string,
	sizes: Partial<SliceSizes>,
	options: OpenOptions = {},
	seed = 0,
): Promise<Found[]> {
	const { units } = await openDataSet(path, { counter: createReadCounter(), seed }, options);
	const found: Found[] = [];
	for (const unit of units) {
		for await (const slice of slicesOf(unit, { ...SLICE_SIZES, ...sizes })) {
			for await (const each of samplesOf(unit, structuredClone(slice))) found.push(each);
		}
	}
	return found;
}

/** `a1: image a.jpg | user: [image] Hi | assistant: Yo`, or `left out (reason): message`. */
export function tell(found: Found): string {
	if ("refusal" in found) return `left out (${found.refusal.reason}): ${found.refusal.message}`;
	const { id, media, turns } = found.record;
	return [
		`${id ?? "-"}:${media.map((each) => ` ${tellMedium(each)}`).join("")}`,
		...turns.map(tellTurn),
	].join(" | ");
}

function tellMedium({ kind, place }: MediaReference): string {
	if (place.type === "path") return `${kind} ${place.path}`;
	if (place.type === "range") return `${kind} @${place.offset}+${place.length}`;
	return `${kind} ${place.bytes.byteLength} bytes`;
}

function tellTurn({ role, parts, isTrained }: Turn): string {
	const text = parts.map((part) => (part.kind === "text" ? part.text : `[${part.kind}]`)).join("");
	return `${role}${isTrained === false ? " (untrained)" : ""}: ${text}`;
}
