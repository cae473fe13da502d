/**
 * A checkpoint from the configuration files of a Hugging Face snapshot, wherever they are kept. Only the JSON files that
 * say how media become tokens are read: no weights, no code.
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

/** Where the files of a snapshot are read from: a folder or a repository. */
export interface SnapshotSource {
	/** Its name in messages. */
	readonly label: string;
	/** The text of a file, undefined when there is none. */
	read(name: string): Promise<string | undefined>;
	/** The source of an adapter's base model, by the path or repository id that the adapter gives; undefined when not found. */
	findBase(base: string): Promise<SnapshotSource | undefined>;
}

/** What the files of a snapshot say. */
export interface Snapshot {
	readonly checkpoint: Checkpoint;
	/** Settings that differ from the family's defaults; a user's own settings override them. */
	readonly settings: Settings;
	/** What was assumed where files are missing, one sentence each. */
	readonly notes: readonly string[];
}

/** Largest file read, bytes; the largest config.json in use is far below 1 MiB. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * Reads a snapshot; `name` becomes part of the checkpoint's title. An adapter (adapter_config.json without config.json)
 * takes the missing files from its base. Throws `unreadable-file`, `over-limit`, or what the files are refused for.
 */
export async function readSnapshot(source: SnapshotSource, name: string): Promise<Snapshot> {
	const files = await readFiles(source);
	if (files["config.json"] !== undefined) return checkpointFromSnapshot(files, { name });
	const adapter = await readJson(source, ADAPTER_FILE);
	if (adapter === undefined) throw unreadable(source.label, "no config.json; is this a Hugging Face model?");
	return readAdapter(source, adapter, files, name);
}

/** The base is a source of its own (beside the adapter, in the folder it names, on the hub), else a known checkpoint. */
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

/** Every file of a snapshot that is there; config.json is undefined where it is not. */
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

/** A parsed file, undefined when there is none. */
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

/** The `over-limit` error of a file over `MAX_CONFIG_BYTES`. */
export function tooLarge(what: string): OnevisionError {
	return new OnevisionError(
		"over-limit",
		`${what}: larger than ${MAX_CONFIG_BYTES / 2 ** 20} MiB; no configuration file is`,
	);
}
