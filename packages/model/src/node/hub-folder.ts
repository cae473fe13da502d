/**
 * Downloads a snapshot with its weights from the Hugging Face Hub into the cache that Python's huggingface_hub keeps: what
 * either has there is not fetched again. Files come in ranges, so that a download that was stopped goes on where it stopped;
 * a file takes its place when it is whole, and weights only with the hash that the hub names.
 */

import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, statfs, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { formatBytes, OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { type HubAccess, hubError, parseRepository } from "../hub.ts";

export interface DownloadOptions extends HubAccess {
	/** Address of the hub (default: `HF_ENDPOINT`, else huggingface.co). */
	readonly url?: string;
	/** Default: the cache of huggingface_hub, by `HF_HUB_CACHE`, `HF_HOME` or `XDG_CACHE_HOME`. */
	readonly cacheFolder?: string;
	/** Called with the bytes that are there and those of the whole snapshot. */
	readonly onProgress?: (done: number, total: number) => void;
	readonly signal?: AbortSignal;
	/** Bytes of a range (default 16 MiB). */
	readonly piece?: number;
}

/** Bytes of a range. */
const PIECE = 16 * 2 ** 20;
/** Milliseconds that one answer may take. */
const TIMEOUT = 120_000;
/** Times a range is asked for. */
const TRIES = 3;
/** Most files of a snapshot. */
const MAX_FILES = 4096;

/** A file to download. */
interface HubFile {
	readonly path: string;
	readonly size: number;
	/** Name of the file's content in the cache: its git hash, or SHA-256 for files in LFS. */
	readonly oid: string;
	readonly sha256?: string;
}

/**
 * The folder of a repository's snapshot, `owner/name` or `owner/name@revision`, downloaded where it is not there. Without the
 * hub, the revision that was downloaded last. Throws `invalid-input` for other names, `unreadable-file` when the hub cannot be
 * reached or sends something else than it announced, `over-limit` when the disk has no room, and the signal's reason.
 */
export async function downloadSnapshot(repository: string, options: DownloadOptions = {}): Promise<string> {
	const { name, revision = "main" } = parseRepository(repository);
	// It becomes a path in the cache.
	if (!revision.split("/").every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part))) {
		throw new OnevisionError("invalid-input", `${repository.slice(0, 120)}: no name of a revision`);
	}
	const root = join(options.cacheFolder ?? hubCache(), `models--${name.replace("/", "--")}`);
	const hub = hubOf(name, options);
	try {
		const commit = await hub.commit(revision);
		const files = await hub.files(commit);
		await fetchAll(root, commit, files, hub, options);
		await write(join(root, "refs", ...revision.split("/")), commit);
		return join(root, "snapshots", commit);
	} catch (error) {
		options.signal?.throwIfAborted();
		if (error instanceof OnevisionError) throw error;
		const known = await downloadedBefore(root, revision);
		if (known !== undefined && !("statusCode" in (error as object))) return known;
		throw hubError(repository, options.token ?? "", error);
	}
}

function hubCache(): string {
	const { HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
	const home = HF_HOME ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "huggingface");
	return HF_HUB_CACHE ?? join(home, "hub");
}

async function downloadedBefore(root: string, revision: string): Promise<string | undefined> {
	const commit = await readFile(join(root, "refs", ...revision.split("/")), "utf8").catch(() => revision);
	const folder = join(root, "snapshots", commit.trim());
	const found = isHash(commit.trim()) && (await stat(join(folder, "config.json")).catch(() => undefined));
	return found ? folder : undefined;
}

interface Hub {
	/** The commit that a revision stands for. */
	commit(revision: string): Promise<string>;
	/** The files of a snapshot that running it needs. */
	files(commit: string): Promise<readonly HubFile[]>;
	range(path: string, commit: string, start: number, end: number): Promise<Uint8Array>;
}

function hubOf(name: string, { url, token = "", signal, ...access }: DownloadOptions): Hub {
	const hubUrl = url ?? process.env.HF_ENDPOINT;
	const get = access.fetch ?? fetch;
	const common = {
		...(hubUrl === undefined ? {} : { hubUrl }),
		...(token === "" ? {} : { accessToken: token }),
		fetch: (input: Parameters<typeof fetch>[0], init?: RequestInit) => {
			const limits = [AbortSignal.timeout(TIMEOUT), ...(signal === undefined ? [] : [signal])];
			return get(input, { ...init, signal: AbortSignal.any(limits) });
		},
	};
	const repo = { type: "model", name } as const;
	const blobs = new Map<string, Promise<Blob>>();
	return {
		commit: async (revision) => {
			const { modelInfo } = await import("@huggingface/hub");
			const { sha } = await modelInfo({ ...common, name, revision, additionalFields: ["sha"] });
			if (typeof sha !== "string" || !isHash(sha)) throw strange(name, "no commit");
			return sha;
		},
		files: async (revision) => {
			const { listFiles } = await import("@huggingface/hub");
			const found: HubFile[] = [];
			for await (const { type, path, size, oid, lfs } of listFiles({ ...common, repo, revision })) {
				if (type !== "file" || !isNeeded(path)) continue;
				const key = lfs?.oid ?? oid ?? "";
				const bytes = lfs?.size ?? size;
				if (!isHash(key) || !Number.isSafeInteger(bytes) || bytes < 0)
					throw strange(name, `${path} without a hash`);
				found.push({ path, size: bytes, oid: key, ...(lfs === undefined ? {} : { sha256: lfs.oid }) });
				if (found.length > MAX_FILES) throw strange(name, `more than ${MAX_FILES} files`);
			}
			return withoutOtherWeights(found);
		},
		range: async (path, revision, start, end) => {
			const { downloadFile } = await import("@huggingface/hub");
			const open = async (): Promise<Blob> => {
				const blob = await downloadFile({ ...common, repo, path, revision, xet: false });
				if (blob === null) throw strange(name, `no ${path}`);
				return blob;
			};
			const blob = blobs.get(path) ?? open();
			blobs.set(path, blob);
			try {
				return new Uint8Array(await (await blob).slice(start, end).arrayBuffer());
			} catch (error) {
				// The address may have expired.
				blobs.delete(path);
				throw error;
			}
		},
	};
}

/** Configuration, tokenizer, template and weights lie at the top of a repository. */
function isNeeded(path: string): boolean {
	return /^[\w][\w.-]*\.(json|jinja|safetensors)$/.test(path);
}

/** Some repositories have the weights twice, in the original's own file as well. */
function withoutOtherWeights(files: readonly HubFile[]): readonly HubFile[] {
	const isWeights = ({ path }: HubFile) => path.endsWith(".safetensors");
	const usual = files.filter(({ path }) => /^model(-\d+-of-\d+)?\.safetensors$/.test(path));
	return usual.length === 0 ? files : files.filter((file) => !isWeights(file) || usual.includes(file));
}

function isHash(text: string): boolean {
	return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function strange(name: string, what: string): OnevisionError {
	return new OnevisionError("unreadable-file", `${name}: the hub's answer is not understood: ${what}`);
}

async function fetchAll(
	root: string,
	commit: string,
	files: readonly HubFile[],
	hub: Hub,
	{ onProgress, signal, piece = PIECE }: DownloadOptions,
): Promise<void> {
	const blobs = join(root, "blobs");
	const folder = join(root, "snapshots", commit);
	await mkdir(blobs, { recursive: true });
	await mkdir(folder, { recursive: true });
	const there = await Promise.all(files.map(({ oid, size }) => bytesThere(join(blobs, oid), size)));
	let done = there.reduce((sum, bytes) => sum + bytes, 0);
	const total = files.reduce((sum, { size }) => sum + size, 0);
	await checkRoom(root, total - done);
	for (const file of files) {
		const path = join(blobs, file.oid);
		if (
			(await bytesThere(path, file.size)) < file.size ||
			(await stat(path).catch(() => undefined)) === undefined
		) {
			await fetchFile(
				path,
				file,
				piece,
				(start, end) => hub.range(file.path, commit, start, end),
				(bytes) => {
					done += bytes;
					onProgress?.(done, total);
					signal?.throwIfAborted();
				},
			);
		}
		await symlink(join("..", "..", "blobs", file.oid), join(folder, file.path)).catch(
			(error: NodeJS.ErrnoException) => {
				if (error.code !== "EEXIST") throw unwritable(join(folder, file.path), error);
			},
		);
	}
	onProgress?.(total, total);
}

/** Bytes of a file that were downloaded before. */
async function bytesThere(path: string, size: number): Promise<number> {
	const found =
		(await stat(path).catch(() => undefined)) ?? (await stat(partOf(path)).catch(() => undefined));
	return Math.min(size, found?.size ?? 0);
}

function partOf(path: string): string {
	return `${path}.incomplete`;
}

async function checkRoom(folder: string, bytes: number): Promise<void> {
	const { bavail, bsize } = await statfs(folder);
	if (bytes <= bavail * bsize) return;
	throw new OnevisionError(
		"over-limit",
		`${folder}: needs ${formatBytes(bytes)}, the disk has ${formatBytes(bavail * bsize)} left; free some, or name another cache in HF_HUB_CACHE`,
	);
}

/** Goes on behind what is there of the file. */
async function fetchFile(
	path: string,
	{ path: name, size, sha256 }: HubFile,
	piece: number,
	range: (start: number, end: number) => Promise<Uint8Array>,
	report: (bytes: number) => void,
): Promise<void> {
	const part = partOf(path);
	const hash = createHash("sha256");
	const file = await open(part, "a+").catch((error) => Promise.reject(unwritable(part, error)));
	try {
		let at = await hashed(file, hash);
		if (at > size) at = -1;
		while (at >= 0 && at < size) {
			const bytes = await tried(() => range(at, Math.min(at + piece, size)));
			if (bytes.length === 0 || at + bytes.length > size) break;
			await file.appendFile(bytes);
			hash.update(bytes);
			at += bytes.length;
			report(bytes.length);
		}
		await file.sync();
		if (at !== size || (sha256 !== undefined && hash.digest("hex") !== sha256)) {
			await rm(part, { force: true });
			throw new OnevisionError("unreadable-file", `${name}: arrived damaged; run it again`);
		}
	} finally {
		await file.close();
	}
	await rename(part, path);
}

/** Hashes what a file has; returns its size. */
async function hashed(file: FileHandle, hash: ReturnType<typeof createHash>): Promise<number> {
	const buffer = new Uint8Array(2 ** 20);
	for (let at = 0; ; ) {
		const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
		if (bytesRead === 0) return at;
		hash.update(buffer.subarray(0, bytesRead));
		at += bytesRead;
	}
}

async function tried<T>(act: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await act();
		} catch (error) {
			if (attempt === TRIES || error instanceof OnevisionError) throw error;
		}
	}
}

async function write(path: string, text: string): Promise<void> {
	await mkdir(join(path, ".."), { recursive: true });
	await writeAtomically(path, [new TextEncoder().encode(text)]);
}

function unwritable(path: string, error: unknown): OnevisionError {
	const { code = "unknown" } = error as NodeJS.ErrnoException;
	return new OnevisionError("unwritable-file", `${path}: cannot be written (${code})`);
}
