/**
 * The parts of an export: each is done once and recorded, so that a run that was killed goes on where it stopped, and
 * several runs can share the parts. A part's record is written after its files; files without one are written again.
 *
 *     OUT/parts/request.json    what is exported and how; another request is refused
 *     OUT/parts/000000.json     the record of a part
 */

import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { isRecord } from "@onevision/base/schema";
import type { Shard } from "../profile/state.ts";

/** One run that does every part. */
export const ALL_PARTS: Shard = { index: 0, count: 1 };

export interface Parts<R> {
	/** The record of a part, if it is done. */
	read(part: number): Promise<R | undefined>;
	write(part: number, record: R): Promise<void>;
}

/** Name of a part in files: six digits. */
export function partName(part: number): string {
	return String(part).padStart(6, "0");
}

/**
 * Opens the parts of an export.
 *
 * @throws OnevisionError `invalid-input` when the folder holds another export, `unwritable-file`
 */
export async function openParts<R extends object>(out: string, request: object): Promise<Parts<R>> {
	const folder = join(out, "parts");
	const key = createHash("sha256").update(JSON.stringify(request)).digest("hex");
	await mkdir(folder, { recursive: true }).catch((error: unknown) => {
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unwritable-file", `${out}: cannot be written (${code})`);
	});
	const known = await readJson(join(folder, "request.json"));
	if (known === undefined) await writeJson(join(folder, "request.json"), { key });
	else if (!isRecord(known) || known.key !== key) {
		throw new OnevisionError(
			"invalid-input",
			`${out}: holds an export of other data or options; give another folder, or remove this one`,
		);
	}
	const fileOf = (part: number) => join(folder, `${partName(part)}.json`);
	return {
		read: async (part) => (await readJson(fileOf(part))) as R | undefined,
		write: (part, record) => writeJson(fileOf(part), record),
	};
}

async function writeJson(path: string, value: object): Promise<void> {
	await writeAtomically(path, [new TextEncoder().encode(`${JSON.stringify(value)}\n`)]);
}

async function readJson(path: string): Promise<unknown> {
	try {
		return JSON.parse(await readFile(path, "utf8"));
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		if (!(error instanceof SyntaxError)) throw error;
		throw new OnevisionError("unreadable-file", `${path}: is damaged; remove it, and the part is done again`);
	}
}
