/** "Did you mean …?": the known word with the smallest edit distance, if it is near enough to be a slip. */

/** The nearest of `known`, or `undefined` when none is within a third of the word's length (at least 2 edits). */
export function nearest(word: string, known: readonly string[]): string | undefined {
	if (word.length > 100) return undefined;
	const plain = fold(word);
	let best: string | undefined;
	let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
	for (const candidate of known) {
		const other = fold(candidate);
		const distance =
			plain.length >= 4 && (other.includes(plain) || plain.includes(other))
				? 1
				: editDistance(plain, other, bestDistance);
		if (distance < bestDistance) {
			best = candidate;
			bestDistance = distance;
		}
	}
	return best;
}

function fold(word: string): string {
	return word.toLowerCase().replace(/[\s._-]/g, "");
}

/** Levenshtein distance; stops counting once it must reach `limit`. */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) >= limit) return limit;
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let col = 1; col <= b.length; col++) {
			const substitution = (previous[col - 1] ?? 0) + (a[row - 1] === b[col - 1] ? 0 : 1);
			current.push(Math.min((previous[col] ?? 0) + 1, (current[col - 1] ?? 0) + 1, substitution));
		}
		previous = current;
	}
	return previous[b.length] ?? limit;
}
