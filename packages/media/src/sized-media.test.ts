/** Sizes of media that a request refers to, and the folder it may not leave. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { sizeOfBytes, sizeOfFileIn } from "./sized-media.ts";

const bytes = readFileSync(fileURLToPath(new URL("./fixtures/png-rgb.png", import.meta.url)));
const SIZED = { media: { kind: "image", width: 40, height: 30 }, bytes: bytes.length, format: "png" };

const root = mkdtempSync(join(tmpdir(), "onevision-sized-"));
afterAll(() => rmSync(root, { recursive: true }));
const folder = join(root, "request");
mkdirSync(join(folder, "..named"), { recursive: true });
writeFileSync(join(root, "secret.png"), bytes);
writeFileSync(join(folder, "a.png"), bytes);
writeFileSync(join(folder, "..named/b.png"), bytes);
symlinkSync(join(root, "secret.png"), join(folder, "link.png"));
symlinkSync(join(folder, "a.png"), join(folder, "same.png"));

test("bytes, whatever their name", async () => {
	expect(await sizeOfBytes(bytes)).toEqual(SIZED);
	await expect(sizeOfBytes(new TextEncoder().encode("no image"))).rejects.toThrow(/no image or video format/);
});

test.each([
	"a.png",
	"./a.png",
	"..named/b.png",
	join(folder, "a.png"),
	"same.png",
])("%s is inside", async (path) => {
	expect(await sizeOfFileIn(folder, path)).toEqual(SIZED);
});

test.each([
	"../secret.png",
	join(root, "secret.png"),
	"x/../../secret.png",
	"..",
	"link.png",
])("%s is outside", async (path) => {
	await expect(sizeOfFileIn(folder, path)).rejects.toThrow(/outside the request's folder/);
});

test("a file that is not there, or no image", async () => {
	await expect(sizeOfFileIn(folder, "none.png")).rejects.toThrow(/none\.png/);
	writeFileSync(join(folder, "text.png"), "no image");
	await expect(sizeOfFileIn(folder, "text.png")).rejects.toThrow(/not an image or video/);
});
