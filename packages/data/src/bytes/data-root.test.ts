/** No file name in a row can escape the data root, and no name that stays inside is rejected. */

import { closeSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { folderOf } from "../testing/files.ts";
import { type DataRoot, openDataRoot } from "./data-root.ts";

let outer: string;
let root: DataRoot;

/** Opens a file to see that it is the one that is found. */
function opened(name: string) {
	const found = root.open(name);
	if (!("file" in found)) return found;
	try {
		return { size: found.size, text: readFileSync(found.file, "utf8") };
	} finally {
		closeSync(found.file);
	}
}

beforeAll(() => {
	outer = folderOf({ "set/a.png": "12", "set/sub/b.png": "123", "secret.png": "1234", "set-2/c.png": "1" });
	const set = join(outer, "set");
	symlinkSync(join(set, "a.png"), join(set, "inside.png"));
	symlinkSync(join(outer, "secret.png"), join(set, "leaf.png"));
	symlinkSync(outer, join(set, "up"));
	symlinkSync("loop", join(set, "loop"));
	mkdirSync(join(set, "folder.png"));
	root = openDataRoot(set);
});

test.each([
	["a.png", 2],
	["sub/../a.png", 2],
	["sub/b.png", 3],
	["inside.png", 2],
])("%s is found", (name, size) => {
	expect(root.find(name)).toMatchObject({ size });
	expect(opened(name)).toEqual({ size, text: "123".slice(0, size) });
});

test("an absolute path is found where it is inside", () => {
	expect(root.find(join(outer, "set/a.png"))).toMatchObject({ size: 2 });
});

test.each([
	["../secret.png", "outside-root"],
	["../none.png", "outside-root"],
	["../set-2/c.png", "outside-root"],
	["/etc/passwd", "outside-root"],
	["/no/such/file", "outside-root"],
	["leaf.png", "outside-root"],
	["up/secret.png", "outside-root"],
	["none.png", "missing-media"],
	["a.png/b.png", "missing-media"],
	["", "missing-media"],
	["a\0.png", "missing-media"],
	["x".repeat(5000), "missing-media"],
	["folder.png", "unreadable-media"],
	["loop", "unreadable-media"],
])("%j is refused: %s", (name, reason) => {
	expect(root.find(name)).toMatchObject({ reason });
	expect(opened(name)).toMatchObject({ reason });
});
