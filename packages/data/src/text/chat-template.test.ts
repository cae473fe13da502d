/**
 * Token counts equal to transformers' `apply_chat_template(tokenize=True)`, labels that match the loss, and media cut
 * out.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCounterFrom } from "@onevision/core";
import { expect, test } from "vitest";
import { createReadCounter } from "../bytes/file-bytes.ts";
import { measure } from "../profile/measure.ts";
import { createMediaReader } from "../profile/media-reader.ts";
import type { Part, Role, Turn } from "../record.ts";
import { folderOf } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { createChatMeter } from "./chat-template.ts";
import type { TextSpan } from "./meter.ts";
import { readChatMeter } from "./read-chat.ts";

const GOLDENS = fileURLToPath(new URL("../goldens/chat", import.meta.url));

interface Row {
	readonly template: string;
	readonly chat: string;
	readonly messages: readonly {
		readonly role: Role;
		readonly content: readonly { readonly type: string; readonly text?: string }[];
	}[];
	readonly tokens: number;
	readonly labels?: number;
}
interface Processed {
	readonly model: string;
	readonly template: string;
	readonly sizes: readonly (readonly [width: number, height: number])[];
	readonly length: number;
}
const { templates, rows, processed, begun } = JSON.parse(
	readFileSync(join(GOLDENS, "chats.json"), "utf8"),
) as {
	readonly templates: Readonly<Record<string, string>>;
	readonly rows: readonly Row[];
	readonly processed: readonly Processed[];
	readonly begun: readonly Omit<Processed, "model">[];
};
const tokenizer = JSON.parse(readFileSync(join(GOLDENS, "tokenizer.json"), "utf8")) as object;
const meterOf = (template: string) =>
	createChatMeter({
		tokenizer,
		template: templates[template] ?? template,
		variables: { eos_token: "<|im_end|>" },
	});

const turnsOf = ({ messages }: Row): Turn[] =>
	messages.map(({ role, content }) => ({
		role,
		parts: content.map(
			({ type, text = "" }): Part =>
				type === "text" ? { kind: "text", text } : { kind: type as "image" | "video" },
		),
	}));

const sum = (
	spans: readonly TextSpan[],
	isCounted: (span: TextSpan & { readonly kind: "text" }) => boolean,
) => spans.reduce((total, span) => total + (span.kind === "text" && isCounted(span) ? span.tokens : 0), 0);

/** Tokens that each template writes for a medium, to be replaced by a processor. */
const PLACE_TOKENS: Readonly<Record<string, number>> = { chatml: 3, "images-first": 1, "text-only": 1 };

test.each(rows)("$template, $chat: $tokens tokens", (row) => {
	const spans = meterOf(row.template).measure(turnsOf(row));
	const media = spans.flatMap(({ kind }) => (kind === "text" || kind === "cut" ? [] : [kind]));
	const given = row.messages.flatMap(({ content }) =>
		content.flatMap(({ type }) => (type === "text" ? [] : [type])),
	);
	expect([...media].sort()).toEqual([...given].sort());
	expect(sum(spans, () => true) + media.length * (PLACE_TOKENS[row.template] ?? 0)).toBe(row.tokens);
	if (row.labels !== undefined) expect(sum(spans, ({ isLabel }) => isLabel)).toBe(row.labels);
});

/** Text tokens before each place to cut, by the turns before it. */
function cutsOf(spans: readonly TextSpan[]): Readonly<Record<number, number>> {
	let tokens = 0;
	const cuts: Record<number, number> = {};
	for (const span of spans) {
		if (span.kind === "cut") cuts[span.turns] = tokens;
		else if (span.kind === "text") tokens += span.tokens;
	}
	return cuts;
}

test.each(
	Object.keys(templates),
)("%s: what precedes a cut is as long as that conversation alone", (template) => {
	const row = rows.find((each) => each.template === template && each.chat === "turns");
	if (row === undefined) throw new Error("no such row");
	const turns = turnsOf(row);
	const meter = meterOf(template);
	const lengthOf = (to: number): number => sum(meter.measure(turns.slice(0, to)), () => true);
	expect(cutsOf(meter.measure(turns))).toEqual({ 1: lengthOf(1), 3: lengthOf(3), 5: lengthOf(5) });
	// Without a system turn, the head is what the template writes by itself.
	const { 0: head = -1, 2: first } = cutsOf(meter.measure(turns.slice(1)));
	expect(head).toBe(
		template === "chatml" ? (meter.countText?.("<|im_start|>system\nYou are helpful.<|im_end|>\n") ?? 0) : 0,
	);
	expect(first).toBe(sum(meter.measure(turns.slice(1, 3)), () => true));
});

test("a template whose prompt is not how it writes a turn: the answer and the end of its turn are labels", () => {
	const row = rows.find(({ template, chat }) => template === "images-first" && chat === "one");
	if (row === undefined) throw new Error("no such row");
	const meter = meterOf("images-first");
	const labels = sum(meter.measure(turnsOf(row)), ({ isLabel }) => isLabel);
	expect(labels).toBe((meter.countText?.("A cat, asleep.") ?? 0) + 1);
});

test("an untrained turn has no labels", () => {
	const turns: Turn[] = [
		{ role: "user", parts: [{ kind: "text", text: "Hi" }] },
		{ role: "assistant", isTrained: false, parts: [{ kind: "text", text: "Ho" }] },
	];
	expect(sum(meterOf("chatml").measure(turns), ({ isLabel }) => isLabel)).toBe(0);
});

test("read from a model's folder, and what is missing or broken is said", async () => {
	const files = { "tokenizer.json": JSON.stringify(tokenizer) };
	const config = JSON.stringify({ eos_token: { content: "<|im_end|>" }, chat_template: templates.chatml });
	const folder = folderOf({ ...files, "tokenizer_config.json": config });
	const [row] = rows;
	if (row === undefined) throw new Error("no rows");
	const expected = meterOf("chatml").measure(turnsOf(row));
	expect((await readChatMeter(folder)).measure(turnsOf(row))).toEqual(expected);
	writeFileSync(join(folder, "chat_template.jinja"), templates["text-only"] ?? "");
	expect((await readChatMeter(folder)).measure(turnsOf(row))).not.toEqual(expected);
	for (const [content, message] of [
		[{}, "no tokenizer.json there"],
		[files, "no chat template there"],
		[{ ...files, "chat_template.jinja": "{% for %}" }, "cannot be used"],
		[{ ...files, "chat_template.jinja": "nothing" }, "neither text nor parts"],
		[{ "tokenizer.json": "{}", "chat_template.jinja": templates.chatml ?? "" }, "cannot be used"],
	] as const) {
		await expect(readChatMeter(folderOf(content), "--tokenizer X")).rejects.toMatchObject({
			code: "unreadable-file",
			message: expect.stringMatching(new RegExp(`^--tokenizer X: .*${message}`)),
		});
	}
});

/** A tokenizer that writes a token before a text, and a template that may have written it already. */
function begunMeter(template: string) {
	const token = "<|endoftext|>";
	const { added_tokens } = tokenizer as { readonly added_tokens: readonly { id: number; content: string }[] };
	const id = added_tokens.find(({ content }) => content === token)?.id;
	return createChatMeter({
		tokenizer: {
			...tokenizer,
			post_processor: {
				type: "TemplateProcessing",
				single: [{ SpecialToken: { id: token, type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
				pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
				special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
			},
		},
		template: `${template === "begun" ? "{{ bos_token }}" : ""}${templates["images-first"]}`,
		variables: { bos_token: token, eos_token: "<|im_end|>" },
	});
}

test.each([
	...processed.map((row) => ({ ...row, text: () => meterOf(row.template) })),
	...begun.map((row) => ({
		...{ ...row, model: "llava-onevision-qwen2-7b-ov" },
		text: () => begunMeter(row.template),
	})),
])("a sample of $model, $template, with images of $sizes is as long as its processor makes it", async (row) => {
	const names = row.sizes.map((_, index) => `${index}.png`);
	const root = folderOf(
		Object.fromEntries(row.sizes.map(([width, height], index) => [`${index}.png`, png(width, height)])),
	);
	const counter = createReadCounter();
	const media = createMediaReader({ counter, applyOrientation: false, applyRotation: false });
	const turns: Turn[] = [
		{
			role: "user",
			parts: [...names.map(() => ({ kind: "image" as const })), { kind: "text", text: "What is in them?" }],
		},
		{ role: "assistant", parts: [{ kind: "text", text: "A cat, asleep." }] },
	];
	const sample = await measure(
		{
			turns,
			media: names.map((path) => ({ kind: "image", place: { type: "path", path } })),
			position: { file: root },
		},
		root,
		{ counter: createCounterFrom(row.model), text: row.text(), media },
	);
	expect(sample).toMatchObject({ length: row.length, findings: [] });
});
