/** The documentation is what `npm run docs` would write, and its links lead somewhere. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { documentedFiles, renderFile, renderSchema, SCHEMA_FILE } from "../scripts/docs.ts";
import { ROOT } from "../scripts/files.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe.each(documentedFiles())("%s", (path) => {
	test("shows the real output of its commands and the tables of the code; else run npm run docs", async () => {
		expect(read(path)).toBe(await renderFile(path));
	});

	test("links to files and headings that exist", () => {
		const broken: string[] = [];
		for (const [, target = ""] of withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
			if (/^[a-z]+:/.test(target)) continue;
			const [file = "", heading] = target.split("#");
			const resolved = file === "" ? path : join(dirname(path), file);
			if (!existsSync(join(ROOT, resolved))) broken.push(target);
			else if (heading !== undefined && !headings(read(resolved)).includes(heading)) broken.push(target);
		}
		expect(broken).toEqual([]);
	});
});

test("the JSON Schema of the plan request is generated", () => {
	expect(read(SCHEMA_FILE)).toBe(renderSchema());
});

function withoutCode(text: string): string {
	return text.replace(/```[\s\S]*?```/g, "");
}

/** Anchors as GitHub makes them. */
function headings(text: string): string[] {
	return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
		heading
			.toLowerCase()
			.replace(/[^\w\- ]/g, "")
			.replaceAll(" ", "-"),
	);
}
