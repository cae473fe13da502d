/** Long prompts are measured in a thread: alike, without holding others up, and not forever. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createChatMeter } from "@onevision/data";
import { expect, test } from "vitest";
import { createPromptMeter, measureWith } from "./prompt-meter.ts";

const read = (name: string) =>
	JSON.parse(
		readFileSync(fileURLToPath(new URL(`../../../data/src/goldens/chat/${name}`, import.meta.url)), "utf8"),
	);
const { templates } = read("chats.json") as { readonly templates: { readonly chatml: string } };
const meter = createChatMeter({
	...{ tokenizer: read("tokenizer.json"), variables: {} },
	template: `{% if messages | length > 1 %}{{ raise_exception("one turn") }}{% endif %}${templates.chatml}`,
});
const prompt = (text: string) => ({
	messages: [{ role: "user", content: [{ type: "image" }, { type: "text", text }] }],
	variables: {},
	addGenerationPrompt: true,
});
const LONG = prompt("What is moored there? ".repeat(2000));

test("a long prompt is measured as a short one is, and the event loop goes on meanwhile", async () => {
	const prompts = createPromptMeter(meter);
	const direct = measureWith(meter.measurePrompt ?? (() => []), LONG);
	expect(direct).toMatchObject({ placeholders: 1 });
	let turns = 0;
	const timer = setInterval(() => turns++, 1);
	const [short, ...long] = await Promise.all([prompt("Hi"), LONG, LONG].map(prompts.measure));
	clearInterval(timer);
	expect(short?.textTokens).toBeLessThan(30);
	expect(long).toEqual([direct, direct]);
	expect(turns).toBeGreaterThan(10);
	// A conversation that the template rejects is told from the thread, too.
	const twice = { ...LONG, messages: [...LONG.messages, ...LONG.messages] };
	await expect(prompts.measure(twice)).rejects.toMatchObject({ code: "unreadable-file" });
	await prompts.close();
});

test("a prompt that takes too long is refused, and those behind it are asked to come again", async () => {
	const prompts = createPromptMeter(meter, 300);
	const endless = prompt("ab".repeat(300_000));
	const results = await Promise.allSettled([prompts.measure(endless), prompts.measure(LONG)]);
	expect(results.map((result) => result.status === "rejected" && result.reason.code)).toEqual([
		"over-limit",
		"overloaded",
	]);
	await prompts.close();
});
