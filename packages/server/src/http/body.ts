/** Reads a request's body within a limit: JSON, or multipart/form-data whose part `request` is JSON. */

import type { IncomingMessage } from "node:http";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import type { Uploads } from "../media/open-media.ts";
import { ServerRefusal } from "../refusal.ts";

/** Deepest nesting of a JSON body. */
const MAX_DEPTH = 200;
/** Most parts of a multipart body. */
const MAX_PARTS = 1000;

/** Throws `over-limit` past `maxBytes`, before anything is read if the length is declared. */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
	const tooLarge = () =>
		new OnevisionError("over-limit", `body: larger than ${maxBytes} bytes; send fewer or smaller items`);
	const { "content-encoding": encoding = "identity", "content-length": length } = incoming.headers;
	if (encoding !== "identity") {
		throw new OnevisionError("unsupported", `body: content-encoding is not taken; send it uncompressed`);
	}
	if (Number(length ?? 0) > maxBytes) throw tooLarge();
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	try {
		for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
			bytes += chunk.byteLength;
			if (bytes > maxBytes) throw tooLarge();
			chunks.push(chunk);
		}
	} catch (error) {
		if (error instanceof OnevisionError) throw error;
		throw new ServerRefusal("timeout", "body: the connection broke off before its end");
	}
	return Buffer.concat(chunks);
}

/** Throws `invalid-input` for anything but a JSON object. */
export function parseJsonBody(bytes: Buffer): Readonly<Record<string, unknown>> {
	assertDepth(bytes);
	let value: unknown;
	try {
		value = JSON.parse(bytes.toString("utf8"));
	} catch {
		throw new OnevisionError("invalid-input", "body: not JSON; send a JSON object");
	}
	if (isRecord(value)) return value;
	throw new OnevisionError("invalid-input", "body: expected a JSON object");
}

/** Parsers of nested JSON recurse; a body of a million brackets must not reach them. */
function assertDepth(bytes: Buffer): void {
	let depth = 0;
	for (let at = 0; at < bytes.length; at++) {
		const byte = bytes[at];
		if (byte === QUOTE) at = endOfString(bytes, at);
		else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
		else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
		if (depth > MAX_DEPTH) {
			throw new OnevisionError("over-limit", `body: nested more than ${MAX_DEPTH} deep; no request is`);
		}
	}
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Index of the quote that ends the string starting at `start`; the end of the text if none does. */
export function endOfString(bytes: Buffer, start: number): number {
	let at = start;
	while (true) {
		at = bytes.indexOf(QUOTE, at + 1);
		if (at < 0) return bytes.length;
		let slashes = 0;
		while (bytes[at - 1 - slashes] === BACKSLASH) slashes++;
		if (slashes % 2 === 0) return at;
	}
}

export interface FormBody {
	readonly request: Readonly<Record<string, unknown>>;
	readonly uploads: Uploads;
}

/** Throws `invalid-input` for a malformed body, and for one without a part `request`. */
export async function parseFormBody(bytes: Buffer, contentType: string): Promise<FormBody> {
	let form: FormData;
	try {
		form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData();
	} catch {
		throw new OnevisionError(
			"invalid-input",
			"body: not readable as multipart/form-data; check its boundary",
		);
	}
	const uploads = new Map<string, Uint8Array>();
	let request: string | undefined;
	let parts = 0;
	for (const [name, part] of form) {
		if (++parts > MAX_PARTS) throw new OnevisionError("over-limit", `body: more than ${MAX_PARTS} parts`);
		if (typeof part !== "string") {
			if (uploads.has(name)) {
				throw new OnevisionError(
					"invalid-input",
					"body: two files have the same name; name each part differently",
				);
			}
			uploads.set(name, new Uint8Array(await part.arrayBuffer()));
		} else if (name === "request" && request === undefined) request = part;
		else
			throw new OnevisionError(
				"invalid-input",
				"body: expected files, and one part request that holds the JSON",
			);
	}
	if (request === undefined) {
		throw new OnevisionError("invalid-input", "body: no part request; put the JSON of the question in it");
	}
	return { request: parseJsonBody(Buffer.from(request)), uploads };
}
