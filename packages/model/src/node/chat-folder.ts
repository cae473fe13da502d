/** The tokenizer and chat template of a snapshot's folder, as Hugging Face repositories lay them out. */

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { type Chat, createChat } from "../chat/chat.ts";

/** Largest file read, bytes; vocabularies of 260,000 entries take about 35 MB. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * `tokenizer.json`, and a chat template: `chat_template.jinja`, or under `chat_template` in `chat_template.json` or
 * `tokenizer_config.json`. Throws `unreadable-file` where either is missing or damaged.
 */
export async function readChatFolder(folder: string, label: string): Promise<Chat> {
	const file = async (name: string) => readJson(join(folder, name), `${label}/${name}`);
	const tokenizer = await file("tokenizer.json");
	if (tokenizer === undefined)
		throw unreadable(`${label}: no tokenizer.json; download it from the repository`);
	const config = (await file("tokenizer_config.json")) ?? {};
	const template =
		(await readText(join(folder, "chat_template.jinja"), `${label}/chat_template.jinja`)) ??
		(await file("chat_template.json"))?.chat_template ??
		config.chat_template;
	if (typeof template !== "string") {
		throw unreadable(`${label}: no chat template; add chat_template.jinja from the model's repository`);
	}
	return createChat({ tokenizer, template, variables: specialTokens(config), label });
}

/** `bos_token` and the like as text, for templates that print them. */
function specialTokens(config: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
	const entries = Object.entries(config).flatMap(([key, value]) => {
		if (!key.endsWith("_token")) return [];
		const text = isRecord(value) ? value.content : value;
		return typeof text === "string" ? [[key, text] as const] : [];
	});
	return Object.fromEntries(entries);
}

export async function readJson(
	path: string,
	label: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
	const text = await readText(path, label);
	if (text === undefined) return undefined;
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw unreadable(`${label}: not JSON`);
	}
	if (!isRecord(value)) throw unreadable(`${label}: not a JSON object`);
	return value;
}

/** The text of a regular file; `undefined` where there is none. */
async function readText(path: string, label: string): Promise<string | undefined> {
	const found = await stat(path).catch(() => undefined);
	if (found === undefined) return undefined;
	if (!found.isFile()) throw unreadable(`${label}: not a regular file`);
	if (found.size > MAX_BYTES) throw new OnevisionError("over-limit", `${label}: larger than 256 MiB`);
	return readFile(path, "utf8");
}

function unreadable(message: string): OnevisionError {
	return new OnevisionError("unreadable-file", message);
}
