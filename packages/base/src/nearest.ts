/** "Did you mean …?": the known word that is nearest, if it is near enough to have been meant. */

/** Shortest word that stands for a longer one it is part of: `tiles` for `max_tiles`. */
const LEAST_PART = 4;
/** Edits that a slip of the finger makes at most, per letter of the longer word. */
const EDITS_PER_LETTER = 1 / 3;

/**
 * The nearest of `known`, or `undefined` when none is near: a word is one that differs by at most a third of its
 * letters (one at least; letters that changed places count once) and starts alike or shares most of its pairs of letters,
 * or one that holds the other as a part of at least a third of it. Case and separators do not count.
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

/** Edits from one folded word to another; infinite where it cannot have been meant. */
function distanceOf(a: string, b: string): number {
	const [short, long] = a.length <= b.length ? [a, b] : [b, a];
	// A part is nearer than any slip of the finger, the fuller the better.
	if (short.length >= LEAST_PART && long.length <= 3 * short.length && long.includes(short)) {
		return 1 - short.length / long.length;
	}
	const limit = Math.max(1, Math.floor(long.length * EDITS_PER_LETTER));
	if (long.length - short.length > limit) return Number.POSITIVE_INFINITY;
	const distance = editDistance(a, b);
	if (distance > limit || distance >= short.length) return Number.POSITIVE_INFINITY;
	return distance === 1 || a[0] === b[0] || sharesPairs(a, b) ? distance : Number.POSITIVE_INFINITY;
}

/** Whether at least half of the pairs of neighbouring letters of the shorter word are in the other too. */
function sharesPairs(a: string, b: string): boolean {
	const pairs = (word: string) =>
		Array.from({ length: Math.max(0, word.length - 1) }, (_, i) => word.slice(i, i + 2));
	const [few, many] = a.length <= b.length ? [pairs(a), pairs(b)] : [pairs(b), pairs(a)];
	return few.filter((pair) => many.includes(pair)).length * 2 >= few.length;
}

function fold(word: string): string {
	return word.toLowerCase().replace(/[\s._/-]/g, "");
}

/** Damerau's distance as optimal string alignment: a swap of neighbours is one edit. */
function editDistance(a: string, b: string): number {
	let before: number[] = [];
	let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let col = 1; col <= b.length; col++) {
			const substitution = (previous[col - 1] ?? 0) + (a[row - 1] === b[col - 1] ? 0 : 1);
			let least = Math.min((previous[col] ?? 0) + 1, (current[col - 1] ?? 0) + 1, substitution);
			const isSwap = row > 1 && col > 1 && a[row - 1] === b[col - 2] && a[row - 2] === b[col - 1];
			if (isSwap) least = Math.min(least, (before[col - 2] ?? 0) + 1);
			current.push(least);
		}
		before = previous;
		previous = current;
	}
	return previous[b.length] ?? Number.POSITIVE_INFINITY;
}
