/** Files are there whole or not at all. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { OnevisionError } from "./errors.ts";
import { writeAtomically } from "./write-atomically.ts";

const folder = mkdtempSync(join(tmpdir(), "onevision-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test("parts follow one another, whoever makes them, in memory that is used again", async () => {
	const path = join(folder, "parts");
	async function* parts() {
		const memory = bytes(0);
		for (let i = 1; i <= 3; i++) {
			memory[0] = i;
			yield memory;
		}
	}
	await writeAtomically(path, parts());
	expect([...readFileSync(path)]).toEqual([1, 2, 3]);
	await writeAtomically(path, [bytes(), bytes(9)]);
	expect([...readFileSync(path)]).toEqual([9]);
});

test("what fails while it is made leaves the old file, nothing beside it, and its own error", async () => {
	const path = join(folder, "old");
	writeFileSync(path, "old");
	const before = readdirSync(folder);
	async function* parts() {
		yield bytes(1);
		throw new TypeError("an image is damaged");
	}
	await expect(writeAtomically(path, parts())).rejects.toThrow(new TypeError("an image is damaged"));
	expect(readFileSync(path, "utf8")).toBe("old");
	expect(readdirSync(folder)).toEqual(before);
});

test("a name of the most bytes there are leaves no room for a longer one beside it", async () => {
	const path = join(folder, "ü".repeat(127));
	await writeAtomically(path, [bytes(7)]);
	expect([...readFileSync(path)]).toEqual([7]);
	expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("what cannot be written is refused by name and reason", async () => {
	mkdirSync(join(folder, "taken"));
	for (const [path, code] of [
		[join(folder, "no", "file"), "ENOENT"],
		[join(folder, "taken"), "EISDIR"],
	] as const) {
		const error = await writeAtomically(path, [bytes(1)]).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(OnevisionError);
		expect(error).toMatchObject({ code: "unwritable-file", message: `${path}: cannot be written (${code})` });
	}
	expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});
