/** A size report: lines per source file, largest first, tests and generated files apart. */

import { readFileSync } from "node:fs";
import { filesBelow, ROOT } from "./files.ts";

/** Beyond this a file should be a table or one engine loop. */
const LONG = 300;

const files = ["packages", "scripts", "bench", "examples", "oracle", "test"]
	.flatMap(filesBelow)
	.filter((file) => /\.(ts|py)$/.test(file))
	.map((file) => ({
		file,
		lines: readFileSync(`${ROOT}${file}`, "utf8").trimEnd().split("\n").length,
		test: file.endsWith(".test.ts"),
	}))
	.sort((a, b) => b.lines - a.lines);

const source = files.filter(({ test }) => !test);
for (const { file, lines } of source) {
	process.stdout.write(`${String(lines).padStart(5)}${lines > LONG ? " *" : "  "} ${file}\n`);
}
const sum = (list: readonly { readonly lines: number }[]): number =>
	list.reduce((total, { lines }) => total + lines, 0);
const median = source[Math.floor(source.length / 2)]?.lines ?? 0;
process.stdout.write(
	`\n${source.length} files, ${sum(source)} lines, median ${median}; tests: ${files.length - source.length} files, ${sum(files) - sum(source)} lines\n* over ${LONG} lines\n`,
);
