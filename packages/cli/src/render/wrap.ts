/** Wraps text to fit a terminal. */

import { displayWidth } from "./table.ts";

/**
 * Lines of at most `width` columns, broken at spaces. A word longer than a line is broken after a slash or a comma,
 * otherwise at the line end. Lines after the first start with `indent`.
 */
export function wrap(text: string, width: number, indent = ""): string[] {
	const lines: string[] = [];
	let line = "";
	const room = (): number => width - (lines.length === 0 ? 0 : displayWidth(indent));
	const end = (next: string): void => {
		lines.push((lines.length === 0 ? "" : indent) + line);
		line = next;
	};
	for (const word of text.split(" ")) {
		const longer = line === "" ? word : `${line} ${word}`;
		if (displayWidth(longer) <= room()) line = longer;
		else if (line === "") line = word;
		else end(word);
		while (displayWidth(line) > room()) {
			const [head, rest] = broken(line, room());
			line = head;
			end(rest);
		}
	}
	end("");
	return lines;
}

/** A word cut in two; the first part has at most `width` columns and is never empty. */
function broken(word: string, width: number): readonly [string, string] {
	const characters = [...word];
	let most = 1;
	while (most < characters.length && displayWidth(characters.slice(0, most + 1).join("")) <= width) most++;
	const sign = characters.slice(0, most).findLastIndex((character) => character === "/" || character === ",");
	const cut = sign > 0 ? sign + 1 : most;
	return [characters.slice(0, cut).join(""), characters.slice(cut).join("")];
}

/** Pairs of names and values: names in their own column, values wrapped next to them. `style` colors the names. */
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

/**
 * Lines of at most `width` columns. The first starts with `first`, the others with `indent` spaces. A word longer
 * than a line stays whole on its own line: it may be a setting to copy.
 */
export function hang(text: string, width: number, first = "", indent = displayWidth(first)): string[] {
	const lines: string[] = [];
	let line = first;
	let isStart = true;
	for (const word of text.split(" ")) {
		const joined = isStart ? line + word : `${line} ${word}`;
		if (!isStart && displayWidth(joined) > width) {
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
