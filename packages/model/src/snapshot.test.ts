/** Snapshots from folders, and from a mock Hub: no network. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { createCounterFrom } from "@onevision/core";
import { afterAll, expect, test } from "vitest";
import { readHubSnapshot } from "./hub.ts";
import { readSnapshotFolder } from "./snapshot-folder.ts";
import type { Snapshot } from "./snapshot-source.ts";

const folder = mkdtempSync(join(tmpdir(), "onevision-snapshot-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Files = Record<string, unknown>;

const fixture = (name: string): Files =>
	JSON.parse(
		readFileSync(new URL(`../../core/src/snapshot/fixtures/${name}.json`, import.meta.url), "utf8"),
	) as Files;

function write(name: string, files: Record<string, string>): string {
	const path = join(folder, name);
	mkdirSync(path, { recursive: true });
	for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
	return name;
}

const asText = (files: Files): Record<string, string> =>
	Object.fromEntries(Object.entries(files).map(([name, value]) => [name, JSON.stringify(value)]));

const readFolder = (name: string): Promise<Snapshot> => readSnapshotFolder(join(folder, name), name);

/** A mock Hub that serves one repository and records requests. */
function makeHub(files: Files, status = 200) {
	const asked: { url: string; token: string | null }[] = [];
	const hub = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
		const url = String(input);
		const headers = new Headers(init?.headers);
		asked.push({ url, token: headers.get("Authorization") });
		if (status !== 200) return new Response("{}", { status });
		const name = url.split("/").at(-1) ?? "";
		if (!Object.hasOwn(files, name)) {
			return new Response("Entry not found", { status: 404, headers: { "X-Error-Code": "EntryNotFound" } });
		}
		const body = JSON.stringify(files[name]);
		const size = Buffer.byteLength(body);
		const first = headers.get("Range") === "bytes=0-0";
		return new Response(first ? body.slice(0, 1) : body, {
			status: first ? 206 : 200,
			headers: {
				ETag: '"1"',
				"Content-Length": String(first ? 1 : size),
				...(first ? { "Content-Range": `bytes 0-0/${size}` } : {}),
			},
		});
	};
	return { fetch: hub as typeof fetch, asked };
}

async function refusal(reading: Promise<Snapshot>): Promise<string> {
	try {
		await reading;
	} catch (error) {
		if (error instanceof OnevisionError) return `${error.code}: ${error.message}`;
		throw error;
	}
	return "read without complaint";
}

test("a folder becomes a checkpoint named after it, with notes", async () => {
	const { checkpoint, notes } = await readFolder(
		write("My-Qwen2-VL", asText(fixture("Qwen2-VL-7B-Instruct"))),
	);
	expect(checkpoint).toMatchObject({ family: "qwen-vl", title: "My-Qwen2-VL (Qwen-VL (2, 2.5, 3, 3.5))" });
	expect(notes).toEqual([expect.stringMatching(/^no file for the video processor/)]);
	const counter = createCounterFrom(checkpoint, {});
	expect(counter.count({ media: [{ kind: "image", width: 1920, height: 1080 }] }).visualTokens).toBe(2691);
});

test("files may be links, as in the hub's cache", async () => {
	const files = asText(fixture("llava-1.5-7b-hf"));
	write("blobs", files);
	mkdirSync(join(folder, "linked"));
	for (const name of Object.keys(files)) {
		symlinkSync(join(folder, "blobs", name), join(folder, "linked", name));
	}
	const { checkpoint } = await readFolder("linked");
	expect(checkpoint).toMatchObject({ family: "llava" });
});

test("settings of the files come along", async () => {
	const files = fixture("Qwen3-VL-8B-Instruct") as Record<string, object>;
	const video = { ...files["video_preprocessor_config.json"], max_frames: 64 };
	const name = write("limited", asText({ ...files, "video_preprocessor_config.json": video }));
	const { settings } = await readFolder(name);
	expect(settings).toEqual({ max_frames: 64 });
});

test("folders that cannot be read are refused with one line", async () => {
	expect(await refusal(readFolder("nowhere"))).toBe("unreadable-file: nowhere: no such folder");
	write("empty", {});
	expect(await refusal(readFolder("empty"))).toBe(
		"unreadable-file: empty: no config.json; is this a Hugging Face model?",
	);
	write("broken", { "config.json": "{" });
	expect(await refusal(readFolder("broken"))).toBe("unreadable-file: broken config.json: not JSON");
	write("huge", { "config.json": " ".repeat(4 * 1024 * 1024 + 1) });
	expect(await refusal(readFolder("huge"))).toBe(
		"over-limit: huge/config.json: larger than 4 MiB; no configuration file is",
	);
	mkdirSync(join(folder, "odd", "config.json"), { recursive: true });
	expect(await refusal(readFolder("odd"))).toBe("unreadable-file: odd/config.json: not a regular file");
	expect(await refusal(readFolder("broken/config.json"))).toBe(
		"unreadable-file: broken/config.json: not a folder; give the one that holds config.json",
	);
});

test("a repository on the hub: just the files that matter, with the token", async () => {
	const { fetch, asked } = makeHub(fixture("llava-onevision-qwen2-7b-ov-hf"));
	const { checkpoint } = await readHubSnapshot("llava-hf/llava-onevision-qwen2-7b-ov-hf@v1", {
		fetch,
		token: "hf_secret",
	});
	expect(checkpoint).toMatchObject({ family: "llava-onevision", constants: { tile: 384, anyresMax: 9 } });
	expect([...new Set(asked.map(({ url }) => url))]).toEqual(
		[
			"config.json",
			"preprocessor_config.json",
			"processor_config.json",
			"video_preprocessor_config.json",
		].map((name) => `https://huggingface.co/llava-hf/llava-onevision-qwen2-7b-ov-hf/resolve/v1/${name}`),
	);
	expect(asked.every(({ token }) => token === "Bearer hf_secret")).toBe(true);
});

test("the hub's refusals are one line, without the token", async () => {
	const { fetch: gated } = makeHub({}, 401);
	expect(await refusal(readHubSnapshot("meta-llama/x", { fetch: gated }))).toBe(
		"unreadable-file: meta-llama/x: no such model or revision on the hub, or it is private or gated; set HF_TOKEN for those",
	);
	expect(await refusal(readHubSnapshot("meta-llama/x", { fetch: gated, token: "hf_secret" }))).toBe(
		"unreadable-file: meta-llama/x: no such model or revision on the hub, or it is private or gated; HF_TOKEN gives no access to it",
	);
	const { fetch: busy } = makeHub({}, 503);
	expect(await refusal(readHubSnapshot("a/b", { fetch: busy }))).toBe(
		"unreadable-file: a/b: the hub responded with status 503; try again later",
	);
	const offline = (async () => {
		throw new TypeError("fetch failed");
	}) as typeof fetch;
	expect(await refusal(readHubSnapshot("a/b", { fetch: offline }))).toBe(
		"unreadable-file: a/b: the hub cannot be reached; download config.json and the processor files and give their folder",
	);
	const { fetch: large } = makeHub({ "config.json": " ".repeat(5_000_000) });
	expect(await refusal(readHubSnapshot("a/b", { fetch: large }))).toBe(
		"over-limit: a/b config.json: larger than 4 MiB; no configuration file is",
	);
});

test("names that are no repository are not asked for", async () => {
	const { fetch, asked } = makeHub({});
	for (const hub of ["", "a", "a/b/c", "../..", "a/..", "a/b@", "a/b@c@d", "a/b?x", "https://x/y", "a /b"]) {
		expect(await refusal(readHubSnapshot(hub, { fetch }))).toMatch(/^invalid-input: ".*expected owner\/name/);
	}
	expect(asked).toEqual([]);
});

test("an adapter is read with the base that it names", async () => {
	const base = fixture("Qwen2.5-VL-7B-Instruct");
	write("base", asText(base));
	const limits = { ...(base["preprocessor_config.json"] as object), max_pixels: 501_760 };
	const adapter = (named: string, own: Files = {}): Record<string, string> =>
		asText({ "adapter_config.json": { peft_type: "LORA", base_model_name_or_path: named }, ...own });
	const tokens = async (name: string): Promise<number | undefined> => {
		const { checkpoint, settings } = await readFolder(name);
		const image = { kind: "image", width: 1920, height: 1080 } as const;
		return createCounterFrom(checkpoint, settings).count({ media: [image] }).visualTokens;
	};
	// In a folder next to it, in the table by its repository, and by a quantized copy.
	for (const named of ["base", "Qwen/Qwen2.5-VL-7B-Instruct", "unsloth/Qwen2.5-VL-7B-Instruct-bnb-4bit"]) {
		write("adapter", adapter(named));
		rmSync(join(folder, "adapter", "preprocessor_config.json"), { force: true });
		expect(await tokens("adapter"), named).toBe(2691);
		write("adapter", adapter(named, { "preprocessor_config.json": limits }));
		expect(await tokens("adapter"), named).toBe(594);
	}
});

test("an adapter on a model that is nowhere says what is needed", async () => {
	write("lost", asText({ "adapter_config.json": { base_model_name_or_path: "/mnt/run/checkpoint-100" } }));
	expect(await refusal(readFolder("lost"))).toBe(
		"unreadable-file: lost: an adapter on \"/mnt/run/checkpoint-100\", which is no folder here and no known model; copy the base's config.json into the adapter's folder, or give the base instead",
	);
	write("nameless", asText({ "adapter_config.json": { peft_type: "LORA" } }));
	expect(await refusal(readFolder("nameless"))).toBe(
		"unsupported: adapter_config.json base_model_name_or_path: missing; name the folder of the base model with --config",
	);
});
