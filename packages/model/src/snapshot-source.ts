/**
 * Builds a checkpoint from the configuration files of a Hugging Face snapshot, wherever they are stored. Reads only
 * the JSON files that determine how media become tokens: no weights, no code.
 */

import { OnevisionError } from "@onevision/base";
import {
	ADAPTER_FILE,
	adapterFiles,
	baseOfAdapter,
	type Checkpoint,
	checkpointFromAdapter,
	checkpointFromSnapshot,
	type ProcessorFiles,
	type Settings,
	SNAPSHOT_FILES,
	type SnapshotFile,
	type SnapshotFiles,
} from "@onevision/core";

/** Source of a snapshot's files: a folder or a repository. */
export interface SnapshotSource {
	/** Its name in messages. */
	readonly label: string;
	/** The text of a file, undefined if there is none. */
	read(name: string): Promise<string | undefined>;
	/** The source of an adapter's base model, by the path or repository id in the adapter; undefined if not found. */
	findBase(base: string): Promise<SnapshotSource | undefined>;
}

/** The contents of a snapshot's files. */
export interface Snapshot {
	readonly checkpoint: Checkpoint;
	/** Settings that differ from the family's defaults; a user's own settings override them. */
	readonly settings: Settings;
	/** Assumptions made where files are missing, one sentence each. */
	readonly notes: readonly string[];
}

/** Largest file read, bytes; every config.json in use is far below 1 MiB. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * Reads a snapshot; `name` becomes part of the checkpoint's title. An adapter (adapter_config.json without
 * config.json) takes the missing files from its base model. Throws `unreadable-file`, `over-limit`, or the error for
 * which the files are rejected.
 */
export async function readSnapshot(source: SnapshotSource, name: string): Promise<Snapshot> {
	const files = await readFiles(source);
	if (files["config.json"] !== undefined) return checkpointFromSnapshot(files, { name });
	const adapter = await readJson(source, ADAPTER_FILE);
	if (adapter === undefined) throw unreadable(source.label, "no config.json; is this a Hugging Face model?");
	return readAdapter(source, adapter, files, name);
}

/**
 * The base model is a separate source (next to the adapter, in the folder it names, or on the Hub) or else a known
 * checkpoint.
 */
async function readAdapter(
	source: SnapshotSource,
	adapter: unknown,
	{ "config.json": _, ...own }: SnapshotFiles,
	name: string,
): Promise<Snapshot> {
	const named = baseOfAdapter(adapter);
	const base = await source.findBase(named);
	const baseFiles = base === undefined ? undefined : await readFiles(base);
	if (base !== undefined && baseFiles?.["config.json"] !== undefined) {
		const { notes, ...read } = checkpointFromSnapshot(adapterFiles(own, baseFiles), { name });
		return { ...read, notes: [`an adapter: config.json is that of its base, ${base.label}`, ...notes] };
	}
	const known = checkpointFromAdapter(named, own, name);
	if (known !== undefined) return known;
	throw unreadable(
		source.label,
		`an adapter on ${JSON.stringify(named.slice(0, 200))}, which is no folder here and no known model; copy the base's config.json into the adapter's folder, or give the base instead`,
	);
}

/** All files of a snapshot that exist; config.json is undefined if it does not. */
async function readFiles(source: SnapshotSource): Promise<SnapshotFiles> {
	const entries: [SnapshotFile, unknown][] = [];
	for (const name of SNAPSHOT_FILES) {
		const content = await readJson(source, name);
		if (content !== undefined) entries.push([name, content]);
	}
	const files: Partial<Record<SnapshotFile, unknown>> = Object.fromEntries(entries);
	const { "config.json": config, ...others }: Partial<SnapshotFiles> & ProcessorFiles = files;
	return { "config.json": config, ...others };
}

/** A parsed file, undefined if there is none. */
async function readJson(source: SnapshotSource, name: string): Promise<unknown> {
	const text = await source.read(name);
	if (text === undefined) return undefined;
	if (text.length > MAX_CONFIG_BYTES) throw tooLarge(`${source.label} ${name}`);
	try {
		return JSON.parse(text);
	} catch {
		throw unreadable(`${source.label} ${name}`, "not JSON");
	}
}

/** An `unreadable-file` error. */
export function unreadable(what: string, why: string | undefined): OnevisionError {
	return new OnevisionError("unreadable-file", `${what}: ${why ?? "cannot be read"}`);
}

/** The `over-limit` error for a file over `MAX_CONFIG_BYTES`. */
export function tooLarge(what: string): OnevisionError {
	return new OnevisionError(
		"over-limit",
		`${what}: larger than ${MAX_CONFIG_BYTES / 2 ** 20} MiB; no configuration file is`,
	);
}
