/** The header says what the model sees: prompt tokens of 500 mixed requests as transformers' processors make them. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "@onevision/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRoots } from "../media/roots.ts";
import { type TestServer, testServer } from "../testing/client.ts";
import { fakeUpstream, json, type Upstream } from "../testing/upstream.ts";
import { countRequest, openRequest } from "./count-request.ts";
import { createTarget, type Target } from "./target.ts";

type Part = { readonly text: string } | { readonly size: readonly [number, number] };
interface Golden {
	readonly targets: Readonly<
		Record<
			string,
			{ readonly model: string; readonly template: string; readonly settings: Record<string, number> }
		>
	>;
	readonly rows: readonly {
		readonly target: string;
		readonly messages: readonly { readonly role: string; readonly content: string | readonly Part[] }[];
		readonly tokens: number;
	}[];
}

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const { targets, rows } = JSON.parse(read("goldens/prompts.json")) as Golden;
const CHAT = "../../../data/src/goldens/chat";
const { templates } = JSON.parse(read(`${CHAT}/chats.json`)) as {
	readonly templates: Readonly<Record<string, string>>;
};

let folder = "";
let upstream: Upstream;
let server: TestServer;
let models: Readonly<
	Record<
		string,
		{
			readonly model: string;
			readonly settings: Settings;
			readonly tokenizer: string;
			readonly upstream: string;
		}
	>
> = {};
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "onevision-truth-"));
	const tokenizers = Object.entries(targets).map(([name, { template }]) => {
		const tokenizer = mkdtempSync(join(folder, `${name}-`));
		writeFileSync(join(tokenizer, "tokenizer.json"), read(`${CHAT}/tokenizer.json`));
		writeFileSync(join(tokenizer, "chat_template.jinja"), templates[template] ?? "");
		return [name, tokenizer] as const;
	});
	upstream = await fakeUpstream(json(200, {}));
	const mapped = tokenizers.map(([name, tokenizer]) => {
		const { model = "", settings = {} } = targets[name] ?? {};
		return [name, { model, settings, tokenizer, upstream: upstream.url }] as const;
	});
	models = Object.fromEntries(mapped);
	server = await testServer({ models });
});
afterAll(async () => {
	await server.close(1);
	await upstream.close();
	rmSync(folder, { recursive: true });
});

/** A PNG's signature and first chunk: as much as a header is read of. */
function pngUrl(width: number, height: number): string {
	const bytes = Buffer.alloc(60);
	bytes.write("89504e470d0a1a0a0000000d49484452", "hex");
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	bytes.write("0802000000", 24, "hex");
	bytes.writeUInt32BE(15, 33);
	bytes.write("IDAT", 37);
	return `data:image/png;base64,${bytes.toString("base64")}`;
}

const partOf = (part: Part) =>
	"text" in part
		? { type: "text", text: part.text }
		: { type: "image_url", image_url: { url: pngUrl(...(part.size as [number, number])) } };

const bodyOf = ({ target, messages }: Golden["rows"][number]) => ({
	model: target,
	messages: messages.map(({ role, content }) => ({
		role,
		content: typeof content === "string" ? content : content.map(partOf),
	})),
});

test("500 requests, each counted to the token", async () => {
	const roots = await openRoots([]);
	const known = new Map<string, Target>();
	for (const [name, target] of Object.entries(models)) {
		const mapped = { name, declared: target, model: target.model, settings: target.settings };
		const created = await createTarget(mapped, "/", {});
		if (created !== undefined) known.set(name, created);
	}
	const wrong: unknown[] = [];
	for (const row of rows) {
		const target = known.get(row.target);
		if (target === undefined) throw new Error("no such target");
		const opened = await openRequest(bodyOf(row), "openai-chat", target, { roots, maxPixels: 1e8 });
		const { promptTokens, exactness } = countRequest(opened, target);
		if (promptTokens !== row.tokens || exactness !== "exact") wrong.push({ ...row, promptTokens, exactness });
	}
	expect(wrong.slice(0, 3)).toEqual([]);
	expect(rows).toHaveLength(500);
});

test("the header says the same", async () => {
	const wrong: unknown[] = [];
	for (const row of rows.filter((_, index) => index % 20 === 0)) {
		const { messages, tokens, target } = row;
		const body = bodyOf(row);
		const { headers } = await server.post("/v1/chat/completions", body);
		const [counted, exactness] = [
			headers.get("x-onevision-prompt-tokens"),
			headers.get("x-onevision-exactness"),
		];
		if (counted !== String(tokens) || exactness !== "exact")
			wrong.push({ target, messages, tokens, counted, exactness });
	}
	expect(wrong).toEqual([]);
});
