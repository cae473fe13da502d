/** Aligned text columns, with numbers to the right, and bars. */

export interface Column {
	readonly title: string;
	/** Default "left". */
	readonly align?: "left" | "right";
}

/** Lines of a table, with two spaces between columns and no trailing spaces. Cells may contain color codes. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
	const widths = columns.map(({ title }, index) =>
		Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[index] ?? ""))),
	);
	const line = (cells: readonly string[]): string =>
		columns
			.map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align ?? "left"))
			.join("  ")
			.trimEnd();
	return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

function pad(text: string, width: number, align: "left" | "right"): string {
	const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
	return align === "right" ? blanks + text : text + blanks;
}

/** Columns that a text occupies on a terminal: color codes take none, wide characters two. */
export function displayWidth(text: string): number {
	if (/^[ -~]*$/.test(text)) return text.length;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character starts a color code
	const plain = text.replace(/\u001b\[[0-9;]*m/g, "");
	let width = 0;
	for (const character of plain)
		width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/.test(
			character,
		)
			? 2
			: 1;
	return width;
}

/** A bar of `width` cells for a share; full if it exceeds 1. */
export function bar(share: number, width: number): string {
	const filled = Math.max(0, Math.min(width, Math.round(share * width)));
	return "█".repeat(filled) + "░".repeat(width - filled);
}
