/** What an answer's tokens attend to, against transformers' `output_attentions`, and where it lies on the image. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadModel, type VisionLanguageModel } from "../node/load.ts";
import { messagesOf, readGoldens, relativeError } from "../testing/goldens.ts";

interface GoldenAttention {
	readonly label: string;
	readonly answer: string;
	readonly ids: readonly number[];
	/** By layer and token: weights of the positions up to the one that predicts it. */
	readonly weights: readonly (readonly (readonly number[])[])[];
}

const FAMILY = fileURLToPath(new URL("../families/llava-onevision", import.meta.url));
const { chats } = JSON.parse(readFileSync(new URL("goldens/attention.json", import.meta.url), "utf8")) as {
	readonly chats: readonly GoldenAttention[];
};
const conversations = readGoldens(FAMILY, "onevision").chats;

let model: VisionLanguageModel;
beforeAll(async () => {
	model = await loadModel(`${FAMILY}/fixtures/onevision`, { threads: 1, chunk: 16 });
});
afterAll(() => model.close());

describe.each(chats)("$label", ({ label, answer, ids, weights }) => {
	const chat = conversations[label];
	const messages = chat === undefined ? [] : messagesOf(chat);

	test.each([[[0]], [[1]], [[0, 1]]])("layers %o as in transformers", async (layers) => {
		const attended = await model.attend(messages, answer, { layers });
		expect(attended.tokens.map(({ id }) => id)).toEqual(ids);
		for (const [index, { weights: own }] of attended.tokens.entries()) {
			const expected = Float32Array.from(own, (_, at) => {
				const all = layers.map((layer) => weights[layer]?.[index]?.[at] ?? Number.NaN);
				return all.reduce((sum, each) => sum + each, 0) / layers.length;
			});
			expect(relativeError(own, expected)).toBeLessThan(1e-5);
		}
	});

	test("the shares of image, text and answer sum to one", async () => {
		const { shares, items, tokens } = await model.attend(messages, answer);
		expect(shares.visual + shares.first + shares.text + shares.answer).toBeCloseTo(1, 5);
		const visual = items.reduce((sum, item) => sum + item.weights.reduce((all, each) => all + each, 0), 0);
		expect(visual).toBeCloseTo(shares.visual, 6);
		expect(tokens.map(({ text }) => text).join("")).toBe(answer.replace("é", "\ufffd\ufffd"));
	});
});

test("layers that do not exist, and no answer, are refused", async () => {
	const messages = [{ role: "user", content: "What?" }] as const;
	await expect(model.attend(messages, "Yes.", { layers: [2] })).rejects.toThrow(
		"layers: 2 given; the model has 2, 0 to 1",
	);
	await expect(model.attend(messages, "")).rejects.toThrow("answer: has no tokens");
});
