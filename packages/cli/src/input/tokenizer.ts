/** A model's own tokenizer from its `tokenizer.json`, to count the text around media. */

import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { OnevisionError } from "@onevision/base";
import type { Terminal } from "../terminal.ts";

/** Largest tokenizer.json read, bytes; vocabularies of 260,000 entries take about 35 MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Counts tokens of a text without special tokens around it. `file` may be a folder that holds a tokenizer.json. */
export async function readTokenizer(terminal: Terminal, file: string): Promise<(text: string) => number> {
	const given = resolve(terminal.cwd, file);
	try {
		const path = (await stat(given)).isDirectory() ? join(given, "tokenizer.json") : given;
		if ((await stat(path)).size > MAX_BYTES) throw new Error("larger than 256 MiB");
		const tokenizer = new Tokenizer(JSON.parse(await readFile(path, "utf8")), {});
		const countTokens = (text: string): number =>
			tokenizer.encode(text, { add_special_tokens: false }).ids.length;
		countTokens("<0.5 seconds>");
		return countTokens;
	} catch (error) {
		const why = (error as Error).message.split("\n")[0];
		throw new OnevisionError(
			"unreadable-file",
			`--tokenizer ${file}: no usable tokenizer.json: ${why}; give the file from the model's repository`,
		);
	}
}
