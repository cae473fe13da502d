/** A model's server for tests: answers as it is told to, and keeps what it was sent. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
	readonly url: string;
	readonly headers: IncomingMessage["headers"];
	readonly text: string;
	readonly response: ServerResponse;
	/** Whether the connection was closed before the answer was whole. */
	isCancelled: boolean;
}

export type Answerer = (received: Received, response: ServerResponse) => void | Promise<void>;

export interface Upstream {
	readonly url: string;
	readonly received: Received[];
	/** How the next requests are answered. */
	answer: Answerer;
	close(): Promise<void>;
}

export async function fakeUpstream(answer: Answerer = chat("Two cats.")): Promise<Upstream> {
	const received: Received[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Uint8Array[] = [];
		for await (const chunk of request) chunks.push(chunk);
		const { url = "", headers } = request;
		const one: Received = {
			url,
			headers,
			response,
			text: Buffer.concat(chunks).toString(),
			isCancelled: false,
		};
		response.on("close", () => {
			one.isCancelled = !response.writableFinished;
		});
		received.push(one);
		await upstream.answer(one, response);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const upstream: Upstream = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		received,
		answer,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return upstream;
}

const HEAD = { id: "chatcmpl-1", created: 1, model: "m" } as const;
export const USAGE = { prompt_tokens: 100, completion_tokens: 3, total_tokens: 103 } as const;

/** Chat Completions, streamed if the request says so. */
export function chat(text: string): Answerer {
	return ({ text: body }, response) => {
		if (JSON.parse(body).stream === true) events(chatEvents(text))({ text: body } as Received, response);
		else {
			const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }];
			json(200, { ...HEAD, object: "chat.completion", choices, usage: USAGE })({} as Received, response);
		}
	};
}

export function chatEvents(text: string): string[] {
	const chunk = (choice: object, more: object = {}) =>
		`data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices: [{ index: 0, finish_reason: null, ...choice }], ...more })}\n\n`;
	return [
		...text.split(/(?= )/).map((content) => chunk({ delta: { content } })),
		chunk({ delta: {}, finish_reason: "stop" }),
		`data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", choices: [], usage: USAGE })}\n\n`,
		"data: [DONE]\n\n",
	];
}

export function messageEvents(text: string): string[] {
	const usage = { input_tokens: 100, output_tokens: 1 };
	const message = {
		id: "msg_1",
		type: "message",
		role: "assistant",
		content: [],
		model: "m",
		stop_reason: null,
		usage,
	};
	const event = (type: string, data: object) =>
		`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
	return [
		event("message_start", { message }),
		event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
		...text
			.split(/(?= )/)
			.map((each) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text: each } })),
		event("content_block_stop", { index: 0 }),
		event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 3 } }),
		event("message_stop", {}),
	];
}

export function responseEvents(text: string): string[] {
	const response = {
		id: "resp_1",
		object: "response",
		status: "completed",
		output: [],
		usage: { input_tokens: 100, output_tokens: 3 },
	};
	const event = (type: string, data: object) =>
		`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
	return [
		...text
			.split(/(?= )/)
			.map((delta) =>
				event("response.output_text.delta", { delta, item_id: "a", output_index: 0, content_index: 0 }),
			),
		event("response.completed", { response }),
	];
}

export function json(
	status: number,
	body: unknown,
	headers: Readonly<Record<string, string>> = {},
): Answerer {
	return (_received, response) => {
		response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
	};
}

/** Sends the events one by one; with `breakAfter`, cuts the connection behind so many bytes. */
export function events(
	list: readonly string[],
	{ breakAfter }: { readonly breakAfter?: number } = {},
): Answerer {
	return async (_received, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		let sent = 0;
		for (const event of list) {
			const room = (breakAfter ?? Number.POSITIVE_INFINITY) - sent;
			response.write(event.slice(0, room));
			sent += event.length;
			if (room < event.length) {
				await new Promise((resolve) => setTimeout(resolve, 20));
				response.destroy();
				return;
			}
			await new Promise((resolve) => setImmediate(resolve));
		}
		response.end();
	};
}
