/** Questions of `onevision run`: media and text from the command line, one for each file of a folder, or JSON Lines. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import * as schema from "@onevision/base/schema";
import { type FileLoading, type Line, readLines } from "@onevision/media";
import { readHeader } from "@onevision/media/node";
import type { Terminal } from "../terminal.ts";
import { readMedia, reportLeftOut } from "./media.ts";
import { shorten } from "./shorten.ts";

interface AskedFile {
	/** Absolute. */
	readonly path: string;
	readonly kind: "image" | "video";
}

export interface Question {
	readonly id: string;
	readonly text: string;
	readonly media: readonly AskedFile[];
}

/** A question, or why a line holds none. */
export type Asked = Question | { readonly id: string; readonly error: OnevisionError };

/**
 * The question that stands last, about everything before it; for a folder, about each of its files. Throws `invalid-input`
 * where there is no question, `unreadable-file` for a file that cannot be read.
 */
export async function questionsGiven(
	terminal: Terminal,
	given: readonly string[],
	loading: FileLoading,
): Promise<readonly Question[]> {
	const text = given.at(-1);
	const paths = given.slice(0, -1);
	if (text === undefined || text.trim() === "") {
		throw new OnevisionError(
			"invalid-input",
			'nothing to ask: onevision run photo.jpg "What is this?" -m FOLDER, or --jsonl FILE',
		);
	}
	if ((await stat(resolve(terminal.cwd, text)).catch(() => undefined)) !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			`${text} is a file, and the question comes last: onevision run ${text} "What is this?" -m FOLDER`,
		);
	}
	if (paths.length === 0) return [{ id: "1", text, media: [] }];
	const { files, leftOut } = await readMedia(terminal, paths, loading, true);
	const media = files.map(({ path, header }): AskedFile => ({ path, kind: header.kind }));
	const absolute = paths.map((path) => resolve(terminal.cwd, path));
	const refused = leftOut.find(({ path }) => absolute.includes(path));
	if (refused !== undefined) throw new OnevisionError("unreadable-file", refused.message);
	reportLeftOut(terminal, leftOut);
	const isFolder = media.some(({ path }) => !absolute.includes(path));
	if (!isFolder) return [{ id: "1", text, media }];
	return media.map((file) => ({ id: shorten(terminal.cwd, file.path), text, media: [file] }));
}

const questionLine = schema.object("A question", {
	id: schema.optional(schema.text("Name of the question", 10_000)),
	media: schema.optional(
		schema.list("Paths of its images and videos", schema.text("A path", 10_000), { min: 0, max: 1000 }),
	),
	question: schema.multiline("The question", 1_000_000),
});

/** Questions of a JSON Lines file, read as they are asked; paths start from its folder. */
export async function* questionsOfLines(terminal: Terminal, file: string): AsyncGenerator<Asked> {
	const path = resolve(terminal.cwd, file);
	const folder = file === "-" ? terminal.cwd : dirname(path);
	const chunks = file === "-" ? terminal.input() : createReadStream(path);
	try {
		for await (const line of readLines(chunks)) {
			if (line.text?.trim() !== "") yield await questionOf(line, folder);
		}
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (error instanceof OnevisionError || code === undefined) throw error;
		throw new OnevisionError(
			"unreadable-file",
			`--jsonl ${file}: ${code}; give a file that can be read, or - for standard input`,
		);
	}
}

/** Questions without an id are named by their line. */
async function questionOf({ number, text }: Line, folder: string): Promise<Asked> {
	let id = `line ${number}`;
	try {
		if (text === undefined) throw new OnevisionError("over-limit", "longer than 16 MiB");
		const parsed = questionLine.parse(parseJson(text), "");
		id = parsed.id ?? id;
		const media: AskedFile[] = [];
		for (const name of parsed.media ?? []) {
			const path = resolve(folder, name);
			media.push({ path, kind: (await readHeader(path)).kind });
		}
		return { id, text: parsed.question, media };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return { id, error };
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new OnevisionError("invalid-input", "not JSON");
	}
}
