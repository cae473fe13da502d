/** Merges the shards of a profile into the folder that one machine would have written, equal to the byte. */

import { copyFile, link, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { duplicatesIn } from "./duplicates.ts";
import type { Profile } from "./run.ts";
import { partFiles } from "./slice.ts";
import { makeFolder, type ProfileState, partsIn, readState, type Shard, storeState } from "./state.ts";
import { profileOf } from "./stored.ts";
import { Totals } from "./totals.ts";

interface StoredShard {
	readonly folder: string;
	readonly state: ProfileState;
	readonly shard: Shard;
}

/**
 * Merges the profiles of all shards `0/n` to `n-1/n` into `out`. Parts are linked where the file system can, otherwise
 * copied; the shards stay. A merge that was stopped can be repeated.
 *
 * @throws OnevisionError `invalid-input` for a folder that is no shard, is not done, is missing, given twice or of
 * another profile, and for an `out` that holds one; `unwritable-file`
 */
export async function mergeProfiles(folders: readonly string[], out: string): Promise<Profile> {
	const shards: StoredShard[] = [];
	for (const folder of folders) shards.push(await readShard(folder));
	const [first] = shards;
	if (first === undefined) throw refused("merge", "no folders; give those of all shards");
	const parts = partsOf(shards, first);
	await assertFree(out, folders, first.state.request);
	await makeFolder(out);
	const totals = new Totals();
	for (const { state } of shards) totals.merge(new Totals(state.totals));
	totals.assertWhole();
	for (const [part, folder] of parts.entries()) {
		for (const name of partFiles(part)) await place(join(folder, "parts", name), join(out, "parts", name));
	}
	const { version, request, about } = first.state;
	const done: ProfileState["done"] = parts.length === 0 ? [] : [[0, parts.length]];
	const state: ProfileState = { version, request, about, done, isDone: true, totals: totals.stored() };
	await storeState(out, state);
	return profileOf(state, await duplicatesIn(out, state));
}

async function readShard(folder: string): Promise<StoredShard> {
	const state = await readState(folder);
	if (state === undefined) throw refused(folder, "no profile there; check the path");
	const { shard } = state;
	if (shard === undefined) throw refused(folder, "is a whole profile; give the folders of profile --shard");
	if (!state.isDone) {
		throw refused(folder, `shard ${shard.index}/${shard.count} is not done; run its command again to go on`);
	}
	return { folder, state, shard };
}

/** The folder of each part, in order. */
function partsOf(shards: readonly StoredShard[], first: StoredShard): readonly string[] {
	const folders = new Map<number, string>();
	const { count } = first.shard;
	for (const { folder, state, shard } of shards) {
		if (state.request !== first.state.request || shard.count !== count) {
			throw refused(
				folder,
				`is no shard of the profile in ${first.folder}: data, settings or options differ`,
			);
		}
		if (shards.filter((other) => other.shard.index === shard.index).length > 1) {
			throw refused(folder, `shard ${shard.index}/${count} is given twice`);
		}
		for (const part of partsIn(state)) folders.set(part, folder);
	}
	const missing = Array.from({ length: count }, (_, index) => index).filter(
		(index) => !shards.some(({ shard }) => shard.index === index),
	);
	if (missing.length > 0) {
		const names = missing.slice(0, 8).map((index) => `${index}/${count}`);
		throw refused("merge", `shards ${names.join(", ")}${missing.length > 8 ? ", …" : ""} are missing`);
	}
	return Array.from({ length: folders.size }, (_, part) => {
		const folder = folders.get(part);
		if (folder === undefined)
			throw refused("merge", `no shard holds part ${part}: the data changed between them`);
		return folder;
	});
}

async function assertFree(out: string, folders: readonly string[], request: string): Promise<void> {
	if (folders.some((folder) => resolve(folder) === resolve(out))) {
		throw refused(out, "is one of the shards; give another folder");
	}
	const state = await readState(out);
	if (state === undefined || (state.request === request && state.shard === undefined)) return;
	throw refused(out, "it holds another profile; give another folder, or remove this one");
}

/** Makes `to` the same file as `from`, or a copy of it. */
async function place(from: string, to: string): Promise<void> {
	const beside = `${to}.part`;
	try {
		await rm(beside, { force: true });
		await link(from, beside).catch(() => copyFile(from, beside));
		await rename(beside, to);
		// Renaming a link over another link to the same file leaves both.
		await rm(beside, { force: true });
	} catch (error) {
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new OnevisionError(
			code === "ENOENT" ? "unreadable-file" : "unwritable-file",
			`${from}: cannot be copied to ${to} (${code})`,
		);
	}
}

function refused(what: string, why: string): OnevisionError {
	return new OnevisionError("invalid-input", `${what}: ${why}`);
}
