/** Compares the logits of a prompt's last tokens with those of a reference. */

import { type Accuracy, accuracyOf } from "@onevision/graph";
import type { Parts } from "./parts.ts";
import { positionsBetween } from "./positions.ts";
import type { Prompt } from "./prompt.ts";
import { embedTokens, type SeenItem, seeItems } from "./see.ts";

/** What the logits were compared with. */
export type CheckReference =
	/** The same model with its weights in float32. */
	| "float32"
	/** The same model, which reads the last tokens one by one: another graph, with attention of another form. */
	| "one-by-one";

export interface LogitCheck extends Accuracy {
	readonly against: CheckReference;
	/** Largest logit minus smallest, of the reference. */
	readonly range: number;
}

/** Most tokens whose logits are compared. */
const ROWS = 32;

/**
 * The prompt's last tokens against those of `reference`, another load of the same model, with its own features of the media;
 * without it, read at once against read one by one. Throws the signal's reason.
 */
export async function checkLogits(
	parts: Parts,
	prompt: Prompt,
	reference: Parts | undefined,
	signal?: AbortSignal,
): Promise<LogitCheck> {
	const rows = Math.min(ROWS, prompt.ids.length);
	const actual = await lastLogits(parts, prompt, rows, "at-once", signal);
	const expected = await (reference === undefined
		? lastLogits(parts, prompt, rows, "one-by-one", signal)
		: lastLogits(reference, prompt, rows, "at-once", signal));
	const [low, high] = expected.reduce(
		([least, most], value) => [Math.min(least, value), Math.max(most, value)],
		[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
	);
	return {
		...accuracyOf(actual, expected, parts.architecture.decoder.vocabulary),
		against: reference === undefined ? "one-by-one" : "float32",
		range: high - low,
	};
}

/** Logits [rows, vocabulary] of the prompt's last tokens, which are read in one step or one after the other. */
async function lastLogits(
	parts: Parts,
	prompt: Prompt,
	rows: number,
	how: "at-once" | "one-by-one",
	signal: AbortSignal | undefined,
): Promise<Float32Array> {
	const total = prompt.ids.length;
	const media = await seeItems(parts, prompt, signal === undefined ? {} : { signal });
	signal?.throwIfAborted();
	const cache = await parts.runs.allocate(total);
	const step = async (start: number, end: number, asked: readonly number[]) => {
		signal?.throwIfAborted();
		const embeddings = await embedTokens(parts, prompt, media as readonly SeenItem[], start, end);
		return parts.runs.step(
			{ embeddings, positions: positionsBetween(prompt.positions, start, end), rows: asked },
			cache,
		);
	};
	try {
		const first = total - rows;
		for (let start = 0; start < first; start += parts.chunk) {
			const end = Math.min(start + parts.chunk, first);
			await step(start, end, [end - start - 1]);
		}
		if (how === "at-once") return await step(first, total, [...Array(rows).keys()]);
		const { vocabulary } = parts.architecture.decoder;
		const logits = new Float32Array(rows * vocabulary);
		for (let row = 0; row < rows; row++) {
			logits.set(await step(first + row, first + row + 1, [0]), row * vocabulary);
		}
		return logits;
	} finally {
		await cache.close();
	}
}
