/** Reads a plan.json. */

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import { assertPlan, type Plan } from "@onevision/core";
import type { Terminal } from "../terminal.ts";

/** Largest plan.json that is read, bytes. */
const MAX_PLAN_BYTES = 64 * 1024 * 1024;

/** Throws `over-limit`, `unreadable-file`, or `invalid-input` for a file that is no plan of this version. */
export async function readPlan(terminal: Terminal, path: string): Promise<Plan> {
	const absolute = resolve(terminal.cwd, path);
	let text: string;
	try {
		const { size } = await stat(absolute);
		if (size > MAX_PLAN_BYTES) {
			throw new OnevisionError("over-limit", `${path}: ${size} bytes, a plan is at most ${MAX_PLAN_BYTES}`);
		}
		text = await readFile(absolute, "utf8");
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unreadable-file", `${path}: ${code === "ENOENT" ? "no such file" : code}`);
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new OnevisionError(
			"invalid-input",
			`${path}: not JSON; give a plan.json written by --out or --json`,
		);
	}
	assertPlan(value, path);
	return value;
}
