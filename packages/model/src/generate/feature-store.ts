/** Visual embeddings of media seen lately, so that an image is computed once for many questions. */

/** Largest memory for embeddings, bytes: about 50 images of 3,000 tokens in a model of width 896. */
const MAX_BYTES = 512 * 2 ** 20;

export class FeatureStore {
	readonly #kept = new Map<string, Float32Array>();
	#bytes = 0;

	get(key: string): Float32Array | undefined {
		const found = this.#kept.get(key);
		if (found !== undefined) {
			this.#kept.delete(key);
			this.#kept.set(key, found);
		}
		return found;
	}

	/** Drops those that were not used for longest where there is no room. */
	set(key: string, embeddings: Float32Array): void {
		if (this.#kept.has(key) || embeddings.byteLength > MAX_BYTES) return;
		this.#kept.set(key, embeddings);
		this.#bytes += embeddings.byteLength;
		for (const [oldest, { byteLength }] of this.#kept) {
			if (this.#bytes <= MAX_BYTES) break;
			this.#kept.delete(oldest);
			this.#bytes -= byteLength;
		}
	}
}
