/** Reads tokenizers from files. */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { type CountText, createTextCounter } from "./tokenizer.ts";

/** Largest tokenizer.json read, bytes; vocabularies of 260,000 entries take about 35 MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Counts text with a `tokenizer.json`, given directly or by its folder; `label` is its name in messages. Throws
 * `unreadable-file`.
 */
export async function readTokenizerFile(file: string, label = file): Promise<CountText> {
	try {
		const path = (await stat(file)).isDirectory() ? join(file, "tokenizer.json") : file;
		if ((await stat(path)).size > MAX_BYTES) throw new Error("larger than 256 MiB");
		return createTextCounter(JSON.parse(await readFile(path, "utf8")));
	} catch (error) {
		const why = (error as Error).message.split("\n")[0];
		throw new OnevisionError(
			"unreadable-file",
			`${label}: no usable tokenizer.json: ${why}; give the file from the model's repository`,
		);
	}
}
