/** `onevision run` on a tiny model: an answer with its numbers, folders and lines with resume, and what it refuses. */

import {
	appendFileSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const model = join(root, "packages/model/src/families/llava-onevision/fixtures/onevision");
const cwd = mkdtempSync(join(tmpdir(), "onevision-run-"));
beforeAll(() => {
	mkdirSync(join(cwd, "photos"));
	for (const name of ["harbour.jpg", "stairs.jpg"]) {
		copyFileSync(join(root, "examples/media", name), join(cwd, "photos", name));
	}
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const run = (...args: readonly string[]) =>
	runInMemory(["run", ...args, "-m", model, "--max-tokens", "4", "--threads", "1"], { cwd });
const lines = (text: string) =>
	text
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as Record<string, unknown>);

test("an answer, then its tokens, times and memory beside what was expected", async () => {
	const { status, out, err } = await run("photos/harbour.jpg", "What is it?");
	expect([status, err]).toEqual([0, ""]);
	const [answer = "", ...measured] = out.trim().split("\n");
	expect(answer.length).toBeGreaterThan(0);
	expect(measured.join(" ").replaceAll(/\s+/g, " ")).toMatch(
		/^41 visual tokens, \d+ prompt tokens, first token in .* \(expected .*\), .* tokens\/s \(expected .*\), .*B \(expected .*\)$/,
	);
});

test("a folder is asked file by file, and a stopped run goes on", async () => {
	const args = ["photos", "What is it?", "--out", "answers.jsonl"];
	expect((await run(...args)).out).toBe("2 answers written to answers.jsonl\n");
	const whole = readFileSync(join(cwd, "answers.jsonl"), "utf8");
	expect(lines(whole).map(({ id }) => id)).toEqual(["photos/harbour.jpg", "photos/stairs.jpg"]);
	const [first = ""] = whole.split("\n");
	writeFileSync(join(cwd, "answers.jsonl"), `${first}\n{"id":"photos/stairs.jpg","ans`);
	expect((await run(...args)).out).toBe("1 answers written to answers.jsonl, 1 were there\n");
	const resumed = lines(readFileSync(join(cwd, "answers.jsonl"), "utf8"));
	expect(resumed.map(({ answer }) => answer)).toEqual(lines(whole).map(({ answer }) => answer));
	await run("photos", "What is it?", "--out", "together.jsonl", "--answers", "2");
	const together = new Map(
		lines(readFileSync(join(cwd, "together.jsonl"), "utf8")).map((each) => [each.id, each]),
	);
	for (const { id, answer } of resumed) expect(together.get(id)).toMatchObject({ answer });
	expect([...together.values()].some((each) => "predicted" in each)).toBe(false);
});

test("lines of questions: one that cannot be answered does not stop the rest", async () => {
	const questions = [
		{ id: "a", media: ["photos/harbour.jpg", "photos/stairs.jpg"], question: "Which?" },
		{ id: "b", media: ["photos/none.jpg"], question: "What?" },
		{ question: "And without an image?" },
	];
	writeFileSync(
		join(cwd, "questions.jsonl"),
		`${questions.map((each) => JSON.stringify(each)).join("\n")}\n{]`,
	);
	const { status, out, err } = await run("--jsonl", "questions.jsonl", "--json");
	expect(status).toBe(1);
	expect(lines(out).map(({ id }) => id)).toEqual(["a", "line 3"]);
	expect(lines(out)[0]).toMatchObject({
		media: ["photos/harbour.jpg", "photos/stairs.jpg"],
		finish: "length",
		usage: { visual: 20, cached: 0, answer: 4 },
		predicted: { firstToken: expect.any(Number) },
	});
	expect(err).toMatch(/^onevision: b: .*none\.jpg.*\nonevision: line 4: not JSON\n$/);
});

test("--check lays out, and compares logits", async () => {
	const { out } = await run("photos/harbour.jpg", "What is it?", "--check");
	expect(out).toMatch(/^\d+ prompt tokens of a context of 2,048, 41 of them visual \(image 41\)/);
	expect(out.replaceAll(/\s+/g, " ")).toMatch(
		/logits of the last 32 tokens, read at once, against token by token: the likeliest token is the same for 32; largest difference \d\.\d+,/,
	);
});

test.each([
	[["photos/harbour.jpg"], "the question comes last"],
	[[], "nothing to ask"],
	[["none.jpg", "What?"], "none.jpg"],
	[["photos/harbour.jpg", "What?", "--max-tokens", "0"], "--max-tokens 0: expected a whole number from 1"],
	[["x", "--jsonl", "questions.jsonl"], "give no media beside it"],
	[
		["photos/harbour.jpg", "What?", "--quantize", "int5"],
		"--quantize int5: expected int8, int4, int8-dynamic",
	],
])("refuses %o in one line", async (args, message) => {
	const { status, err } = await runInMemory(["run", ...args, "-m", model], { cwd });
	expect(status).toBe(1);
	expect(err).toContain(message);
	expect(err.trim().split("\n")).toHaveLength(1);
});

test("a file that holds something else, or answers of another model, is left alone", async () => {
	appendFileSync(join(cwd, "notes.txt"), "my notes\n");
	const { err } = await run("photos/harbour.jpg", "What?", "--out", "notes.txt");
	expect(err).toContain("--out notes.txt: line 1 is no answer of onevision run");
	expect(readFileSync(join(cwd, "notes.txt"), "utf8")).toBe("my notes\n");
});
