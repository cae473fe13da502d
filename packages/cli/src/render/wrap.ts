/** Text in lines that fit a terminal. */

import { displayWidth } from "./table.ts";

/**
 * Lines of at most `width` columns, broken at blanks; a word longer than a line stands alone, whole. Lines after the
 * first start with `indent`.
 */
export function wrap(text: string, width: number, indent = ""): string[] {
	const lines: string[] = [];
	let line = "";
	for (const word of text.split(" ")) {
		const longer = line === "" ? word : `${line} ${word}`;
		const start = lines.length === 0 ? "" : indent;
		if (line !== "" && displayWidth(start) + displayWidth(longer) > width) {
			lines.push(start + line);
			line = word;
		} else line = longer;
	}
	lines.push((lines.length === 0 ? "" : indent) + line);
	return lines;
}

/** Name and value pairs, names in a column of their own, values wrapped beside them. `style` colours the names. */
export function definitions(
	facts: readonly (readonly [name: string, value: string])[],
	width: number,
	style: (name: string) => string = (name) => name,
): string[] {
	const names = Math.max(...facts.map(([name]) => displayWidth(name)));
	return facts.flatMap(([name, value]) =>
		wrap(value, width - names - 2).map((line, index) =>
			index === 0 ? `${style(name.padEnd(names))}  ${line}`.trimEnd() : `${" ".repeat(names)}  ${line}`,
		),
	);
}
