/** Text of an answer as it grows: whole characters only, and nothing behind a stop string. */

/** Decodes ids, without special tokens. */
export type Decode = (ids: readonly number[]) => string;

/** Written for a character whose bytes are not complete. */
const INCOMPLETE = "\ufffd";
/** Longest UTF-8 character, bytes, and so the most tokens one may be split over. */
const MAX_SPLIT = 4;

export class TextStream {
	readonly #decode: Decode;
	readonly #stop: readonly string[];
	readonly #ids: number[] = [];
	/** Ids before this one are settled, and their text is in `#text`. */
	#settled = 0;
	/** Ids from here on give the context in which later ones are decoded, since a decoder may treat the first alone. */
	#context = 0;
	#text = "";
	#given = 0;
	#stopped = false;

	constructor(decode: Decode, stop: readonly string[] = []) {
		this.#decode = decode;
		this.#stop = stop.filter((each) => each !== "");
	}

	/** Whether a stop string has appeared. */
	get stopped(): boolean {
		return this.#stopped;
	}

	/** The text so far, up to a stop string. */
	get text(): string {
		return this.#text;
	}

	/** Takes a token; returns the text that can be shown now, which may be empty. */
	push(id: number): string {
		this.#ids.push(id);
		const end = this.#wholeUntil();
		if (end === this.#settled) return "";
		this.#settle(end);
		return this.#shown(false);
	}

	/** The rest, once no more tokens follow. */
	end(): string {
		if (!this.#stopped) this.#settle(this.#ids.length);
		return this.#shown(true);
	}

	/**
	 * Where the ids that have whole characters end. Bytes that are no UTF-8 look like unfinished characters; a cut is safe
	 * where the text is that of both sides, and the character it might split would have ended by now.
	 */
	#wholeUntil(): number {
		const end = this.#ids.length;
		const text = this.#fresh(end);
		if (text === "") return this.#settled;
		if (!text.endsWith(INCOMPLETE)) return end;
		for (let cut = end - MAX_SPLIT; cut > this.#settled; cut--) {
			const before = this.#decoded(this.#context, this.#settled) + this.#fresh(cut);
			if (this.#decoded(this.#context, end) === before + this.#decoded(cut, end)) return cut;
		}
		return this.#settled;
	}

	/** Text of the ids from the settled ones up to `end`. */
	#fresh(end: number): string {
		const before = this.#decoded(this.#context, this.#settled);
		return this.#decoded(this.#context, end).slice(before.length);
	}

	#decoded(from: number, to: number): string {
		// The library throws for an empty list.
		return from === to ? "" : this.#decode(this.#ids.slice(from, to));
	}

	#settle(end: number): void {
		const fresh = this.#fresh(end);
		this.#context = this.#settled;
		this.#settled = end;
		this.#text += fresh;
		const longest = Math.max(0, ...this.#stop.map(({ length }) => length));
		const from = Math.max(0, this.#text.length - fresh.length - longest);
		const at = this.#stop.map((each) => this.#text.indexOf(each, from)).filter((found) => found >= 0);
		if (at.length === 0) return;
		this.#stopped = true;
		this.#text = this.#text.slice(0, Math.min(...at));
	}

	/** What may be the beginning of a stop string is held back until it is not. */
	#shown(isLast: boolean): string {
		const held = isLast || this.#stopped ? 0 : this.#heldBack();
		const end = Math.max(this.#given, this.#text.length - held);
		const shown = this.#text.slice(this.#given, end);
		this.#given = end;
		return shown;
	}

	#heldBack(): number {
		let held = 0;
		for (const each of this.#stop) {
			for (let length = Math.min(each.length - 1, this.#text.length); length > held; length--) {
				if (this.#text.endsWith(each.slice(0, length))) held = length;
			}
		}
		return held;
	}
}
