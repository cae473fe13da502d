/** A set of integers that finds the smallest member not below a value in a few steps: a tree of 32-bit words. */

export class IntegerSet {
	/** From the leaves up; a bit of a level says whether a word of the level below holds anything. */
	readonly #levels: Uint32Array[] = [];

	/** For integers from 0 to `max`. */
	constructor(max: number) {
		let size = max + 1;
		do {
			size = Math.ceil(size / 32);
			this.#levels.push(new Uint32Array(size));
		} while (size > 1);
	}

	add(value: number): void {
		let at = value;
		for (const level of this.#levels) {
			const word = at >>> 5;
			level[word] = (level[word] ?? 0) | (1 << (at & 31));
			at = word;
		}
	}

	delete(value: number): void {
		let at = value;
		for (const level of this.#levels) {
			const word = at >>> 5;
			const rest = (level[word] ?? 0) & ~(1 << (at & 31));
			level[word] = rest;
			if (rest !== 0) return;
			at = word;
		}
	}

	/** The smallest member of at least `value`; -1 if there is none. */
	next(value: number): number {
		let at = value;
		for (let height = 0; height < this.#levels.length; height++) {
			const level = this.#levels[height];
			const word = at >>> 5;
			if (level === undefined || word >= level.length) return -1;
			const rest = (level[word] ?? 0) & (-1 << (at & 31));
			if (rest !== 0) return this.#first(height, word * 32 + lowestBit(rest));
			at = word + 1;
		}
		return -1;
	}

	/** The smallest member below bit `at` of a level. */
	#first(height: number, at: number): number {
		let found = at;
		for (let level = height - 1; level >= 0; level--) {
			found = found * 32 + lowestBit(this.#levels[level]?.[found] ?? 0);
		}
		return found;
	}
}

function lowestBit(word: number): number {
	return 31 - Math.clz32(word & -word);
}
