/**
 * Sends a request to its upstream and the answer back: bytes as they come, in both directions at the pace of the slower
 * side, and cancelled with the client.
 */

import {
	type ClientRequest,
	Agent as HttpAgent,
	type IncomingMessage,
	request as requestHttp,
	type ServerResponse,
} from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { CLIENT_CLOSED, ServerRefusal } from "../refusal.ts";
import { type ClientApi, parseData, type Usage } from "./apis.ts";
import { createEventSplitter } from "./sse.ts";

export interface Relay {
	send(upstream: UpstreamRequest): Promise<Relayed>;
	close(): void;
}

interface UpstreamRequest {
	readonly api: ClientApi;
	readonly base: URL;
	/** Path and query. */
	readonly target: string;
	readonly headers: Readonly<Record<string, string | readonly string[]>>;
	readonly body: Buffer;
	readonly outgoing: ServerResponse;
	/** Headers to add to the answer. */
	readonly answerHeaders: Readonly<Record<string, string>>;
	/** Called when the request has been handed to the upstream. */
	onSent(): void;
}

export interface Relayed {
	readonly status: number;
	/** As the upstream counted; undefined where it did not say. */
	readonly usage: Usage | undefined;
	/** `cancelled`: the client went away. `lost`: the upstream broke off after its answer had begun. */
	readonly outcome: "whole" | "cancelled" | "lost";
}

export interface RelayLimits {
	/** Most seconds without a byte from the upstream. */
	readonly upstreamSeconds: number;
	/** Most seconds that a client may leave bytes unread. */
	readonly clientSeconds: number;
	readonly retryAfterSeconds: number;
	/** Times a request is sent again when the upstream cannot be connected to. */
	readonly retries: number;
}

/** An answer up to this length is read whole first, so that one that breaks off becomes an error. */
const MAX_HELD = 8 * 1024 * 1024;
/** Idle connections end before those of common servers do (uvicorn: 5 s), milliseconds. */
const IDLE_MS = 4000;

/** RFC 9110, section 7.6.1: of this connection only. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
	...["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization"],
	...["te", "trailer", "transfer-encoding", "upgrade"],
]);
/** Headers of a request that are not the upstream's business, or are written anew. */
const NOT_SENT: ReadonlySet<string> = new Set(["host", "content-length", "accept-encoding", "expect"]);

/** Headers to send on: none of the connection's own, none of ours. */
export function headersToSend(incoming: IncomingMessage): Record<string, string | readonly string[]> {
	return Object.fromEntries(
		passed(incoming).filter(([name]) => !NOT_SENT.has(name) && !name.startsWith("x-onevision-")),
	);
}

function passed({ headers }: IncomingMessage): [string, string | readonly string[]][] {
	const named = new Set(
		String(headers.connection ?? "")
			.toLowerCase()
			.split(/\s*,\s*/),
	);
	return Object.entries(headers).flatMap(([name, value]) =>
		value === undefined || HOP_BY_HOP.has(name) || named.has(name) ? [] : [[name, value]],
	);
}

export function createRelay(limits: RelayLimits): Relay {
	const options = { keepAlive: true, timeout: IDLE_MS, scheduling: "lifo" } as const;
	const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
	const connect = (upstream: UpstreamRequest): ClientRequest => {
		const { base } = upstream;
		const isTls = base.protocol === "https:";
		return (isTls ? requestHttps : requestHttp)({
			...{ protocol: base.protocol, hostname: base.hostname.replace(/^\[|\]$/g, ""), port: base.port },
			...{ method: "POST", path: `${base.pathname.replace(/\/+$/, "")}${upstream.target}` },
			agent: isTls ? agents["https:"] : agents["http:"],
			timeout: limits.upstreamSeconds * 1000,
			headers: {
				...upstream.headers,
				host: base.host,
				// Its end and its usage are read on the way.
				"accept-encoding": "identity",
				"content-length": String(upstream.body.length),
			},
		});
	};
	return {
		send: async (upstream) => {
			for (let attempt = 0; ; attempt++) {
				try {
					return await exchange(upstream, connect(upstream), limits);
				} catch (error) {
					// Nothing was sent: whoever answers has not begun.
					if (!(error instanceof NotConnected)) throw error;
					if (attempt >= limits.retries || upstream.outgoing.destroyed) throw lost("cannot be connected to");
					await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
				}
			}
		},
		close: () => {
			for (const agent of Object.values(agents)) agent.destroy();
		},
	};
}

class NotConnected extends Error {}

function lost(how: string): ServerRefusal {
	return new ServerRefusal("upstream-failed", `the model's server ${how}; try again`);
}

/**
 * One request and its answer. Until the answer's head arrives, errors of the request refuse it; from then on they are
 * those of the answer, so that never two parts of this server respond to one client.
 */
function exchange(upstream: UpstreamRequest, request: ClientRequest, limits: RelayLimits): Promise<Relayed> {
	const { outgoing, body } = upstream;
	return new Promise<Relayed>((resolve, reject) => {
		let isConnected = false;
		const cancel = (): void => {
			request.destroy();
			resolve({ status: CLIENT_CLOSED, usage: undefined, outcome: "cancelled" });
		};
		const expire = (): void => void request.destroy(new Error("timeout"));
		const fail = (error: Error): void => {
			outgoing.off("close", cancel);
			if (!isConnected) reject(new NotConnected());
			else if (error.message === "timeout") reject(silent(limits));
			else reject(lost("broke the connection off"));
		};
		request.once("socket", (socket) => {
			if (socket.connecting)
				socket.once("connect", () => {
					isConnected = true;
				});
			else isConnected = true;
		});
		request.once("timeout", expire).on("error", fail);
		request.once("response", (response) => {
			outgoing.off("close", cancel);
			request.off("timeout", expire).off("error", fail);
			// What follows a whole answer, as more bytes than it declared, is an error of the connection alone.
			request.on("error", () => undefined);
			relayAnswer(upstream, request, response, limits).then(resolve, reject);
		});
		// The client may have left while its request was counted.
		if (outgoing.destroyed) return cancel();
		outgoing.once("close", cancel);
		request.end(body, () => upstream.onSent());
	});
}

function silent({ upstreamSeconds }: RelayLimits): ServerRefusal {
	return new ServerRefusal("timeout", `the model's server sent nothing for ${upstreamSeconds} s; try again`);
}

async function relayAnswer(
	upstream: UpstreamRequest,
	request: ClientRequest,
	response: IncomingMessage,
	limits: RelayLimits,
): Promise<Relayed> {
	const { outgoing } = upstream;
	const { statusCode: status = 502 } = response;
	const isStream = /^text\/event-stream/i.test(response.headers["content-type"] ?? "");
	let isCancelled = false;
	const cancel = (): void => {
		isCancelled = true;
		request.destroy();
	};
	outgoing.once("close", cancel);
	request.once("timeout", () => response.destroy(new Error("timeout")));
	const head = (): void => {
		if (!outgoing.headersSent)
			outgoing.writeHead(status, answerHeaders(response, upstream.answerHeaders, limits));
	};
	try {
		const usage = isStream
			? await relayEvents(upstream, response, head, limits)
			: await relayBody(upstream, response, head, limits);
		return {
			status,
			usage: usage.found,
			outcome: isCancelled ? "cancelled" : usage.isWhole ? "whole" : "lost",
		};
	} catch (error) {
		if (isCancelled || outgoing.destroyed) return { status, usage: undefined, outcome: "cancelled" };
		throw error;
	} finally {
		outgoing.off("close", cancel);
	}
}

interface Read {
	readonly found: Usage | undefined;
	readonly isWhole: boolean;
}

function answerHeaders(
	response: IncomingMessage,
	added: Readonly<Record<string, string>>,
	{ retryAfterSeconds }: RelayLimits,
): Record<string, string | string[]> {
	const headers: Record<string, string | string[]> = {};
	for (const [name, value] of passed(response)) {
		if (!name.startsWith("x-onevision-")) headers[name] = typeof value === "string" ? value : [...value];
	}
	// The npm client sleeps as long as it is told.
	for (const [name, unit] of [
		["retry-after", 1],
		["retry-after-ms", 1000],
	] as const) {
		const value = headers[name];
		if (typeof value !== "string") continue;
		const seconds = /^\d+(\.\d+)?$/.test(value)
			? Number(value) / unit
			: (Date.parse(value) - Date.now()) / 1000;
		if (!(seconds <= retryAfterSeconds)) headers[name] = String(retryAfterSeconds * unit);
	}
	return { ...headers, ...added };
}

async function relayEvents(
	{ api, outgoing }: UpstreamRequest,
	response: IncomingMessage,
	head: () => void,
	limits: RelayLimits,
): Promise<Read> {
	head();
	outgoing.flushHeaders();
	const splitter = createEventSplitter();
	let found: Usage | undefined;
	let isEnded = false;
	let isRead = false;
	try {
		for await (const chunk of response as AsyncIterable<Buffer>) {
			for (const { bytes, data } of splitter.push(chunk)) {
				if (data !== undefined) {
					if (data.includes('"usage"')) found = { ...found, ...api.usageOf(parseData(data)) };
					isEnded ||= api.isEnd(data) || (data.includes('"error"') && isError(data));
				}
				await write(outgoing, bytes, limits);
			}
		}
		isRead = response.complete;
	} catch (error) {
		if (outgoing.destroyed) throw error;
	}
	// A last event without its blank line is whole if the answer is.
	if (isRead && splitter.held.length > 0) {
		isEnded ||= api.isEnd(
			splitter.held
				.toString("utf8")
				.replace(/^data: ?/m, "")
				.trim(),
		);
		await write(outgoing, splitter.held, limits);
	}
	if (!isEnded) {
		const torn = splitter.isTorn && !isRead ? "\n\n" : "";
		await write(
			outgoing,
			Buffer.from(`${torn}${api.streamError("the model's server broke off before the end of its answer")}`),
			limits,
		);
	}
	outgoing.end();
	return { found, isWhole: isEnded };
}

function isError(data: string): boolean {
	const value = parseData(data);
	return typeof value === "object" && value !== null && "error" in value && value.error !== null;
}

async function relayBody(
	{ api, outgoing }: UpstreamRequest,
	response: IncomingMessage,
	head: () => void,
	limits: RelayLimits,
): Promise<Read> {
	const held: Buffer[] = [];
	let bytes = 0;
	let isStreaming = false;
	let isRead = false;
	try {
		for await (const chunk of response as AsyncIterable<Buffer>) {
			bytes += chunk.length;
			if (isStreaming) await write(outgoing, chunk, limits);
			else {
				held.push(chunk);
				if (bytes > MAX_HELD) {
					isStreaming = true;
					head();
					for (const piece of held.splice(0)) await write(outgoing, piece, limits);
				}
			}
		}
		isRead = response.complete;
	} catch (error) {
		if (outgoing.destroyed) throw error;
	}
	if (!isRead) {
		// What has begun cannot be taken back; a torn connection is an error to every client.
		if (isStreaming) outgoing.destroy();
		else throw lost("broke off before the end of its answer");
		return { found: undefined, isWhole: false };
	}
	head();
	if (isStreaming) {
		outgoing.end();
		return { found: undefined, isWhole: true };
	}
	const body = Buffer.concat(held);
	outgoing.end(body);
	return { found: api.usageOf(parseData(body.toString("utf8"))), isWhole: true };
}

/** Writes, and waits until the client has read; one that does not is cut off. */
async function write(
	outgoing: ServerResponse,
	bytes: Uint8Array,
	{ clientSeconds }: RelayLimits,
): Promise<void> {
	if (outgoing.destroyed) throw new Error("the client went away");
	if (outgoing.write(bytes)) return;
	await new Promise<void>((resolve, reject) => {
		const settle = (act: () => void) => () => {
			clearTimeout(timer);
			outgoing.off("drain", drained);
			outgoing.off("close", closed);
			act();
		};
		const drained = settle(resolve);
		const closed = settle(() => reject(new Error("the client went away")));
		const timer = setTimeout(() => outgoing.destroy(), clientSeconds * 1000);
		outgoing.once("drain", drained);
		outgoing.once("close", closed);
	});
}
