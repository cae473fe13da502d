/** Answers as JSON Lines, appended one by one: what a stopped run has written is kept, and not asked again. */

import { createReadStream } from "node:fs";
import { type FileHandle, open, stat, truncate } from "node:fs/promises";
import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { readLines } from "@onevision/media";
import type { Terminal } from "../terminal.ts";
import { assertFilePlace } from "./place.ts";

export class AnswersFile {
	readonly #file: FileHandle;
	#last: Promise<void> = Promise.resolve();
	/** Ids that the file held when it was opened. */
	readonly done: ReadonlySet<string>;

	private constructor(file: FileHandle, done: ReadonlySet<string>) {
		this.#file = file;
		this.done = done;
	}

	/**
	 * Opens or makes the file. Throws `unwritable-file`, and `invalid-input` where it holds anything but answers of `model`
	 * to be gone on with.
	 */
	static async open(terminal: Terminal, out: string, model: string): Promise<AnswersFile> {
		await assertFilePlace(terminal, out);
		const path = resolve(terminal.cwd, out);
		const done = await readDone(path, out, model);
		return new AnswersFile(await open(path, "a"), done);
	}

	/** Lines are whole and in the order of the calls. */
	append(answer: object): Promise<void> {
		const written = this.#last.then(() => this.#file.appendFile(`${JSON.stringify(answer)}\n`));
		this.#last = written.catch(() => undefined);
		return written;
	}

	close(): Promise<void> {
		return this.#file.close();
	}
}

/** The ids in a file, which loses a last line that was not finished. */
async function readDone(path: string, out: string, model: string): Promise<ReadonlySet<string>> {
	const done = new Set<string>();
	const found = await stat(path).catch(() => undefined);
	if (found === undefined) return done;
	let whole = 0;
	for await (const { number, text } of readLines(createReadStream(path))) {
		const next = whole + Buffer.byteLength(text ?? "") + 1;
		const answer = parsed(text);
		if (answer === undefined) {
			if (next > found.size) break;
			throw new OnevisionError(
				"invalid-input",
				`--out ${out}: line ${number} is no answer of onevision run; give the name of a new file`,
			);
		}
		if (answer.model !== model) {
			throw new OnevisionError(
				"invalid-input",
				`--out ${out}: holds answers of ${JSON.stringify(answer.model).slice(0, 80)}, this is ${JSON.stringify(model)}; give the name of a new file`,
			);
		}
		if (next > found.size) break;
		done.add(answer.id);
		whole = next;
	}
	if (whole < found.size) await truncate(path, whole);
	return done;
}

function parsed(text: string | undefined): { readonly id: string; readonly model: unknown } | undefined {
	try {
		const value: unknown = JSON.parse(text ?? "");
		if (typeof value !== "object" || value === null || !("id" in value) || !("answer" in value))
			return undefined;
		return typeof value.id === "string"
			? { id: value.id, model: "model" in value ? value.model : undefined }
			: undefined;
	} catch {
		return undefined;
	}
}
