/**
 * Every tiny snapshot of oracle/model.py against transformers: token ids, tower features, packed embeddings, logits of every
 * position and 64 greedy tokens, for one image, several, a video, both, and several turns.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeModel, nodeRuntime } from "@onevision/graph/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mediaOf } from "../chat/message.ts";
import { Conversation } from "../generate/generate.ts";
import type { Parts } from "../generate/parts.ts";
import { createPrompt } from "../generate/prompt.ts";
import { seeItems } from "../generate/see.ts";
import { viewsOf } from "../generate/views.ts";
import { modelGraphs } from "../modules/graphs.ts";
import { loadParts } from "../node/load.ts";
import { ModelWeights } from "../node/model-weights.ts";
import { packItem } from "../packing/pack.ts";
import { messagesOf, readGoldens, relativeError } from "../testing/goldens.ts";
import { MODEL_FAMILIES } from "./index.ts";

const SNAPSHOTS = [
	["llava-onevision", "onevision"],
	["llava-onevision", "onevision-untied"],
	["llava", "llava-1.5"],
	["llava-next", "mistral"],
	["llava-next-video", "next-video"],
	["qwen-vl", "qwen2.5-vl"],
] as const;

const cacheFolder = mkdtempSync(join(tmpdir(), "onevision-families-"));
afterAll(() => rmSync(cacheFolder, { recursive: true, force: true }));

/** Of the range of the values. */
const TOLERANCE = 1e-5;

test("every family that runs has a snapshot", () => {
	expect([...new Set(SNAPSHOTS.map(([family]) => family))].sort()).toEqual([...MODEL_FAMILIES].sort());
});

describe.each(SNAPSHOTS)("%s %s", (family, name) => {
	const folder = fileURLToPath(new URL(family, import.meta.url));
	const goldens = readGoldens(folder, name);
	const chats = Object.entries(goldens.chats);
	let parts: Parts;
	let close: () => Promise<void>;

	beforeAll(async () => {
		// Smaller chunks than any prompt, so that every prompt reads its own cache; every frame, as transformers by itself.
		const options = { threads: 1, chunk: 16, cacheFolder, asIs: true };
		({ parts, close } = await loadParts(`${folder}/fixtures/${name}`, options));
	});
	afterAll(() => close());

	const promptOf = (chat: (typeof chats)[number][1]) => {
		const { label, chat: own, processor, architecture } = parts;
		return createPrompt(messagesOf(chat), 64, { ...architecture, label, chat: own, processor });
	};

	test.each(chats)("%s: token ids", (_, chat) => {
		expect(parts.chat.render(messagesOf(chat))).toBe(chat.prompt);
		expect(promptOf(chat).ids).toEqual(chat.ids);
	});

	test.each(chats)("%s: packed embeddings", async (label, chat) => {
		const seen = await seeItems(parts, promptOf(chat));
		for (const kind of ["image", "video"] as const) {
			const expected = goldens.array(`${label}.${kind}`);
			const own = seen.filter(({ item }) => item.part.type === kind).map(({ embeddings }) => embeddings);
			if (expected === undefined) expect(own).toEqual([]);
			else expect(relativeError(concatenated(own), expected)).toBeLessThan(TOLERANCE);
		}
	});

	test("features of the first view, before they are projected", async () => {
		const { architecture, processor } = parts;
		const expected = goldens.array("single.image.tower") ?? new Float32Array(0);
		const [chat] = chats.map(([, each]) => each);
		const [[view] = []] = chat === undefined ? [] : viewsOf(promptOf(chat).items, processor);
		const graphs = modelGraphs(architecture);
		const { features, feeds } = graphs.vision.image;
		const path = `${folder}/fixtures/${name}`;
		const weights = await ModelWeights.open(path, name, architecture, graphs, { folder: cacheFolder });
		const { external, folder: place } = weights.external(features.graph.parameters.map((each) => each.name));
		const model = encodeModel({ features }, { external });
		const program = await nodeRuntime({ threads: 1 }).load(model, { folder: place, prepack: false });
		const { features: found } = await program.run(view === undefined ? {} : feeds(view));
		const own = found?.data as Float32Array;
		// The golden begins with the class token, which LLaVA drops.
		expect(own.length).toBeGreaterThan(0);
		expect(relativeError(own, expected.subarray(-own.length))).toBeLessThan(TOLERANCE);
		await program.close();
	});

	test.each(chats)("%s: packing of given features, element by element", (label, chat) => {
		const { architecture, settings, newline } = parts;
		const prompt = promptOf(chat);
		const dim = architecture.projector.outputs;
		for (const kind of ["image", "video"] as const) {
			const views = goldens.array(`${label}.${kind}.views`);
			if (views === undefined) continue;
			let at = 0;
			const packed = prompt.items.flatMap(({ part, layout }) => {
				if (part.type !== kind) return [];
				const pooling = architecture.family.pooling(layout, settings, prompt.images);
				const { rows, cols } = pooling.stride === 1 ? layout.pooledGrid : layout.patchGrid;
				const size = rows * cols * dim;
				const start = at;
				at += layout.views * size;
				const own = Array.from({ length: layout.views }, (_, view) =>
					views.subarray(start + view * size, start + (view + 1) * size),
				);
				return [packItem(layout, own, dim, pooling, newline)];
			});
			expect(at).toBe(views.length);
			const expected = goldens.array(`${label}.${kind}`) ?? new Float32Array(0);
			// Where a grid is resized, PyTorch's order of additions depends on its vector width.
			expect(relativeError(concatenated(packed), expected)).toBeLessThan(1e-7);
		}
	});

	test.each(chats)("%s: logits of every position", async (label, chat) => {
		const prompt = promptOf(chat);
		const seen = await seeItems(parts, prompt);
		const cache = await parts.runs.allocate(prompt.ids.length);
		const embeddings = await parts.embed(prompt.ids);
		for (const { item, embeddings: own } of seen) {
			embeddings.set(own, item.start * parts.architecture.decoder.hidden);
		}
		const rows = prompt.ids.map((_, index) => index);
		const { axes: positions } = prompt.positions;
		const logits = await parts.runs.step({ embeddings, positions, rows }, cache);
		const expected = goldens.array(`${label}.logits`) ?? new Float32Array(0);
		expect(relativeError(logits, expected)).toBeLessThan(TOLERANCE);
		await cache.close();
	});

	test.each(chats)("%s: 64 greedy tokens", async (label, chat) => {
		const conversation = new Conversation(parts);
		const answer = conversation.generate(messagesOf(chat), { maxTokens: 64, ignoreEnd: true });
		let text = "";
		for (;;) {
			const { done, value } = await answer.next();
			if (!done) {
				text += value.text;
				continue;
			}
			expect(value.ids).toEqual(chat.greedy);
			expect(value.text).toBe(chat.text);
			expect(value.text.startsWith(text)).toBe(true);
			expect(value.usage).toMatchObject({ prompt: chat.ids.length, cached: 0, answer: 64 });
			expect(value.usage.visual).toBe(visualTokens(promptOf(chat).items));
			expect(mediaOf(messagesOf(chat)).length).toBe(promptOf(chat).items.length);
			break;
		}
		if (label === "video") {
			const turns = [
				...messagesOf(chat),
				{ role: "assistant", content: chat.text },
				{ role: "user", content: "Why?" },
			] as const;
			const options = { maxTokens: 6, ignoreEnd: true };
			const [kept, fresh] = [conversation, new Conversation(parts)].map((each) =>
				each.generate(turns, options),
			);
			// Positions of a generated token may differ from those it has once it is given.
			expect(await idsOf(kept)).toEqual(await idsOf(fresh));
		}
		await conversation.close();
	});
});

async function idsOf(stream: ReturnType<Conversation["generate"]> | undefined): Promise<readonly number[]> {
	for (let step = await stream?.next(); step !== undefined; step = await stream?.next()) {
		if (step.done === true) return step.value.ids;
	}
	return [];
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
	const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const each of arrays) {
		all.set(each, at);
		at += each.length;
	}
	return all;
}

function visualTokens(items: readonly { readonly layout: { readonly visualTokens: number } }[]): number {
	return items.reduce((sum, { layout }) => sum + layout.visualTokens, 0);
}
