import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OnevisionError } from "@onevision/base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findMedia, readHeader, readVideoHeader } from "./node.ts";

const fixtures = fileURLToPath(new URL("fixtures/", import.meta.url));
let root = "";

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "onevision-find-"));
});

afterEach(() => {
	rmSync(root, { recursive: true, force: true });
});

function put(name: string, fixture: string): void {
	copyFileSync(fixtures + fixture, join(root, name));
}

/** Paths below the test's folder, with forward slashes. */
function below(rows: readonly { readonly path: string }[]): string[] {
	return rows.map(({ path }) => path.slice(root.length + 1).replaceAll("\\", "/"));
}

test("folders are walked in name order, each file told by its content", async () => {
	mkdirSync(join(root, "b"));
	put("c.jpg", "png-rgb.png");
	put("B.txt", "jpeg-baseline.jpg");
	put("b/clip", "mp4-cut.mp4");
	put("b/a.gif", "gif-still.gif");
	const { items, leftOut } = await findMedia([root]);
	expect(below(items)).toEqual(["B.txt", "b/a.gif", "b/clip", "c.jpg"]);
	expect(items.map(({ header }) => header.format)).toEqual(["jpeg", "gif", "mp4", "png"]);
	expect(leftOut).toEqual([]);
});

test("skipped files have a reason and stop nothing", async () => {
	put("a.png", "png-rgb.png");
	writeFileSync(join(root, "empty.png"), "");
	writeFileSync(join(root, "notes.jpg"), "BM is how this text begins, and it is no image");
	writeFileSync(join(root, "cut.png"), Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1"));
	writeFileSync(join(root, ".hidden.png"), "");
	mkdirSync(join(root, ".cache"));
	const { items, leftOut } = await findMedia([root, join(root, "missing")]);
	expect(below(items)).toEqual(["a.png"]);
	expect(
		leftOut.map(({ path, reason, message }) => [path, reason, message].join(" | ").replaceAll(root, "")),
	).toMatchInlineSnapshot(`
		[
		  "/cut.png | unreadable | /cut.png: ends after 16 bytes, its header needs 24; the file is cut short or damaged",
		  "/empty.png | empty | /empty.png: is empty",
		  "/notes.jpg | not-media | /notes.jpg: is text, not an image or video",
		  "/missing | unreadable | /missing: no such file or folder; check the path",
		]
	`);
});

test("links are left out, or followed once", async () => {
	mkdirSync(join(root, "inner"));
	put("inner/a.png", "png-rgb.png");
	symlinkSync(root, join(root, "inner", "loop"));
	symlinkSync(join(root, "inner", "a.png"), join(root, "b.png"));
	symlinkSync(fixtures, join(root, "outside"));
	const strict = await findMedia([root]);
	expect(below(strict.items)).toEqual(["inner/a.png"]);
	expect(strict.leftOut.map(({ reason }) => reason)).toEqual(["link", "link", "link"]);
	const followed = await findMedia([root], { followLinks: true });
	expect(below(followed.items).slice(0, 2)).toEqual(["b.png", "inner/a.png"]);
	expect(followed.items.length).toBeGreaterThan(60);
});

test("a file given twice counts once, a hidden one given outright is read", async () => {
	put(".a.png", "png-rgb.png");
	const path = join(root, ".a.png");
	expect((await findMedia([path, join(root, ".", ".a.png"), root])).items).toHaveLength(1);
});

test("files beyond the limit are said to be", async () => {
	for (const name of ["a", "b", "c"]) put(name, "png-one-pixel.png");
	const { items, leftOut } = await findMedia([root], { maxFiles: 2 });
	expect(below(items)).toEqual(["a", "b"]);
	expect(leftOut.map(({ reason, message }) => [reason, message.replace(root, "")])).toMatchInlineSnapshot(`
		[
		  [
		    "over-limit",
		    "/c: this and all later files are beyond 2 files; raise maxFiles",
		  ],
		]
	`);
});

test("messages start with the path", async () => {
	await expect(readHeader("no/such/file.png")).rejects.toThrowErrorMatchingInlineSnapshot(
		`[OnevisionError: no/such/file.png: no such file; check the path]`,
	);
	const { leftOut } = await findMedia([join(fixtures, "headers.json")]);
	expect(leftOut[0]?.reason).toBe("not-media");
});

test("a signal stops the reading", async () => {
	const signal = AbortSignal.abort(new OnevisionError("over-limit", "took too long"));
	const bytes = new Uint8Array(readFileSync(join(fixtures, "mp4-cut.mp4")));
	await expect(readVideoHeader(bytes, { signal })).rejects.toThrow("took too long");
});
