/**
 * Measures prompts with a model's own template and tokenizer. Short ones at once; long ones in a thread, so that a
 * request with a book in it delays no other.
 */

import type { Worker } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import { startThread } from "@onevision/base/node";
import type { ChatPrompt, TextMeter } from "@onevision/data";
import { ServerRefusal } from "../refusal.ts";

/** What a template makes of a prompt. */
export interface PromptMeasure {
	readonly textTokens: number;
	/** Media that the template has a place for. */
	readonly placeholders: number;
}

export interface PromptMeter {
	/**
	 * @throws OnevisionError `unreadable-file` for a conversation that the template rejects, `over-limit` for one that
	 * takes too long
	 */
	measure(prompt: ChatPrompt): Promise<PromptMeasure>;
	/** Tokens of a short text that a processor writes around media. */
	readonly countText: (text: string) => number;
	close(): Promise<void>;
}

/** What the thread answers. */
export type ThreadAnswer = { readonly id: number } & (
	| { readonly measure: PromptMeasure }
	| { readonly failure: Pick<OnevisionError, "code" | "message"> }
);

export interface ThreadQuestion {
	readonly id: number;
	readonly prompt: ChatPrompt;
}

/** Characters measured at once: about a millisecond. */
const MAX_AT_ONCE = 2000;
/** Most time for one prompt, waiting included, milliseconds: a hundred thousand tokens take a second. */
const MAX_MS = 10_000;

/** Throws where the meter estimates. */
export function createPromptMeter(meter: TextMeter, limitMs = MAX_MS): PromptMeter {
	const { chat, countText, measurePrompt } = meter;
	if (chat === undefined || countText === undefined || measurePrompt === undefined) {
		throw new Error("internal: a prompt meter needs a tokenizer");
	}
	let thread: MeterThread | undefined;
	return {
		countText,
		measure: async (prompt) => {
			if (lengthOf(prompt) <= MAX_AT_ONCE) return measureWith(measurePrompt, prompt);
			if (thread?.isEnded !== false) thread = startMeterThread(chat, limitMs);
			return thread.measure(prompt);
		},
		close: async () => thread?.end(),
	};
}

export function measureWith(
	measurePrompt: NonNullable<TextMeter["measurePrompt"]>,
	prompt: ChatPrompt,
): PromptMeasure {
	const spans = measurePrompt(prompt);
	return {
		textTokens: spans.reduce((sum, span) => sum + (span.kind === "text" ? span.tokens : 0), 0),
		placeholders: spans.filter(({ kind }) => kind === "image" || kind === "video").length,
	};
}

/** Characters of a prompt, those of its keys aside. */
function lengthOf(value: unknown): number {
	if (typeof value === "string") return value.length;
	if (typeof value !== "object" || value === null) return 1;
	return Object.values(value).reduce<number>((sum, each) => sum + lengthOf(each), 0);
}

interface MeterThread {
	readonly isEnded: boolean;
	measure(prompt: ChatPrompt): Promise<PromptMeasure>;
	end(): Promise<void>;
}

interface Waiter {
	resolve(measure: PromptMeasure): void;
	reject(error: Error): void;
}

function startMeterThread(chat: NonNullable<TextMeter["chat"]>, limitMs: number): MeterThread {
	const worker: Worker = startThread("./prompt-worker.ts", import.meta.url, { workerData: chat });
	const waiting = new Map<number, Waiter>();
	let asked = 0;
	let isEnded = false;
	const end = async (why: Error): Promise<void> => {
		isEnded = true;
		for (const { reject } of waiting.values()) reject(why);
		waiting.clear();
		await worker.terminate();
	};
	worker.on("message", (answer: ThreadAnswer) => {
		const waiter = waiting.get(answer.id);
		waiting.delete(answer.id);
		if ("measure" in answer) waiter?.resolve(answer.measure);
		else waiter?.reject(new OnevisionError(answer.failure.code, answer.failure.message));
	});
	worker.on("error", (error) => void end(error));
	worker.on("exit", () => void end(new Error("internal: the tokenizing thread ended")));
	// An idle thread keeps no process alive.
	worker.unref();
	return {
		get isEnded() {
			return isEnded;
		},
		measure: (prompt) =>
			new Promise((resolve, reject) => {
				const id = asked++;
				const expire = (): void => {
					const [running] = waiting.keys();
					const waiter = waiting.get(id);
					waiting.delete(id);
					waiter?.reject(running === id ? tooLong(limitMs) : busy());
					// What is being tokenized cannot be stopped, the thread can.
					if (running === id) void end(busy());
				};
				const timer = setTimeout(expire, limitMs);
				const settled =
					<T>(act: (value: T) => void) =>
					(value: T): void => {
						clearTimeout(timer);
						act(value);
					};
				waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
				worker.postMessage({ id, prompt } satisfies ThreadQuestion);
			}),
		end: () => end(new Error("the server is shutting down")),
	};
}

function busy(): ServerRefusal {
	return new ServerRefusal("overloaded", "another long prompt is being counted; try again", {
		"retry-after": "1",
	});
}

function tooLong(limitMs: number): OnevisionError {
	return new OnevisionError(
		"over-limit",
		`messages: tokenizing took longer than ${limitMs / 1000} s; send less text`,
	);
}
