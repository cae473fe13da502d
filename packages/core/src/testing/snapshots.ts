/** Reads snapshots of released checkpoints for tests, and helpers to modify them. */

import { readFileSync } from "node:fs";
import { checkpointFromSnapshot, type SnapshotFiles } from "../snapshot/index.ts";

/** Files by name, each as an object of keys. */
export type Files = Record<string, Record<string, unknown>>;

export const fixture = (name: string): Files =>
	JSON.parse(readFileSync(new URL(`../snapshot/fixtures/${name}.json`, import.meta.url), "utf8")) as Files;

export const read = (files: Files) => checkpointFromSnapshot(files as unknown as SnapshotFiles);

/** The files with some keys of one of them replaced. A value of undefined removes the key. */
export function changed(name: string, file: string, keys: Record<string, unknown>): Files {
	const files = fixture(name);
	const merged = { ...files[file], ...keys };
	const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
	return { ...files, [file]: kept };
}

export function without(name: string, file: string): Files {
	const { [file]: _, ...rest } = fixture(name);
	return rest;
}
