/** What was skipped: a few by name with the reason, the others counted by reason. */

/** Maximum number listed by name. */
const NAMED = 5;

export interface Missing {
	/** One line: which, why, and what to do. */
	readonly message: string;
	/** A short reason to group by: "empty". */
	readonly reason: string;
}

/** Lines to print, each starting with `label`. */
export function missingLines(label: string, missing: readonly Missing[]): string[] {
	const named = missing.slice(0, NAMED).map(({ message }) => `${label}: ${printable(message)}`);
	const rest = missing.slice(NAMED);
	if (rest.length === 0) return named;
	const counts = new Map<string, number>();
	for (const { reason } of rest) counts.set(reason, (counts.get(reason) ?? 0) + 1);
	const reasons = [...counts]
		.sort((a, b) => b[1] - a[1])
		.map(([reason, count]) => (counts.size === 1 ? reason : `${count} ${reason}`));
	return [...named, `${label}: ${rest.length} more (${reasons.join(", ")})`];
}

/** A text on one line; a file name may contain anything. */
export function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be replaced
	return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?");
}
