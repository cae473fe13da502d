/** Every kind of error that a user can see: its line, its code, and which ones are our bugs. */

import { readFile } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { refusalOf } from "./refusal.ts";

const system = (code: string, syscall: string, path?: string) =>
	Object.assign(new Error(`${code}: why, ${syscall}`), {
		code,
		syscall,
		...(path === undefined ? {} : { path }),
	});

test.each([
	["core and media", new OnevisionError("over-limit", "x.jpg: too large"), "over-limit", "x.jpg: too large"],
	[
		"graph",
		new OnevisionError("unwritable-file", "/x: cannot be written (EIO)"),
		"unwritable-file",
		"/x: cannot be written (EIO)",
	],
	["reading", system("EIO", "read"), "unreadable-file", "read: EIO; check that it is there and permitted"],
	["a full disk", system("ENOSPC", "write", "/x"), "unwritable-file", "/x: ENOSPC; check"],
	["a folder", system("EACCES", "mkdir", "/x"), "unwritable-file", "/x: EACCES; check"],
	["memory", new RangeError("Array buffer allocation failed"), "over-limit", "not enough memory"],
	[
		"memory of a view",
		new RangeError("Invalid typed array length: 4294967300"),
		"over-limit",
		"not enough memory",
	],
])("%s", (_name, error, code, message) => {
	expect(refusalOf(error)).toEqual({ code, message: expect.stringContaining(message) });
});

test("what nobody meant is no refusal", () => {
	for (const error of [new TypeError("x is undefined"), new RangeError("precision"), "text", undefined]) {
		expect(refusalOf(error)).toBeUndefined();
	}
});

test("the system's own errors are such", async () => {
	const error = await readFile("/no/such/file").catch((thrown: unknown) => thrown);
	expect(refusalOf(error)).toEqual({
		code: "unreadable-file",
		message: "/no/such/file: ENOENT; check that it is there and permitted",
	});
});

test("a message is one line, whatever a file is called", () => {
	const error = new OnevisionError("unreadable-file", "a\nb\u2028c\x1b[31m.jpg: no such file");
	expect(error.message).toBe("a b c [31m.jpg: no such file");
});
