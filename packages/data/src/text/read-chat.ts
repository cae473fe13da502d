/** Reads the tokenizer and chat template from a model's folder, as laid out in Hugging Face repositories. */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { createChatMeter } from "./chat-template.ts";
import type { TextMeter } from "./meter.ts";

/** Largest file read, bytes; vocabularies of 260,000 entries take about 35 MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Creates a meter from a folder with `tokenizer.json` and a chat template: `chat_template.jinja`, or under
 * `chat_template` in `chat_template.json` or `tokenizer_config.json`. `label` names the folder in messages. Throws
 * `unreadable-file`.
 */
export async function readChatMeter(folder: string, label = folder): Promise<TextMeter> {
	const refused = (why: string): OnevisionError =>
		new OnevisionError("unreadable-file", `${label}: ${why}; give the folder of the model's repository`);
	try {
		const tokenizer = await readJson(join(folder, "tokenizer.json"));
		if (tokenizer === undefined) throw refused("no tokenizer.json there");
		const config = (await readJson(join(folder, "tokenizer_config.json"))) ?? {};
		const beside = (await readJson(join(folder, "chat_template.json"))) ?? {};
		const template =
			(await readText(join(folder, "chat_template.jinja"))) ?? beside.chat_template ?? config.chat_template;
		if (typeof template !== "string") throw refused("no chat template there");
		return createChatMeter({ tokenizer, template, variables: specialTokens(config) });
	} catch (error) {
		if (error instanceof OnevisionError && error.message.startsWith(label)) throw error;
		throw refused((error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "");
	}
}

/** `bos_token` and similar as text, for templates that print them. */
function specialTokens(config: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
	const entries = Object.entries(config).flatMap(([key, value]) => {
		if (!key.endsWith("_token")) return [];
		const text = isRecord(value) ? value.content : value;
		return typeof text === "string" ? [[key, text] as const] : [];
	});
	return Object.fromEntries(entries);
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
	const text = await readText(file);
	if (text === undefined) return undefined;
	const value: unknown = JSON.parse(text);
	if (!isRecord(value)) throw new Error(`${file} is no JSON object`);
	return value;
}

/** `undefined` if the file does not exist. */
async function readText(file: string): Promise<string | undefined> {
	try {
		if ((await stat(file)).size > MAX_BYTES) throw new Error(`${file} is larger than 256 MiB`);
		return await readFile(file, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
}
