/** `onevision models` from the user's side: the whole list, a word search, and one model. */

import { expect, test } from "vitest";
import { runInMemory } from "../testing/terminal.ts";

const onevision = (line: string, columns = 80) => runInMemory(line.split(" "), { cwd: "/", columns });
const ids = async (line: string): Promise<string[]> =>
	JSON.parse((await onevision(`${line} --json`)).out).map(({ id }: { id: string }) => id);

test("lists every model, and counts them at the end", async () => {
	expect((await ids("models")).length).toBeGreaterThan(250);
	const { out } = await onevision("models");
	expect(out).toMatch(/\d+ open models of \d+ families, \d+ closed models of \d+ providers;/);
});

test.each([
	["models llava ov 7b", ["llava-onevision-qwen2-7b-ov", "llava-onevision-qwen2-7b-ov-chat"]],
	[
		"models LLAVA-HF/llava-onevision-qwen2-72b",
		["llava-onevision-qwen2-72b-ov", "llava-onevision-qwen2-72b-ov-chat"],
	],
	["models command molmo", []],
])("%s finds by ids, titles, families and repository ids", async (line, expected) => {
	if (expected.length === 0) {
		const { status, err } = await onevision(line);
		expect([status, err.trimEnd().split("\n").length]).toEqual([1, 1]);
	} else expect(await ids(line)).toEqual(expect.arrayContaining([...expected]));
});

test("a word finds open and closed models", async () => {
	const found = await ids("models qwen");
	expect(found).toEqual(
		expect.arrayContaining(["qwen3-vl-8b", "llava-onevision-qwen2-7b-ov", "qwen3-vl-plus"]),
	);
	expect(found.every((id) => /qwen|qvq/.test(id))).toBe(true);
	const { out } = await onevision("models anthropic");
	expect(out).not.toContain("open model ");
	expect(out).toMatch(/closed models of 1 provider;/);
});

test("a name in full, and what is found once, are shown with settings and sources", async () => {
	const { out } = await onevision("models Qwen/Qwen2.5-VL-7B-Instruct");
	expect(out).toContain("max_pixels");
	expect(out).toContain("preprocessor_config.json");
	expect(out).toMatch(/card samples\s+fps=2/);
	expect((await onevision("models qvq")).out).toMatch(/^QVQ Max qvq-max/);
});

test("settings of every parity are in the JSON", async () => {
	const { out } = await onevision("models qwen2.5-vl-7b --json");
	const { settingsByParity } = JSON.parse(out);
	expect(Object.keys(settingsByParity)).toEqual(["transformers", "qwen-vl-utils", "vllm"]);
	expect(settingsByParity.vllm.fps).toBe(2);
});
