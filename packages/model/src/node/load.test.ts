/** Loading and answering: reuse of what questions share, stopping, and one line for whatever does not fit together. */

import {
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry } from "@onevision/graph";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../chat/message.ts";
import type { Answer, GenerateOptions } from "../generate/generate.ts";
import { goldenImage } from "../testing/goldens.ts";
import { QUANTIZATIONS } from "../weights/quantization.ts";
import { loadModel, type VisionLanguageModel } from "./load.ts";

const FIXTURES = fileURLToPath(new URL("../families/llava-onevision/fixtures", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "onevision-model-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const image = goldenImage(60, 45, 3);
const ask = (text: string): Message[] => [
	{
		role: "user",
		content: [
			{ type: "image", image },
			{ type: "text", text },
		],
	},
];

async function answered(
	model: VisionLanguageModel,
	messages: readonly Message[],
	options: GenerateOptions = {},
	conversation: Pick<ReturnType<typeof model.conversation>, "generate"> = model.conversation(),
): Promise<Answer & { readonly pieces: string }> {
	let pieces = "";
	const stream = conversation.generate(messages, { maxTokens: 12, ignoreEnd: true, ...options });
	for (;;) {
		const { done, value } = await stream.next();
		if (done) return { ...value, pieces };
		pieces += value.text;
	}
}

describe("answers", () => {
	let model: VisionLanguageModel;
	beforeAll(async () => {
		// Every frame of a video is taken.
		model = await loadModel(join(FIXTURES, "onevision"), { threads: 1, asIs: true });
	});
	afterAll(() => model.close());

	test("a second question about an image starts behind it, and is answered as if it were the first", async () => {
		const conversation = model.conversation();
		await answered(model, ask("What?"), {}, conversation);
		const again = await answered(model, ask("Where is it?"), {}, conversation);
		const fresh = await answered(model, ask("Where is it?"));
		expect(again.ids).toEqual(fresh.ids);
		expect(again.usage.cached).toBeGreaterThan(fresh.usage.visual);
		expect(fresh.usage.cached).toBe(0);
	});

	test("the same question again computes one token of the prompt", async () => {
		const conversation = model.conversation();
		const first = await answered(model, ask("What?"), {}, conversation);
		const second = await answered(model, ask("What?"), {}, conversation);
		expect(second.ids).toEqual(first.ids);
		expect(second.usage.cached).toBe(first.usage.prompt - 1);
	});

	test("a turn behind an answer keeps all before it", async () => {
		const conversation = model.conversation();
		const first = await answered(model, ask("What?"), {}, conversation);
		const turns: Message[] = [
			...ask("What?"),
			{ role: "assistant", content: first.text },
			{ role: "user", content: "Why?" },
		];
		const second = await answered(model, turns, {}, conversation);
		expect(second.usage.cached).toBeGreaterThanOrEqual(first.usage.prompt - 2);
		expect(second.ids).toEqual((await answered(model, turns)).ids);
	});

	test("answers made at the same time are those made one after the other", async () => {
		const asked: Message[][] = [
			ask("What?"),
			[{ role: "user", content: "Only text, and some more of it than the others have." }],
			ask("Where is it?"),
			...[1, 2].map((seed): Message[] => [
				{ role: "user", content: [{ type: "image", image: goldenImage(50 * seed, 40, seed) }] },
			]),
		];
		const lengths = [12, 40, 25, 3, 30];
		const one: (readonly number[])[] = [];
		for (const [index, messages] of asked.entries()) {
			one.push((await answered(model, messages, { maxTokens: lengths[index] ?? 0 })).ids);
		}
		const pool = model.pool(asked.length);
		const all = await Promise.all(
			asked.map((messages, index) => answered(model, messages, { maxTokens: lengths[index] ?? 0 }, pool)),
		);
		expect(all.map(({ ids }) => ids)).toEqual(one);
		await pool.close();
	});

	test("another image of the same size is not taken for the first", async () => {
		const conversation = model.conversation();
		await answered(model, ask("What?"), {}, conversation);
		const other: Message[] = [
			{
				role: "user",
				content: [
					{ type: "image", image: goldenImage(60, 45, 9) },
					{ type: "text", text: "What?" },
				],
			},
		];
		const { ids, usage } = await answered(model, other, {}, conversation);
		expect(ids).toEqual((await answered(model, other)).ids);
		expect(usage.cached).toBeLessThan(8);
	});

	test("chunks of any length give the same answer", async () => {
		const whole = await answered(model, ask("What?"));
		const chunked = await loadModel(join(FIXTURES, "onevision"), { threads: 1, chunk: 7 });
		expect((await answered(chunked, ask("What?"))).ids).toEqual(whole.ids);
		await chunked.close();
	});

	test("pieces join to the answer; a stop string ends it", async () => {
		const whole = await answered(model, ask("What?"));
		expect(whole.pieces).toBe(whole.text.slice(0, whole.pieces.length));
		expect(whole.finish).toBe("length");
		const stop = whole.text.slice(4, 6);
		const stopped = await answered(model, ask("What?"), { stop: [stop] });
		expect(stopped.text).toBe(whole.text.slice(0, whole.text.indexOf(stop)));
		expect(stopped.finish).toBe("stop");
	});

	test("a seed repeats a drawn answer", async () => {
		const drawn = (seed: number) => answered(model, ask("What?"), { temperature: 1.2, topP: 0.95, seed });
		expect((await drawn(5)).ids).toEqual((await drawn(5)).ids);
		expect((await drawn(6)).ids).not.toEqual((await drawn(5)).ids);
	});

	test("a signal stops before the next step, and the conversation goes on afterwards", async () => {
		const controller = new AbortController();
		const conversation = model.conversation();
		const stream = conversation.generate(ask("What?"), {
			maxTokens: 50,
			ignoreEnd: true,
			signal: controller.signal,
		});
		await stream.next();
		await expect(conversation.generate(ask("What?")).next()).rejects.toThrow("being answered already");
		controller.abort();
		const last = await stream.next();
		expect(last.done && last.value.finish).toBe("cancelled");
		const next = await answered(model, ask("What?"), {}, conversation);
		expect(next.ids).toEqual((await answered(model, ask("What?"))).ids);
	});

	test("a prompt beyond the context names the item to shrink and to what", async () => {
		const images = Array.from({ length: 3 }, (_, seed) => goldenImage(80, 60, seed));
		const many: Message[] = [
			{ role: "user", content: images.map((each) => ({ type: "image", image: each })) },
		];
		expect(() => model.prompt(many, 2040)).toThrow(
			/are over its context of 2,048 tokens; ask for at most \d/,
		);
		const clip = { item: { kind: "video", width: 40, height: 40, frames: 600 } as const, frames: [] };
		const long: Message[] = [
			{
				role: "user",
				content: [
					{ type: "video", clip },
					{ type: "text", text: "?" },
				],
			},
		];
		expect(() => model.prompt(long, 10)).toThrow(
			/; shrink video 1 to \d+ frames \(2,401 to 1,\d{3} tokens\)/,
		);
	});

	test("conversations that cannot be answered", () => {
		expect(() => model.prompt([])).toThrow("messages: expected at least one");
		expect(() => model.prompt([...ask("?"), { role: "assistant", content: "!" }])).toThrow(
			"end with one of the user",
		);
		expect(() => model.prompt([{ role: "user", content: "What is <image>?" }])).toThrow(
			"a placeholder in the text",
		);
	});
});

describe("quantized", () => {
	const cacheFolder = join(folder, "quantized");
	const files = () => readdirSync(cacheFolder).map((name) => [name, statSync(join(cacheFolder, name)).ino]);

	test.each([
		// Random weights are hard on few bits: their logits are near each other.
		["int8", 0.06, 0.8],
		["int4", 0.4, 0.5],
		["int8-dynamic", 0.08, 0.8],
	] as const)("%s: how far its logits are from float32", async (quantize, most, equal) => {
		const options = { threads: 1, quantize, cacheFolder };
		const model = await loadModel(join(FIXTURES, "onevision-untied"), options);
		const check = await model.check(ask("What is it?"));
		expect(check).toMatchObject({ against: "float32", rows: 32 });
		expect(check.relativeRms).toBeGreaterThan(1e-3);
		expect(check.relativeRms).toBeLessThan(most);
		expect(check.topOneEqual).toBeGreaterThanOrEqual(equal);
		const answer = await answered(model, ask("What?"), { maxTokens: 3 });
		expect(answer.ids).toHaveLength(3);
		await model.close();
	});

	test("the file is made once", async () => {
		const before = files();
		expect(before.map(([name]) => name).sort()).toEqual(
			QUANTIZATIONS.map((name) => `${name}.safetensors`)
				.concat("float32.safetensors")
				.sort(),
		);
		const options = { threads: 1, quantize: "int8", cacheFolder } as const;
		await (await loadModel(join(FIXTURES, "onevision-untied"), options)).close();
		expect(files()).toEqual(before);
	});

	test("a tied head is rounded, the table of embeddings is not", async () => {
		const options = { threads: 1, quantize: "int8", cacheFolder: join(folder, "tied") } as const;
		const model = await loadModel(join(FIXTURES, "onevision"), options);
		const { relativeRms } = await model.check(ask("What is it?"));
		expect(relativeRms).toBeGreaterThan(1e-3);
		expect(relativeRms).toBeLessThan(0.06);
		await model.close();
	});

	test("float32 is compared with itself, read token by token", async () => {
		const model = await loadModel(join(FIXTURES, "onevision"), { threads: 1 });
		const { against, topOneEqual, largest, range } = await model.check(ask("What is it?"));
		expect([against, topOneEqual]).toEqual(["one-by-one", 1]);
		expect(largest / range).toBeLessThan(1e-5);
		await model.close();
	});

	test("weights beyond the memory are refused with what would fit", async () => {
		const refused = (memory: number) => loadModel(join(FIXTURES, "onevision"), { label: "mine", memory });
		await expect(refused(200e3)).rejects.toThrow(
			/^mine: its float32 weights need 20\d kB of memory, 200 kB are available; --quantize int8 needs 1\d\d kB, --quantize int4/,
		);
		await expect(refused(5e3)).rejects.toThrow(/are available; use a smaller model/);
	});
});

/** A copy of a snapshot, changed by `act`. */
async function refusal(name: string, act: (path: string) => void): Promise<string> {
	const path = join(folder, String(Math.random()).slice(2));
	cpSync(join(FIXTURES, name), path, { recursive: true });
	act(path);
	const error = await loadModel(path, { label: "mine" }).then(
		() => new Error("was accepted"),
		(thrown: Error) => thrown,
	);
	expect(error.message).not.toContain("\n");
	return error.message;
}

function rewrite(path: string, file: string, change: (content: Record<string, unknown>) => void): void {
	const content = JSON.parse(readFileSync(join(path, file), "utf8"));
	change(content);
	writeFileSync(join(path, file), JSON.stringify(content));
}

describe("refused in one line", () => {
	test("a missing shard", async () => {
		const message = await refusal("onevision-untied", (path) =>
			unlinkSync(join(path, "model-00002-of-00004.safetensors")),
		);
		expect(message).toContain("model-00002-of-00004.safetensors: missing; download the snapshot again");
	});

	test("a header that claims more than the file", async () => {
		const message = await refusal("onevision", (path) => {
			const bytes = readFileSync(join(path, "model.safetensors"));
			bytes.writeBigUInt64LE(2n ** 40n);
			writeFileSync(join(path, "model.safetensors"), bytes);
		});
		expect(message).toContain("header");
	});

	test("weights of another width", async () => {
		const message = await refusal("onevision", (path) =>
			rewrite(path, "config.json", (config) => {
				(config.text_config as Record<string, unknown>).intermediate_size = 64;
			}),
		);
		expect(message).toMatch(
			/mine: .* is \[48, 32\], config.json makes it \[64, 32\]; they are not of one model/,
		);
	});

	test("a tensor too few", async () => {
		const message = await refusal("onevision", (path) => {
			const file = join(path, "model.safetensors");
			const { tensors, metadata } = decodeSafetensors(readFileSync(file));
			const left = new Map<string, SafetensorsEntry>(tensors);
			left.delete("image_newline");
			writeFileSync(file, encodeSafetensors({ tensors: left, metadata }));
		});
		expect(message).toContain("mine: lacks image_newline");
	});

	test("a template that needs what the library lacks, or that is none", async () => {
		const withTemplate = (template: string) =>
			refusal("onevision", (path) => writeFileSync(join(path, "chat_template.jinja"), template));
		expect(await withTemplate("{% include 'tools.jinja' %}")).toMatch(
			/^mine: the tokenizer or chat template cannot be used: \S/,
		);
		expect(await withTemplate("{% for message in messages %}")).toMatch(
			/^mine: the tokenizer or chat template/,
		);
		const path = join(folder, "filter");
		cpSync(join(FIXTURES, "onevision"), path, { recursive: true });
		writeFileSync(join(path, "chat_template.jinja"), "{{ messages | no_such_filter }}");
		const model = await loadModel(path, { threads: 1, label: "mine" });
		expect(() => model.prompt(ask("?"))).toThrow(
			/^mine: the chat template refuses this: [^\n]*no_such_filter/,
		);
		await model.close();
	});

	test("a tokenizer of another model", async () => {
		const message = await refusal("onevision", (path) =>
			rewrite(path, "tokenizer.json", (tokenizer) => {
				(tokenizer.added_tokens as unknown[]).push({
					...(tokenizer.added_tokens as object[])[0],
					id: 5000,
					content: "<far>",
				});
			}),
		);
		expect(message).toContain("it is the tokenizer of another model");
	});

	test("what is not run", async () => {
		expect(
			await refusal("onevision", (path) =>
				rewrite(path, "config.json", (config) => {
					(config.text_config as Record<string, unknown>).rope_parameters = {
						rope_type: "yarn",
						rope_theta: 1e4,
					};
				}),
			),
		).toContain('rope_type: "yarn" is not run here; known: default');
		expect(await refusal("onevision", (path) => unlinkSync(join(path, "tokenizer.json")))).toBe(
			"mine: no tokenizer.json; download it from the repository",
		);
	});
});
