/** `onevision skill`: the planner as an agent skill. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OnevisionError } from "@onevision/core";
import { asset } from "../assets.ts";
import type { Terminal } from "../terminal.ts";

/** The name the lesson gives the file. */
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
	const folder = resolve(terminal.cwd, options.out);
	const file = join(folder, FILE_NAME);
	try {
		await mkdir(folder, { recursive: true });
		await writeFile(file, text);
	} catch (error) {
		throw new OnevisionError(
			"unreadable-file",
			`--out ${options.out}: ${(error as Error).message}; give a folder that can be written`,
		);
	}
	await terminal.out(
		options.json ? `${JSON.stringify({ written: [file] })}\n` : `wrote ${join(options.out, FILE_NAME)}\n`,
	);
}
