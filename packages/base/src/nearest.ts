/** "Did you mean …?": the nearest known word, if it is near enough to be a typo. */

/** Fewest letters of a part that matches a longer word: `tiles` for `max_tiles`. */
const MIN_PART = 4;
/** Most edits of a typo, per letter of the longer word. */
const EDITS_PER_LETTER = 1 / 3;

/**
 * The nearest of `known`, or `undefined` when none is near. Near are words within an edit distance of a third of the
 * longer one (at least 1; a transposition is one edit) that start with the same letter or share half of their bigrams,
 * and words of which one contains the other as at least a third. Case and separators are ignored.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
	if (word.length > 100) return undefined;
	const plain = fold(word);
	if (plain === "") return undefined;
	let best: string | undefined;
	let bestDistance = Number.POSITIVE_INFINITY;
	for (const candidate of known) {
		const distance = distanceOf(plain, fold(candidate));
		if (distance >= bestDistance) continue;
		best = candidate;
		bestDistance = distance;
	}
	return best;
}

/** Edit distance of two folded words; infinite beyond that of a typo. */
function distanceOf(a: string, b: string): number {
	const [short, long] = a.length <= b.length ? [a, b] : [b, a];
	// A contained word is nearer than any typo; longer parts are nearer.
	if (short.length >= MIN_PART && long.length <= 3 * short.length && long.includes(short)) {
		return 1 - short.length / long.length;
	}
	const limit = Math.max(1, Math.floor(long.length * EDITS_PER_LETTER));
	if (long.length - short.length > limit) return Number.POSITIVE_INFINITY;
	const distance = editDistance(a, b);
	if (distance > limit || distance >= short.length) return Number.POSITIVE_INFINITY;
	return distance === 1 || a[0] === b[0] || sharesPairs(a, b) ? distance : Number.POSITIVE_INFINITY;
}

/** Whether the other word has at least half of the bigrams of the shorter one. */
function sharesPairs(a: string, b: string): boolean {
	const pairs = (word: string) =>
		Array.from({ length: Math.max(0, word.length - 1) }, (_, i) => word.slice(i, i + 2));
	const [few, many] = a.length <= b.length ? [pairs(a), pairs(b)] : [pairs(b), pairs(a)];
	return few.filter((pair) => many.includes(pair)).length * 2 >= few.length;
}

function fold(word: string): string {
	return word.toLowerCase().replace(/[\s._/-]/g, "");
}

/** Optimal string alignment distance (Damerau): a swap of neighbors is one edit. */
function editDistance(a: string, b: string): number {
	let before: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let col = 1; col <= b.length; col++) {
			const substitution = (previous[col - 1] ?? 0) + (a[row - 1] === b[col - 1] ? 0 : 1);
			let distance = Math.min((previous[col] ?? 0) + 1, (current[col - 1] ?? 0) + 1, substitution);
			const isSwap = row > 1 && col > 1 && a[row - 1] === b[col - 2] && a[row - 2] === b[col - 1];
			if (isSwap) distance = Math.min(distance, (before[col - 2] ?? 0) + 1);
			current.push(distance);
		}
		before = previous;
		previous = current;
	}
	return previous[b.length] ?? Number.POSITIVE_INFINITY;
}
