/**
 * Groups 64-bit hashes of which some are close to each other: two are linked if at most `MAX_DISTANCE` bits differ. Of
 * four parts of such a pair at least one is equal, so that only hashes with an equal part have to be compared (Norouzi
 * et al., Fast Search in Hamming Space with Multi-Index Hashing, 2012).
 */

/** Bits in which the hashes of two images that look the same may differ. */
export const MAX_DISTANCE = 3;
/** Parts of a hash, of 16 bits: in one more than may differ, one is equal. */
const PARTS = MAX_DISTANCE + 1;
const PART_BITS = 64 / PARTS;

/** The index of each hash's group: that of the first hash in it. */
export function groupSimilar(hashes: BigUint64Array): Uint32Array {
	const words = new Uint32Array(hashes.buffer, hashes.byteOffset, 2 * hashes.length);
	const groups = new Groups(hashes.length);
	// Equal hashes first: a thousand blank pages are one hash to compare.
	const order = sortedBy(Uint32Array.from(hashes.keys()), (index) => hashes[index] ?? 0n);
	const distinct: number[] = [];
	let last: number | undefined;
	for (const index of order) {
		if (last !== undefined && hashes[index] === hashes[last]) groups.join(last, index);
		else {
			distinct.push(index);
			last = index;
		}
	}
	const members = Uint32Array.from(distinct);
	for (let part = 0; part < PARTS; part++) {
		const keyOf = (index: number): number => partOf(words, index, part);
		const sorted = sortedBy(members, keyOf);
		for (let start = 0, end = 0; start < sorted.length; start = end) {
			const key = keyOf(sorted[start] ?? 0);
			while (end < sorted.length && keyOf(sorted[end] ?? 0) === key) end++;
			comparePairs(sorted.subarray(start, end), words, groups);
		}
	}
	return groups.firsts();
}

function comparePairs(members: Uint32Array, words: Uint32Array, groups: Groups): void {
	for (let a = 0; a < members.length; a++) {
		const first = members[a] ?? 0;
		const low = words[2 * first] ?? 0;
		const high = words[2 * first + 1] ?? 0;
		for (let b = a + 1; b < members.length; b++) {
			const second = members[b] ?? 0;
			const distance = ones(low ^ (words[2 * second] ?? 0)) + ones(high ^ (words[2 * second + 1] ?? 0));
			if (distance <= MAX_DISTANCE) groups.join(first, second);
		}
	}
}

function partOf(words: Uint32Array, index: number, part: number): number {
	const word = words[2 * index + (part >> 1)] ?? 0;
	return (word >>> (PART_BITS * (part & 1))) & (2 ** PART_BITS - 1);
}

/** Bits set in a word (Warren, Hacker's Delight, 5-2). */
function ones(word: number): number {
	let bits = word - ((word >>> 1) & 0x55555555);
	bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
	return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function sortedBy<Key extends number | bigint>(
	members: Uint32Array,
	keyOf: (index: number) => Key,
): Uint32Array {
	return members.slice().sort((a, b) => {
		const [one, other] = [keyOf(a), keyOf(b)];
		return one < other ? -1 : one > other ? 1 : a - b;
	});
}

/** Disjoint sets of indexes, each named by its smallest. */
class Groups {
	readonly #parents: Uint32Array;

	constructor(count: number) {
		this.#parents = Uint32Array.from({ length: count }, (_, index) => index);
	}

	join(a: number, b: number): void {
		const [one, other] = [this.#first(a), this.#first(b)];
		this.#parents[Math.max(one, other)] = Math.min(one, other);
	}

	firsts(): Uint32Array {
		return this.#parents.map((_, index) => this.#first(index));
	}

	#first(index: number): number {
		let at = index;
		for (let parent = this.#parents[at] ?? at; parent !== at; parent = this.#parents[at] ?? at) {
			this.#parents[at] = this.#parents[parent] ?? parent;
			at = parent;
		}
		return at;
	}
}
