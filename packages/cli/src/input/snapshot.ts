/**
 * A model from the files of a Hugging Face snapshot: a folder on disk (`--config`) or a repository on the hub (`--hub`).
 * Only the JSON files that say how media become tokens are read; no weights, no code.
 */

import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
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
import type { Terminal } from "../terminal.ts";

export interface ModelOptions {
	readonly model: string;
	/** Folder of a snapshot. */
	readonly config?: string;
	/** Repository on the hub, `owner/name` or `owner/name@revision`. */
	readonly hub?: string;
}

/** A model to count with, and the settings its files ask for. */
export interface ResolvedModel {
	readonly model: Checkpoint | string;
	/** Settings of the snapshot that are not its family's defaults; what a user sets comes after them. */
	readonly settings: Settings;
}

/** How the hub is reached; tests bring their own. */
export interface HubAccess {
	readonly fetch?: typeof fetch;
	/** Default: the environment's HF_TOKEN. */
	readonly token?: string;
}

/** Largest file read, bytes; the largest config.json in use is far below 1 MiB. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Longest wait for one answer of the hub, milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * The model that a command line names: its snapshot if one is given, else the name as it is. Notes about the snapshot
 * go to standard error. Throws `invalid-input`, `unreadable-file`, `over-limit`, or what the files are refused for.
 */
export async function resolveModel(
	terminal: Terminal,
	{ model, config, hub }: ModelOptions,
	access: HubAccess = {},
): Promise<ResolvedModel> {
	if (config !== undefined && hub !== undefined) {
		throw new OnevisionError("invalid-input", "--config and --hub both name a model: give one of them");
	}
	if (config === undefined && hub === undefined) return { model, settings: {} };
	const place =
		config !== undefined
			? await folderPlace(resolve(terminal.cwd, config), config)
			: hubPlace(hub ?? "", access);
	const name = hub ?? basename(resolve(terminal.cwd, config ?? ""));
	const { notes, ...resolved } = await readPlace(place, name);
	for (const note of notes) terminal.err(`note: ${note}\n`);
	return resolved;
}

type Read = Omit<ResolvedModel, "model"> & { readonly model: Checkpoint; readonly notes: readonly string[] };

/** Where files are read from: a folder or a repository. */
interface Place {
	/** For messages: the option as it was given. */
	readonly where: string;
	/** The text of a file, undefined when there is none. */
	read(name: string): Promise<string | undefined>;
	/** Where the base of an adapter may be; undefined where nothing is. */
	base(named: string): Promise<Place | undefined>;
}

async function readPlace(place: Place, name: string): Promise<Read> {
	const files = await collect(place);
	if (files["config.json"] === undefined) {
		const adapter = await readJson(place, ADAPTER_FILE);
		if (adapter === undefined) throw unreadable(place.where, "no config.json; is this a Hugging Face model?");
		return readAdapter(place, adapter, files, name);
	}
	const { checkpoint, settings, notes } = checkpointFromSnapshot(files, { name });
	return { model: checkpoint, settings, notes };
}

/** An adapter has the files of its base: beside it, in a folder that it names, or in the table of models. */
async function readAdapter(
	place: Place,
	adapter: unknown,
	{ "config.json": _, ...own }: SnapshotFiles,
	name: string,
): Promise<Read> {
	const named = baseOfAdapter(adapter);
	const base = await place.base(named);
	const baseFiles = base === undefined ? undefined : await collect(base);
	if (base !== undefined && baseFiles?.["config.json"] !== undefined) {
		const files = adapterFiles(own, baseFiles);
		const { checkpoint, settings, notes } = checkpointFromSnapshot(files, { name });
		const note = `an adapter: config.json is that of its base, ${base.where}`;
		return { model: checkpoint, settings, notes: [note, ...notes] };
	}
	const known = checkpointFromAdapter(named, own, name);
	if (known !== undefined) {
		const { checkpoint: model, settings, notes } = known;
		return { model, settings, notes };
	}
	throw unreadable(
		place.where,
		`an adapter on ${JSON.stringify(named.slice(0, 200))}, which is no folder here and no model of the table; copy the base's config.json into the adapter's folder, or give the base with --config or --hub`,
	);
}

async function folderPlace(folder: string, given: string): Promise<Place> {
	const isFolder = await stat(folder).then(
		(found) => found.isDirectory(),
		(error: NodeJS.ErrnoException) => {
			throw unreadable(`--config ${given}`, error.code === "ENOENT" ? "no such folder" : error.code);
		},
	);
	if (!isFolder) throw unreadable(`--config ${given}`, "not a folder; give the one that holds config.json");
	return {
		where: `--config ${given}`,
		read: (name) => readFromFolder(join(folder, name), `${given}/${name}`),
		// A path of the machine it was trained on, or one beside the adapter's folder.
		base: async (named) => {
			for (const candidate of [resolve(folder, named), resolve(dirname(folder), named)]) {
				const found = candidate !== folder && (await stat(candidate).catch(() => undefined))?.isDirectory();
				if (found === true) return folderPlace(candidate, candidate);
			}
			return undefined;
		},
	};
}

/** The text of a file, undefined when there is none. Only regular files and links to them: a pipe would never end. */
async function readFromFolder(path: string, shown: string): Promise<string | undefined> {
	let file: FileHandle | undefined;
	try {
		if (!(await stat(path)).isFile()) throw unreadable(shown, "not a regular file");
		file = await open(path, "r");
		const { size } = await file.stat();
		if (size > MAX_BYTES) throw tooLarge(shown);
		return await file.readFile("utf8");
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return undefined;
		throw unreadable(shown, code);
	} finally {
		await file?.close();
	}
}

function hubPlace(given: string, access: HubAccess): Place {
	const [name = "", revision, ...more] = given.split("@");
	if (!isRepository(name) || more.length > 0 || revision === "") {
		throw new OnevisionError(
			"invalid-input",
			`--hub ${JSON.stringify(given.slice(0, 80))}: expected owner/name or owner/name@revision, e.g. llava-hf/llava-1.5-7b-hf`,
		);
	}
	const token = access.token ?? process.env.HF_TOKEN;
	const get = access.fetch ?? fetch;
	const read = async (path: string): Promise<string | undefined> => {
		const { downloadFile } = await import("@huggingface/hub");
		const blob = await downloadFile({
			repo: { type: "model", name },
			path,
			...(revision === undefined ? {} : { revision }),
			...(token === undefined || token === "" ? {} : { accessToken: token }),
			fetch: (input, init) => get(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }),
			xet: false,
		});
		if (blob === null) return undefined;
		if (blob.size > MAX_BYTES) throw tooLarge(`--hub ${given} ${path}`);
		return blob.text();
	};
	return {
		where: `--hub ${given}`,
		read: (path) => read(path).catch((error: unknown) => refuseHub(given, token, error)),
		// A path of the machine it was trained on is no repository.
		base: async (named) => (isRepository(named) ? hubPlace(named, access) : undefined),
	};
}

function isRepository(named: string): boolean {
	const parts = named.split("/");
	return parts.length === 2 && parts.every((part) => /^[\w.-]{1,96}$/.test(part) && !/^\.+$/.test(part));
}

/** One line for whatever went wrong between here and the hub. */
function refuseHub(given: string, token: string | undefined, error: unknown): never {
	if (error instanceof OnevisionError) throw error;
	const status = error instanceof Error && "statusCode" in error ? Number(error.statusCode) : undefined;
	if (status === 401 || status === 403 || status === 404) {
		const what = "no such model or revision, or it is private or gated";
		throw unreadable(
			`--hub ${given}`,
			token ? `${what}; HF_TOKEN gives no access to it` : `${what}; set HF_TOKEN for those`,
		);
	}
	if (status !== undefined) throw unreadable(`--hub ${given}`, `the hub answered ${status}; try again later`);
	throw unreadable(
		`--hub ${given}`,
		"the hub cannot be reached; download config.json and the processor files and give their folder with --config",
	);
}

/** Every file of a snapshot that is there; config.json is undefined where it is not. */
async function collect(place: Place): Promise<SnapshotFiles> {
	const entries: [SnapshotFile, unknown][] = [];
	for (const name of SNAPSHOT_FILES) {
		const content = await readJson(place, name);
		if (content !== undefined) entries.push([name, content]);
	}
	const files: Partial<Record<SnapshotFile, unknown>> = Object.fromEntries(entries);
	const { "config.json": config, ...others }: Partial<SnapshotFiles> & ProcessorFiles = files;
	return { "config.json": config, ...others };
}

/** A parsed file, undefined when there is none. */
async function readJson({ where, read }: Place, name: string): Promise<unknown> {
	const text = await read(name);
	if (text === undefined) return undefined;
	if (text.length > MAX_BYTES) throw tooLarge(`${where} ${name}`);
	try {
		return JSON.parse(text);
	} catch {
		throw unreadable(`${where} ${name}`, "not JSON");
	}
}

function unreadable(where: string, why: string | undefined): OnevisionError {
	return new OnevisionError("unreadable-file", `${where}: ${why ?? "cannot be read"}`);
}

function tooLarge(where: string): OnevisionError {
	return new OnevisionError(
		"over-limit",
		`${where}: larger than ${MAX_BYTES / 2 ** 20} MiB; no file of a snapshot's configuration is`,
	);
}
