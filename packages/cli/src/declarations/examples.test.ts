/** Every help text ends with examples, and every example runs. */

import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FAMILY_IDS, familyById } from "@onevision/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";
import { EXAMPLES } from "./examples.ts";

const media = (name: string): string =>
	fileURLToPath(new URL(`../../../../examples/${name}`, import.meta.url));
let cwd = "";
beforeAll(async () => {
	cwd = mkdtempSync(join(tmpdir(), "onevision-examples-"));
	copyFileSync(media("media/harbour.jpg"), join(cwd, "photo.jpg"));
	copyFileSync(media("media/delivery.mp4"), join(cwd, "clip.mp4"));
	for (const name of ["before.png", "after.png"]) copyFileSync(media("media/chart.png"), join(cwd, name));
	mkdirSync(join(cwd, "photos"));
	for (const name of ["stairs.jpg", "market.jpg"]) {
		copyFileSync(media(`media/${name}`), join(cwd, "photos", name));
	}
	const snapshot = "../../../model/src/families/llava-onevision/fixtures/onevision";
	cpSync(fileURLToPath(new URL(snapshot, import.meta.url)), join(cwd, "model"), { recursive: true });
	const body = { model: "gpt-4o", messages: [{ role: "user", content: "What is on the plate?" }] };
	writeFileSync(join(cwd, "request.json"), JSON.stringify(body));
	const conversations = [
		{ from: "human", value: "<image>\nWhat is moored there?" },
		{ from: "gpt", value: "A ferry." },
	];
	const sample = { id: "1", image: "photo.jpg", conversations };
	writeFileSync(join(cwd, "conversations.json"), JSON.stringify([sample]));
	writeFileSync(join(cwd, "gateway.yaml"), "models:\n  llava:\n    model: llava-onevision-qwen2-7b-ov\n");
	const image = { kind: "image", width: 640, height: 480 };
	writeFileSync(join(cwd, "samples.jsonl"), `${JSON.stringify({ media: [image] })}\n`);
	await runInMemory(["profile", "conversations.json", "--out", "profile"], { cwd });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Splits a line into words as a shell does, up to a redirection. */
function words(line: string): string[] {
	const [command = ""] = line.split(" > ");
	return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

const lines = Object.values(EXAMPLES).flatMap((examples) => examples.map(({ line }) => line));

test.each(lines)("%s", async (line) => {
	const [program, ...args] = words(line);
	expect(program).toBe("onevision");
	// A server's own port may be taken.
	const free = args[0] === "serve" ? [...args, "--port", "0"] : args;
	const { status, err } = await runInMemory(free, { cwd });
	expect([status, err.includes("onevision:")]).toEqual([0, false]);
});

test("every command's help ends with its examples, within 80 columns", async () => {
	const { out } = await runInMemory(["--help"], { cwd });
	const commands = [...out.matchAll(/^ {2}([a-z]+)(?= \[| {2})/gm)]
		.map(([, name]) => name ?? "")
		.filter((name) => name !== "help");
	expect(["onevision", ...commands].toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
	for (const name of commands) {
		const help = (await runInMemory([name, "--help"], { cwd })).out;
		const last = EXAMPLES[name]?.at(-1)?.line ?? "";
		expect(help.trimEnd().endsWith(last), name).toBe(true);
	}
	for (const line of lines) expect(`  ${line}`.length).toBeLessThanOrEqual(80);
});

test("--parity names every reference that a family can follow", async () => {
	const help = (await runInMemory(["count", "--help"], { cwd })).out.replaceAll(/\s+/g, " ");
	const known = new Set(FAMILY_IDS.flatMap((id) => [...familyById(id).parities]));
	for (const name of known) expect(help).toContain(name);
});
