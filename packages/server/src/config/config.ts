/**
 * The server's configuration, a YAML or JSON file: keys, limits, hosts to fetch from, and the model map of the
 * gateway. Declared once: checks, the JSON Schema and the table in the docs come from here.
 */

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { OnevisionError } from "@onevision/base";
import {
	choice,
	type Infer,
	integer,
	list,
	map,
	number,
	object,
	optional,
	text,
} from "@onevision/base/schema";
import { parse as parseYaml } from "yaml";
import { settingsInput } from "../operations/operation.ts";

const MIB = 1024 * 1024;

const tokens = (doc: string) => optional(integer(doc, { min: 0, max: 1e15 }));
const amounts = (doc: string) =>
	object(doc, {
		visualTokens: tokens("Visual tokens"),
		promptTokens: tokens("Tokens of the prompt, visual ones included"),
		usd: optional(number("USD of prompt and answer together", { min: 0, max: 1e6 })),
	});

const POLICIES = ["reject", "shrink", "warn"] as const;
export type Policy = (typeof POLICIES)[number];

const mapped = object("A model that clients may name", {
	model: optional(text("Checkpoint or closed model it is counted as: any name that count takes", 200)),
	snapshot: optional(
		text("Instead of model: folder of its Hugging Face snapshot, relative to this file", 4096),
	),
	settings: optional(settingsInput),
	tokenizer: optional(
		text("Folder with the model's tokenizer and chat template: text is then counted, not estimated", 4096),
	),
	upstream: optional(text("Base URL of the server that answers, without /v1: http://127.0.0.1:8001", 1000)),
	upstreamModel: optional(text("The model's name there, where it differs", 200)),
	upstreamKey: optional(
		text("Environment variable with the key to send there; otherwise the client's goes through", 200),
	),
	inputUsd: optional(number("USD per million tokens in", { min: 0, max: 1e6 })),
	outputUsd: optional(number("USD per million tokens out", { min: 0, max: 1e6 })),
	policy: optional(choice("What happens to a request over its budget (default: reject)", POLICIES)),
	budget: optional(amounts("Budget of one request for this model")),
});

const key = object("A key that clients may use", {
	name: text("Name in logs, metrics and budgets", 100),
	env: optional(text("Environment variable that holds the key", 200)),
	sha256: optional(text("Or the key's SHA-256, hexadecimal", 64)),
	requestsPerMinute: optional(integer("Requests per minute; above, 429", { min: 1, max: 1e6 })),
	budget: optional(amounts("Budget of this key per day (UTC)")),
});

export const configSchema = object("Configuration of onevision serve", {
	keys: optional(
		list("Who may use the server; without keys, everyone who reaches it", key, { min: 1, max: 10_000 }),
	),
	models: optional(map("Model map: names to models, and who answers for them", mapped, { max: 1000 })),
	budgets: optional(
		object("Budgets of the gateway for every key", {
			request: optional(amounts("Of one request")),
			key: optional(amounts("Of one key per day (UTC), where the key has none of its own")),
			day: optional(amounts("Of all keys together per day (UTC)")),
		}),
	),
	redis: optional(text("redis:// URL of Redis or Valkey that holds the budgets of several instances", 1000)),
	fetch: optional(
		object("Fetching of media by URL; without it, nothing is fetched", {
			allow: list("Hosts: images.example.org, *.example.org, example.org:8443", text("A host", 300), {
				min: 1,
				max: 1000,
			}),
			maxBytes: optional(integer("Most bytes of one medium (default: 32 MiB)", { min: 1, max: 1024 * MIB })),
			maxSeconds: optional(integer("Most seconds, redirects included (default: 10)", { min: 1, max: 300 })),
		}),
	),
	limits: optional(
		object("Limits of every request", {
			bodyBytes: optional(integer("Most bytes of a body (default: 64 MiB)", { min: 1024, max: 1024 * MIB })),
			imagePixels: optional(integer("Most pixels of an image (default: 178,956,970)", { min: 1, max: 1e9 })),
			atOnce: optional(integer("Questions answered at the same time (default: 8)", { min: 1, max: 1000 })),
			streams: optional(
				integer("Gateway requests open at the same time (default: 1,000)", { min: 1, max: 1e5 }),
			),
			waiting: optional(
				integer("Questions that may wait for their turn (default: 256)", { min: 0, max: 1e5 }),
			),
			waitSeconds: optional(integer("Most seconds of waiting (default: 10)", { min: 1, max: 600 })),
			upstreamSeconds: optional(
				integer("Most seconds without a byte from the upstream (default: 600)", { min: 1, max: 86_400 }),
			),
			clientSeconds: optional(
				integer("Most seconds that a client may leave bytes unread (default: 60)", { min: 1, max: 86_400 }),
			),
			retryAfterSeconds: optional(
				integer("Longest retry-after passed on from the upstream (default: 30)", { min: 0, max: 3600 }),
			),
		}),
	),
	retries: optional(
		integer("Times a request is sent again when the upstream cannot be connected to (default: 0)", {
			min: 0,
			max: 5,
		}),
	),
});

export type Config = Infer<typeof configSchema>;
export type MappedModel = Infer<typeof mapped>;
export type KeyConfig = Infer<typeof key>;
export type Amounts = Infer<ReturnType<typeof amounts>>;

/** Largest configuration read, bytes. */
const MAX_CONFIG_BYTES = 4 * MIB;

export interface LoadedConfig {
	readonly config: Config;
	/** Folder that relative paths start from. */
	readonly folder: string;
}

/** Throws `unreadable-file`, `invalid-input` and `unknown-key`, naming the file and the key. */
export async function readConfig(path: string, label = path): Promise<LoadedConfig> {
	let source: string;
	try {
		if ((await stat(path)).size > MAX_CONFIG_BYTES) {
			throw new OnevisionError("over-limit", `${label}: larger than 4 MiB; a configuration is a few lines`);
		}
		source = await readFile(path, "utf8");
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unreadable-file", `${label}: ${code === "ENOENT" ? "no such file" : code}`);
	}
	let value: unknown;
	try {
		value = parseYaml(source, { maxAliasCount: 100 });
	} catch (error) {
		const [why = ""] = (error as Error).message.split("\n");
		throw new OnevisionError("invalid-input", `${label}: not readable as YAML or JSON: ${why}`);
	}
	try {
		return { config: configSchema.parse(value ?? {}, ""), folder: dirname(path) };
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		throw new OnevisionError(error.code, `${label}: ${error.message}`);
	}
}

/** SHA-256 of a key, hexadecimal. */
export function hashOfKey(secret: string): string {
	return createHash("sha256").update(secret).digest("hex");
}
