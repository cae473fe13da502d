/** Output locations: what is rejected up front, what is left behind, and how files are written. */

import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import picocolors from "picocolors";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Terminal } from "../terminal.ts";
import { assertFilePlace, assertFolderPlace, assertRoom, writeOutput } from "./place.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "onevision-place-")));
afterAll(() => rmSync(root, { recursive: true }));

let cwd = "";
let count = 0;
beforeEach(() => {
	cwd = join(root, String(count++));
	mkdirSync(join(cwd, "folder"), { recursive: true });
	writeFileSync(join(cwd, "file"), "old");
	symlinkSync("gone", join(cwd, "dangling"));
	symlinkSync("circle", join(cwd, "circle"));
	symlinkSync("file", join(cwd, "link"));
});

const terminal = (): Terminal => ({
	out: async () => undefined,
	err: () => undefined,
	notes: [],
	untilStopped: async () => undefined,
	input: async function* () {},
	colors: picocolors.createColors(false),
	showsProgress: false,
	columns: 80,
	cwd,
});
const listing = () => readdirSync(cwd, { recursive: true }).sort();
const long = "a".repeat(300);

describe("are refused at once, and nothing is made", () => {
	test.each([
		["an empty name", assertFilePlace, "", "invalid-input", "give the name of a file"],
		["a file that ends in a slash", assertFilePlace, "new/", "invalid-input", "names a folder"],
		["a folder for a file", assertFilePlace, "folder", "unwritable-file", "is a folder"],
		["a file for a folder", assertFolderPlace, "file", "unwritable-file", "is a file"],
		["a file for a folder, with a slash", assertFolderPlace, "file/", "unwritable-file", "is a file"],
		["below a file", assertFilePlace, "file/x", "unwritable-file", "(ENOTDIR): a part of it is a file"],
		["a folder below a file", assertFolderPlace, "file/x", "unwritable-file", "a part of it is a file"],
		["two folders that are not there", assertFilePlace, "a/b/x", "unwritable-file", "a; make it first"],
		["a folder in one that is not there", assertFolderPlace, "a/b/", "unwritable-file", "a; make it first"],
		["a link to nothing", assertFilePlace, "dangling", "unwritable-file", "is a link that leads nowhere"],
		["a folder at a link to nothing", assertFolderPlace, "dangling", "unwritable-file", "leads nowhere"],
		[
			"in a folder at a link to nothing",
			assertFilePlace,
			"dangling/x",
			"unwritable-file",
			"--out dangling/x: ",
		],
		[
			"a link in a circle",
			assertFilePlace,
			"circle",
			"unwritable-file",
			"(ELOOP): its links lead in a circle",
		],
		["too long a name", assertFilePlace, long, "unwritable-file", "(ENAMETOOLONG): the name is too long"],
		["too long a folder", assertFolderPlace, `${long}/`, "unwritable-file", "the name is too long"],
		["a device", assertFilePlace, "/dev/null", "unwritable-file", "is neither a file nor a folder"],
	] as const)("%s", async (_name, assertPlace, out, code, message) => {
		const before = listing();
		await expect(assertPlace(terminal(), out)).rejects.toThrow(
			expect.objectContaining({ code, message: expect.stringContaining(message) }),
		);
		expect(listing()).toEqual(before);
	});

	// Node's recursive mkdir never returns there.
	test.skipIf(!existsSync("/proc/self"))("/proc, where nothing can be made", async () => {
		for (const [assertPlace, out] of [
			[assertFilePlace, "/proc/x.png"],
			[assertFilePlace, "/proc/x/y.png"],
			[assertFolderPlace, "/proc/x/"],
		] as const) {
			await expect(assertPlace(terminal(), out)).rejects.toMatchObject({ code: "unwritable-file" });
		}
	});

	test("more than the disk holds", async () => {
		await assertRoom(terminal(), "new/x", 1);
		await expect(assertRoom(terminal(), "new/x", 1e18)).rejects.toThrow(
			/^--out new\/x: takes 1\.00 EB and the disk has .*B free/,
		);
	});
});

describe("are fine, and nothing is made before the work", () => {
	test.each([
		["a new file", assertFilePlace, "x"],
		["a file that is there", assertFilePlace, "file"],
		["a link to one", assertFilePlace, "link"],
		["a file in a new folder", assertFilePlace, "new/x"],
		["a new folder", assertFolderPlace, "new/"],
		["a folder that is there", assertFolderPlace, "folder"],
		["a file with the longest name", assertFilePlace, "a".repeat(255)],
	] as const)("%s", async (_name, assertPlace, out) => {
		const before = listing();
		await assertPlace(terminal(), out);
		expect(listing()).toEqual(before);
		expect(readFileSync(join(cwd, "file"), "utf8")).toBe("old");
	});
});

describe("are written", () => {
	const bytes = [new TextEncoder().encode("new")];

	test("with the folder they lack, through links, and in a tree below a folder", async () => {
		await writeOutput(terminal(), "made/x", bytes);
		await writeOutput(terminal(), "link", bytes);
		await writeOutput(terminal(), "tree/a/b/x", bytes, "tree");
		for (const path of ["made/x", "file", "tree/a/b/x"]) {
			expect(readFileSync(join(cwd, path), "utf8")).toBe("new");
		}
		expect(listing()).toContain("link");
		expect(readFileSync(join(cwd, "link"), "utf8")).toBe("new");
	});

	test("or not at all", async () => {
		const before = listing();
		async function* damaged() {
			yield new Uint8Array(10);
			throw new RangeError("damaged");
		}
		await expect(writeOutput(terminal(), "file", damaged())).rejects.toThrow(new RangeError("damaged"));
		await expect(writeOutput(terminal(), "new/x", damaged())).rejects.toThrow(new RangeError("damaged"));
		await expect(writeOutput(terminal(), "folder", bytes)).rejects.toMatchObject({ code: "unwritable-file" });
		expect(listing()).toEqual(before);
		expect(readFileSync(join(cwd, "file"), "utf8")).toBe("old");
	});
});
