/** Visual embeddings of the media of a prompt: pixels through tower and projector, packed as laid out. */

import { packItem } from "../packing/pack.ts";
import type { Parts } from "./parts.ts";
import type { PlacedItem, Prompt } from "./prompt.ts";
import { viewsOf } from "./views.ts";

export interface SeenItem {
	readonly item: PlacedItem;
	/** Equal for media that have the same embeddings. */
	readonly key: string;
	/** [visualTokens, hidden] */
	readonly embeddings: Float32Array;
}

export interface SeeOptions {
	readonly signal?: AbortSignal;
	/** Called after each view. */
	readonly onView?: (done: number, total: number) => void;
}

/** The items of a prompt with what tells their embeddings from others. */
export function keysOf(
	{ fingerprint }: Parts,
	{ items, images }: Prompt,
): readonly Pick<SeenItem, "item" | "key">[] {
	return items.map((item) => {
		const isAlone = item.layout.kind === "video" || images === 1;
		return { item, key: `${fingerprint(item.part)} ${isAlone ? "alone" : "several"}` };
	});
}

/**
 * The items of a prompt with their embeddings, from the store or computed; fewer when the signal is given meanwhile.
 */
export async function seeItems(parts: Parts, prompt: Prompt, options: SeeOptions = {}): Promise<SeenItem[]> {
	const { features, processor } = parts;
	const keyed = keysOf(parts, prompt).map(({ item, key }) => ({ item, key, known: features.get(key) }));
	const total = keyed.reduce((sum, { item, known }) => sum + (known ? 0 : item.layout.views), 0);
	// A processor takes the images of one sample together, in the order of the conversation.
	const views = total === 0 ? [] : viewsOf(prompt.items, processor);
	const seen: SeenItem[] = [];
	let done = 0;
	for (const [index, { item, key, known }] of keyed.entries()) {
		if (known !== undefined) {
			seen.push({ item, key, embeddings: known });
			continue;
		}
		const projected: Float32Array[] = [];
		for (const view of views[index] ?? []) {
			if (options.signal?.aborted) return seen;
			projected.push(await parts.runs.see(view));
			options.onView?.(++done, total);
		}
		const embeddings = packed(parts, prompt, item, projected);
		features.set(key, embeddings);
		seen.push({ item, key, embeddings });
	}
	return seen;
}

function packed(
	{ architecture, settings, newline }: Parts,
	{ images }: Prompt,
	{ layout }: PlacedItem,
	views: readonly Float32Array[],
): Float32Array {
	const { family, projector } = architecture;
	return packItem(layout, views, projector.outputs, family.pooling(layout, settings, images), newline);
}

/** Embeddings of the tokens from `start` to `end` of a prompt: rows of the table, and of media. */
export async function embedTokens(
	parts: Parts,
	prompt: Prompt,
	media: readonly SeenItem[],
	start: number,
	end: number,
): Promise<Float32Array> {
	const dim = parts.architecture.decoder.hidden;
	const rows = await parts.embed(prompt.ids.slice(start, end));
	for (const { item, embeddings } of media) {
		const first = Math.max(start, item.start);
		const last = Math.min(end, item.start + item.layout.visualTokens);
		if (first >= last) continue;
		const part = embeddings.subarray((first - item.start) * dim, (last - item.start) * dim);
		rows.set(part, (first - start) * dim);
	}
	return rows;
}
