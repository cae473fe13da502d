/** Takes dropped or chosen files in: finds them in folders, reads their headers, lists them as they come. */

import { OnevisionError } from "@onevision/base";
import { batch } from "@preact/signals";
import { ask } from "../work/client.ts";
import type { HeaderAnswer } from "../work/protocol.ts";
import { addEntries, type Entry, type LeftOutFile, leftOut, nextId, reading } from "./entries.ts";

/** Most files of one drop. More are left out, and said. */
const MAX_FILES = 10_000;

/** Files of one question to the worker. Handing a file over takes up to a millisecond, in which nothing is drawn. */
const FILES_PER_QUESTION = 12;
/** Questions under way, so that the worker has always one to go on with. */
const QUESTIONS = 3;
/** Files that were read are listed this often, ms. */
const LISTED_EVERY_MS = 150;

/** Files that no person means when they drop a folder. */
const HIDDEN = /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/;

/** Reads files into entries. Files that cannot be counted are listed with their reason; the rest goes on. */
export async function takeIn(found: readonly File[]): Promise<void> {
	const visible = found.filter((file) => !HIDDEN.test(pathOf(file)));
	const files = visible.slice(0, MAX_FILES);
	if (visible.length > MAX_FILES) {
		report([
			{
				name: `${visible.length - MAX_FILES} more files`,
				message: `one drop takes ${MAX_FILES} files; profile larger sets with onevision profile`,
			},
		]);
	}
	if (files.length === 0) return;
	const before = reading.value ?? { done: 0, of: 0 };
	reading.value = { done: before.done, of: before.of + files.length };
	let read: ReadFile[] = [];
	let listed = performance.now();
	const list = (): void => {
		take(read);
		read = [];
		listed = performance.now();
	};
	for await (const part of headersOf(files)) {
		read.push(...part);
		if (performance.now() - listed > LISTED_EVERY_MS) list();
	}
	list();
	const { done, of } = reading.value ?? { done: 0, of: 0 };
	reading.value = done >= of ? undefined : { done, of };
}

type ReadFile = readonly [file: File, answer: HeaderAnswer];

/** Files with their headers, in their order, a few at a time. A worker that stops is said of its files. */
async function* headersOf(files: readonly File[]): AsyncGenerator<readonly ReadFile[]> {
	const readPart = async (part: readonly File[]): Promise<readonly ReadFile[]> => {
		const answers = await ask("headers", { files: part }).catch((error: unknown) => {
			const message = error instanceof Error ? error.message : String(error);
			return part.map(() => ({ message }));
		});
		return part.flatMap((file, index) => {
			const answer = answers[index];
			return answer === undefined ? [] : [[file, answer] as const];
		});
	};
	const underWay: Promise<readonly ReadFile[]>[] = [];
	for (let from = 0; from < files.length; from += FILES_PER_QUESTION) {
		underWay.push(readPart(files.slice(from, from + FILES_PER_QUESTION)));
		if (underWay.length >= QUESTIONS) yield (await underWay.shift()) ?? [];
	}
	for (const part of underWay) yield await part;
}

function take(read: readonly ReadFile[]): void {
	const taken: Entry[] = [];
	const missed: LeftOutFile[] = [];
	for (const [file, answer] of read) {
		const name = pathOf(file);
		if ("message" in answer) missed.push({ name, message: answer.message });
		else {
			const source = { kind: "file", file } as const;
			taken.push({ id: nextId("file"), name, items: [{ name, facts: answer.facts, source }] });
		}
	}
	batch(() => {
		addEntries(taken);
		report(missed);
		const { done, of } = reading.value ?? { done: 0, of: read.length };
		reading.value = { done: done + read.length, of };
	});
}

function report(missed: readonly LeftOutFile[]): void {
	if (missed.length > 0) leftOut.value = [...leftOut.value, ...missed];
}

const paths = new WeakMap<File, string>();

function pathOf(file: File): string {
	const given = paths.get(file) ?? file.webkitRelativePath;
	return given === "" ? file.name : given;
}

/** Every file of a drop, folders walked. Call it in the event: the list of items is emptied afterwards. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
	const roots = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
	if (roots.length === 0) return [...transfer.files];
	const files: File[] = [];
	const queue = [...roots];
	while (queue.length > 0 && files.length <= MAX_FILES) {
		const entry = queue.shift();
		if (entry === undefined) break;
		if (entry.isFile) {
			const file = await fileOf(entry as FileSystemFileEntry);
			if (file !== undefined) files.push(file);
		} else if (entry.isDirectory) queue.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
	}
	return files;
}

function fileOf(entry: FileSystemFileEntry): Promise<File | undefined> {
	return new Promise((resolve) =>
		entry.file(
			(file) => {
				paths.set(file, entry.fullPath.replace(/^\//, ""));
				resolve(file);
			},
			() => {
				report([{ name: entry.fullPath, message: "cannot be opened; check its permissions" }]);
				resolve(undefined);
			},
		),
	);
}

/** A folder is read in parts of at most 100 entries. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
	const reader = folder.createReader();
	const all: FileSystemEntry[] = [];
	for (;;) {
		const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
			reader.readEntries(resolve, reject),
		).catch(() => {
			report([{ name: folder.fullPath, message: "cannot be listed; check its permissions" }]);
			return [];
		});
		if (part.length === 0 || all.length > MAX_FILES) return all;
		all.push(...part);
	}
}

/** The bytes of an item: of a dropped file, or of an example file beside the page. */
export async function blobOf(
	source:
		| { readonly kind: "file"; readonly file: File }
		| { readonly kind: "example"; readonly path: string },
): Promise<Blob> {
	if (source.kind === "file") return source.file;
	const known = fetched.get(source.path);
	if (known !== undefined) return known;
	const loaded = load(source.path);
	fetched.set(source.path, loaded);
	loaded.catch(() => fetched.delete(source.path));
	return loaded;
}

const fetched = new Map<string, Promise<Blob>>();

async function load(path: string): Promise<Blob> {
	const response = await fetch(path).catch(() => undefined);
	if (response?.ok === true) return response.blob();
	throw new OnevisionError("unreadable-file", `${path}: could not be loaded; is the page's server running?`);
}
