/**
 * `/v1/chat/completions` for a model of this process: a request is read and laid out at once, so that what cannot be answered
 * is refused before it waits; it then waits for one of a few places, and only there are its media decoded.
 */

import type { ServerResponse } from "node:http";
import { OnevisionError } from "@onevision/base";
import type { Answer, AnswerPiece, ConversationPool, GenerateOptions } from "@onevision/model";
import type { VisionLanguageModel } from "@onevision/model/node";
import type { Admission } from "../http/admission.ts";
import { assertType, type Exchange, type Mount } from "../http/app.ts";
import { parseJsonBody, readBody } from "../http/body.ts";
import type { MediaAccess } from "../media/open-media.ts";
import { type Refused, refusalOf, refused, ServerRefusal } from "../refusal.ts";
import { type CompletionHead, chunks, completion, errorBody, errorStatus } from "./bodies.ts";
import { type OpenedConversation, openConversation } from "./media.ts";
import { readMessages } from "./messages.ts";
import { type ChatParameters, LABELS, NEUTRAL, parametersInput, readParameters } from "./parameters.ts";

/** A model that answers, and the name clients call it by. */
export interface ServedModel {
	readonly name: string;
	readonly model: VisionLanguageModel;
	/** Answers made at the same time, each with a cache of its own (default 4). */
	readonly atOnce?: number;
}

export interface ChatParts {
	readonly served: ServedModel;
	readonly pool: ConversationPool;
	readonly media: MediaAccess;
	/** Places for requests that are read. */
	readonly reading: Admission;
	/** Places for answers. */
	readonly answering: Admission;
	readonly maxBodyBytes: number;
	/** Milliseconds since 1970. */
	readonly now: () => number;
}

/** Most tokens of an answer whose request does not say. */
const MAX_ANSWER = 1024;
/** Most bytes of media that requests hold while they wait. */
const MAX_WAITING_BYTES = 512 * 1024 * 1024;
/** A comment in a quiet stream, so that proxies keep it open, milliseconds. */
const KEEP_ALIVE_MS = 10_000;
/** Most time that a client may leave the end of an answer unread, milliseconds. */
const UNREAD_MS = 60_000;

const FIELDS: readonly string[] = [
	...["body", "messages", ...Object.keys(NEUTRAL), ...LABELS],
	...Object.keys((parametersInput.json.properties ?? {}) as object),
];

export function chatMount(parts: ChatParts): Mount {
	const state = { ...parts, waitingBytes: 0 };
	const path = "/v1/chat/completions";
	return {
		...{ method: "POST", path, route: path, fields: FIELDS, refuse: errorBody },
		handle: async (exchange) => {
			try {
				return await answer(exchange, state);
			} catch (error) {
				const { incoming, outgoing, noted } = exchange;
				const found = refusalOf(error, FIELDS);
				// What is left belongs to the checks around every route.
				if (found === undefined || outgoing.headersSent || !incoming.complete) throw error;
				noted.code = found.problem.code;
				return Response.json(errorBody(found), { status: errorStatus(found), headers: found.headers });
			}
		},
	};
}

interface State extends ChatParts {
	waitingBytes: number;
}

interface ReadRequest {
	readonly parameters: ChatParameters;
	readonly conversation: OpenedConversation;
	readonly maxTokens: number;
}

async function answer(exchange: Exchange, state: State): Promise<Response | undefined> {
	const { outgoing, noted, id } = exchange;
	const { parameters, conversation, maxTokens } = await read(exchange, state);
	noted.model = parameters.model;
	const gone = new AbortController();
	const onClose = (): void => gone.abort();
	outgoing.once("close", onClose);
	try {
		const leave = await turn(conversation.bytes, gone.signal, state);
		try {
			const messages = await conversation.decode(gone.signal);
			const head: CompletionHead = {
				id: `chatcmpl-${id}`,
				created: Math.floor(state.now() / 1000),
				model: parameters.model,
			};
			const pieces = state.pool.generate(messages, {
				...generateOptions(parameters),
				...{ maxTokens, signal: gone.signal },
			});
			if (!parameters.isStream) {
				const whole = await wholeOf(pieces);
				note(exchange, whole);
				return gone.signal.aborted ? undefined : Response.json(completion(head, whole));
			}
			await stream(pieces, head, parameters, exchange);
			return undefined;
		} finally {
			leave();
		}
	} catch (error) {
		if (!gone.signal.aborted) throw error;
		noted.outcome = "cancelled";
		return undefined;
	} finally {
		outgoing.off("close", onClose);
	}
}

function note({ noted }: Exchange, { usage, finish }: Answer): void {
	noted.promptTokens = usage.prompt;
	noted.visualTokens = usage.visual;
	noted.cachedTokens = usage.cached;
	noted.answerTokens = usage.answer;
	noted.outcome = finish;
}

/** Reads and checks everything that can be checked without pixels. */
async function read({ incoming, request }: Exchange, state: State): Promise<ReadRequest> {
	const { served, media, reading, maxBodyBytes } = state;
	assertType(incoming, false);
	const leave = await reading.enter(request.signal);
	try {
		const body = parseJsonBody(await readBody(incoming, maxBodyBytes));
		const parameters = readParameters(body);
		if (parameters.model !== served.name) {
			throw new OnevisionError(
				"unknown-name",
				`model: ${JSON.stringify(parameters.model.slice(0, 80))} is not served here; ask for ${served.name}`,
			);
		}
		const conversation = await openConversation(readMessages(body.messages), served.model, media);
		const maxTokens = answerTokens(conversation, parameters, served.model);
		return { parameters, conversation, maxTokens };
	} finally {
		leave();
	}
}

/** Throws `context-length` for a prompt and an answer that do not fit. */
function answerTokens(
	{ outline }: OpenedConversation,
	{ maxTokens }: ChatParameters,
	model: VisionLanguageModel,
): number {
	try {
		const { ids } = model.prompt(outline, maxTokens ?? 1);
		const { contextTokens = Number.POSITIVE_INFINITY } = model.architecture;
		return maxTokens ?? Math.min(MAX_ANSWER, contextTokens - ids.length);
	} catch (error) {
		if (!(error instanceof OnevisionError) || error.code !== "over-limit") throw error;
		throw new ServerRefusal("context-length", `messages: ${error.message}`);
	}
}

/** Waits for a place; what waits holds its media as they came. */
async function turn(bytes: number, signal: AbortSignal, state: State): Promise<() => void> {
	if (state.waitingBytes > 0 && state.waitingBytes + bytes > MAX_WAITING_BYTES) {
		throw new ServerRefusal(
			"overloaded",
			"the media of waiting requests fill the memory; try again in a moment",
			{
				"retry-after": "1",
			},
		);
	}
	state.waitingBytes += bytes;
	try {
		return await state.answering.enter(signal);
	} finally {
		state.waitingBytes -= bytes;
	}
}

function generateOptions(parameters: ChatParameters): GenerateOptions {
	const { temperature, topP, topK, repetitionPenalty, stop } = parameters;
	const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
	return { temperature, topP, topK, repetitionPenalty, stop, seed: parameters.seed ?? drawn };
}

async function wholeOf(pieces: AsyncGenerator<AnswerPiece, Answer>): Promise<Answer> {
	for (;;) {
		const { done, value } = await pieces.next();
		if (done) return value;
	}
}

/**
 * Writes an answer as it is made. A client that reads slowly is not waited for, as it would hold up the answers made beside
 * its own: an answer is small, and what is left unread for long is dropped.
 */
async function stream(
	pieces: AsyncGenerator<AnswerPiece, Answer>,
	head: CompletionHead,
	{ includesUsage }: ChatParameters,
	exchange: Exchange,
): Promise<void> {
	const { outgoing, id } = exchange;
	const chunk = chunks(head, includesUsage);
	const send = (body: object): void => write(outgoing, `data: ${JSON.stringify(body)}\n\n`);
	outgoing.writeHead(200, {
		"content-type": "text/event-stream; charset=utf-8",
		"cache-control": "no-cache",
		"x-accel-buffering": "no",
		"x-request-id": id,
	});
	send(chunk.first());
	const alive = setInterval(() => write(outgoing, ": working\n\n"), KEEP_ALIVE_MS);
	try {
		let shown = 0;
		for (;;) {
			const { done, value } = await pieces.next();
			const text = done ? value.text.slice(shown) : value.text;
			if (text !== "") send(chunk.text(text));
			shown += text.length;
			if (!done) continue;
			send(chunk.last(value));
			if (includesUsage) send(chunk.usage(value));
			note(exchange, value);
			finish(outgoing, "data: [DONE]\n\n");
			return;
		}
	} catch (error) {
		// A stream that just ends is complete to its client, and one torn off says nothing.
		const failed = failureOf(error, exchange);
		exchange.noted.outcome = "failed";
		exchange.noted.code = failed.problem.code;
		finish(outgoing, `data: ${JSON.stringify(errorBody(failed))}\n\n`);
	} finally {
		clearInterval(alive);
	}
}

/** Our own bugs are told by the number of the request; their text stays in the log. */
function failureOf(error: unknown, { id, log }: Exchange): Refused {
	const found = refusalOf(error);
	if (found !== undefined) return found;
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	log({ level: "error", event: "internal", id, error: text.slice(0, 4000) });
	return refused("internal", `unexpected failure, request ${id}; please report it`);
}

function write(outgoing: ServerResponse, text: string): void {
	if (!outgoing.destroyed) outgoing.write(text);
}

function finish(outgoing: ServerResponse, last: string): void {
	if (outgoing.destroyed) return;
	const timer = setTimeout(() => outgoing.destroy(), UNREAD_MS);
	outgoing.once("close", () => clearTimeout(timer));
	outgoing.end(last);
}
