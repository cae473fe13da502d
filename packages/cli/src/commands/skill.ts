/** `onevision skill`: the planner as an agent skill. */

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { asset } from "../assets.ts";
import { assertFolderPlace, writeOutput } from "../output/place.ts";
import type { Terminal } from "../terminal.ts";

/** File name that the lesson prescribes. */
const FILE_NAME = "skill-onevision-budget-planner.md";

export async function printSkill(
	terminal: Terminal,
	options: { readonly out?: string; readonly json?: boolean },
): Promise<void> {
	const text = await readFile(asset("skills/onevision-budget-planner/SKILL.md"), "utf8");
	if (options.out === undefined) {
		await terminal.out(options.json ? `${JSON.stringify({ name: FILE_NAME, text })}\n` : text);
		return;
	}
	await assertFolderPlace(terminal, options.out);
	await writeOutput(terminal, join(options.out, FILE_NAME), [new TextEncoder().encode(text)]);
	const file = resolve(terminal.cwd, options.out, FILE_NAME);
	await terminal.out(
		options.json ? `${JSON.stringify({ written: [file] })}\n` : `wrote ${join(options.out, FILE_NAME)}\n`,
	);
}
