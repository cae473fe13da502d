/** Paragraphs for a terminal: lines of at most so many columns, broken between words. */

import { displayWidth } from "./table.ts";

/**
 * Lines of at most `columns`; the first begins with `first`, the others with blanks of `indent` columns. A word longer
 * than a line stands alone, uncut: it may be a path or a setting to copy.
 */
export function wrap(text: string, columns: number, first = "", indent = displayWidth(first)): string[] {
	const lines: string[] = [];
	let line = first;
	let isStart = true;
	for (const word of text.split(" ")) {
		const joined = isStart ? line + word : `${line} ${word}`;
		if (!isStart && displayWidth(joined) > columns) {
			lines.push(line);
			line = " ".repeat(indent) + word;
		} else {
			line = joined;
		}
		isStart = false;
	}
	lines.push(line);
	return lines;
}
