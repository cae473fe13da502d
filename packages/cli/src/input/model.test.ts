/** Options that name a model. The model package tests reading the files. */

import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import picocolors from "picocolors";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Terminal } from "../terminal.ts";
import { resolveModel } from "./model.ts";

let cwd = "";
beforeAll(async () => {
	cwd = await mkdtemp(join(tmpdir(), "onevision-model-"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

function makeTerminal(): { readonly terminal: Terminal } {
	const terminal: Terminal = {
		out: async () => {},
		err: () => undefined,
		notes: [],
		untilStopped: async () => undefined,
		input: async function* () {},
		colors: picocolors.createColors(false),
		showsProgress: false,
		columns: 80,
		cwd,
	};
	return { terminal };
}

test("without a snapshot the name stays a name", async () => {
	const { terminal } = makeTerminal();
	const resolved = await resolveModel(terminal, { model: "qwen2-vl-7b" });
	expect(resolved).toEqual({ model: "qwen2-vl-7b", settings: {} });
});

test("a folder becomes a checkpoint with notes", async () => {
	const fixture = new URL("../../../core/src/snapshot/fixtures/Qwen2-VL-7B-Instruct.json", import.meta.url);
	const files = JSON.parse(readFileSync(fixture, "utf8")) as Record<string, unknown>;
	await mkdir(join(cwd, "tuned"));
	for (const [name, content] of Object.entries(files)) {
		await writeFile(join(cwd, "tuned", name), JSON.stringify(content));
	}
	const { terminal } = makeTerminal();
	const { model } = await resolveModel(terminal, { model: "llava", config: "tuned" });
	expect(model).toMatchObject({ family: "qwen-vl", title: "tuned (Qwen-VL (2, 2.5, 3, 3.5))" });
	expect(terminal.notes[0]).toMatch(/^note: no file for the video processor/);
});

test("options that cannot be followed are refused with one line", async () => {
	const { terminal } = makeTerminal();
	const refusal = (options: { readonly config?: string; readonly hub?: string }) =>
		resolveModel(terminal, { model: "llava", ...options }).catch((error: unknown) => error);
	expect(await refusal({ config: "nowhere" })).toEqual(
		new OnevisionError("unreadable-file", "--config nowhere: no such folder"),
	);
	expect(await refusal({ config: "a", hub: "a/b" })).toEqual(
		new OnevisionError("invalid-input", "--config and --hub both name a model: give one of them"),
	);
});
