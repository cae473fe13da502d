/** Requests with tools: counted as transformers' templates render them, in all three APIs' forms. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RequestApi } from "@onevision/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRoots } from "../media/roots.ts";
import { type CountedRequest, countRequest, openRequest } from "./count-request.ts";
import { createTarget, type Target } from "./target.ts";

interface Message {
	readonly role: string;
	readonly content: string | null;
	readonly tool_calls?: readonly {
		readonly function: { readonly name: string; readonly arguments: string };
	}[];
}
interface Tool {
	readonly type: "function";
	readonly function: { readonly name: string; readonly description: string; readonly parameters: object };
}
interface Golden {
	readonly template: string;
	readonly rows: readonly {
		readonly request: { readonly messages: readonly Message[]; readonly tools?: readonly Tool[] };
		readonly tokens: number;
	}[];
}

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const { template, rows } = JSON.parse(read("goldens/tools.json")) as Golden;

const folder = mkdtempSync(join(tmpdir(), "onevision-tools-"));
let exact: Target;
let estimated: Target;
beforeAll(async () => {
	writeFileSync(join(folder, "tokenizer.json"), read("../../../data/src/goldens/chat/tokenizer.json"));
	writeFileSync(join(folder, "chat_template.jinja"), template);
	const create = async (more: object): Promise<Target> => {
		const declared = { model: "qwen2.5-vl-7b", upstream: "http://127.0.0.1:9", ...more };
		const created = await createTarget({ name: "m", declared, model: declared.model, settings: {} }, "/", {});
		if (created === undefined) throw new Error("no target");
		return created;
	};
	[exact, estimated] = await Promise.all([create({ tokenizer: folder }), create({})]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function counted(body: object, api: RequestApi, target = exact): Promise<CountedRequest> {
	const access = { roots: await openRoots([]), maxPixels: 1e8 };
	return countRequest(await openRequest({ ...body }, api, target, access), target);
}

test("definitions, calls and results of Chat Completions, each to the token", async () => {
	const wrong: unknown[] = [];
	for (const { request, tokens } of rows) {
		const { promptTokens, exactness } = await counted(request, "openai-chat");
		if (promptTokens !== tokens || exactness !== "exact")
			wrong.push({ request, tokens, promptTokens, exactness });
	}
	expect(wrong.slice(0, 2)).toEqual([]);
	expect(rows.filter(({ request }) => request.tools !== undefined).length).toBeGreaterThan(30);
});

const withoutStrict = rows.filter(({ request }) => !JSON.stringify(request).includes('"strict"'));

test("the same in the form of the Messages API is the same number, and called an estimate", async () => {
	for (const { request, tokens } of withoutStrict) {
		const { promptTokens, exactness, doubts } = await counted(asMessages(request), "anthropic-messages");
		expect(promptTokens).toBe(tokens);
		expect(exactness).toBe(request.tools === undefined ? "exact" : "estimate");
		if (request.tools !== undefined) expect(doubts.join()).toMatch(/rendered by the upstream/);
	}
});

test("the same in the form of the Responses API, too", async () => {
	for (const { request, tokens } of withoutStrict) {
		// A call is an item of its own there, and no part of what was said before it.
		if (request.messages.some(({ content, tool_calls: calls }) => calls !== undefined && content !== null))
			continue;
		const { promptTokens, exactness } = await counted(asResponses(request), "openai-responses");
		expect(promptTokens).toBe(tokens);
		expect(exactness).toBe(request.tools === undefined ? "exact" : "estimate");
	}
});

test("without a tokenizer, definitions are part of the estimate", async () => {
	const [request] = rows.flatMap(({ request: each }) => (each.tools === undefined ? [] : [each]));
	if (request === undefined) throw new Error("no row with tools");
	const { tools: _tools, ...bare } = request;
	const [with_, without] = await Promise.all(
		[request, bare].map((each) => counted(each, "openai-chat", estimated)),
	);
	expect(with_?.exactness).toBe("estimate");
	expect(with_?.promptTokens).toBeGreaterThan((without?.promptTokens ?? 0) + 20);
});

function asMessages({ messages, tools }: Golden["rows"][number]["request"]): object {
	const [first] = messages;
	const system = first?.role === "system" ? { system: first.content } : {};
	const turns = messages
		.filter(({ role }) => role !== "system")
		.map(({ role, content, tool_calls: calls = [] }) => {
			if (role === "tool")
				return { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content }] };
			if (calls.length === 0) return { role, content };
			const said = content === null ? [] : [{ type: "text", text: content }];
			const uses = calls.map(({ function: { name, arguments: given } }) => ({
				...{ type: "tool_use", id: "call_1", name, input: JSON.parse(given) },
			}));
			return { role, content: [...said, ...uses] };
		});
	const definitions = tools?.map(({ function: { name, description, parameters } }) => ({
		...{ name, description, input_schema: parameters },
	}));
	return { ...system, messages: turns, ...(definitions === undefined ? {} : { tools: definitions }) };
}

function asResponses({ messages, tools }: Golden["rows"][number]["request"]): object {
	const input = messages.flatMap(({ role, content, tool_calls: calls = [] }): object[] => {
		if (role === "tool") return [{ type: "function_call_output", call_id: "call_1", output: content }];
		if (calls.length === 0) return [{ role, content }];
		return calls.map(({ function: { name, arguments: given } }) => ({
			...{ type: "function_call", call_id: "call_1", name, arguments: given },
		}));
	});
	const definitions = tools?.map(({ function: own }) => ({ type: "function", ...own }));
	return { input, ...(definitions === undefined ? {} : { tools: definitions }) };
}
