/**
 * References to media in a request: data URLs, base64, paths and web addresses, parsed without opening anything.
 * Input is untrusted and can have any size and shape; a rejected reference comes back as a code and a message.
 */

import type { ErrorCode } from "@onevision/base";
import type { MediaReference } from "./request.ts";

/** Maximum length of a URL or path, in characters. */
export const MAX_REFERENCE = 8192;

/** Why something is not a valid reference, and what to do about it. */
export interface Refusal {
	readonly code: ErrorCode;
	readonly message: string;
}

/** How many bytes may still be embedded, and a description of that limit. */
export interface Allowance {
	readonly bytes: number;
	/** The limit in words: "64 bytes for one embedded item". */
	readonly limit: string;
}

/** Parses a data URL, a path or a web address. */
export function readReference(reference: string, allowance: Allowance): MediaReference | Refusal {
	if (/^data:/i.test(reference.slice(0, 5))) {
		const comma = reference.slice(0, MAX_REFERENCE).indexOf(",");
		const head = comma < 0 ? "" : reference.slice(5, comma);
		if (comma < 0 || !/;\s*base64\s*$/i.test(head)) {
			return {
				code: "unreadable-file",
				message: "a data URL without base64; write data:<type>;base64,<bytes>",
			};
		}
		return readEmbedded(reference.slice(comma + 1), head.split(";")[0]?.trim() ?? "", allowance);
	}
	if (reference.length > MAX_REFERENCE) {
		return {
			code: "over-limit",
			message: `an address of ${reference.length} characters: at most ${MAX_REFERENCE}; base64 needs data:<type>;base64, before it`,
		};
	}
	return referenceOf(reference);
}

/** Decodes base64 text within the allowance; longer text is rejected before decoding. */
export function readEmbedded(
	base64: string,
	mimeType: string,
	allowance: Allowance,
): MediaReference | Refusal {
	const tooLong: Refusal = {
		code: "over-limit",
		message: `${base64.length} characters of base64: at most ${allowance.limit}; give the file instead`,
	};
	// Four characters encode three bytes; the last group may be padded. Line breaks count against the limit.
	if (Math.ceil(base64.length / 4) * 3 > allowance.bytes + 2) return tooLong;
	const bytes = decodeBase64(base64);
	if (bytes === undefined || bytes.length === 0) {
		return {
			code: "unreadable-file",
			message: "the data is no base64, or empty; encode the file's bytes",
		};
	}
	return bytes.length > allowance.bytes ? tooLong : { kind: "data", mimeType: mimeType.slice(0, 100), bytes };
}

/** A local path, or an address elsewhere. A one-letter scheme is a Windows drive. */
function referenceOf(reference: string): MediaReference {
	if (/^file:/i.test(reference)) {
		const path = reference.slice(5).replace(/^\/\/(?:localhost)?(?=\/)/i, "");
		return { kind: "file", path: unescaped(path) };
	}
	return /^[a-z][a-z0-9+.-]+:/i.test(reference)
		? { kind: "url", url: reference }
		: { kind: "file", path: reference };
}

function unescaped(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const INVALID = 255;
const SKIPPED = 254;
/** Value of each character code below 128. Accepts URL-safe spellings; skips white space. */
const SEXTETS = ((): Uint8Array => {
	const table = new Uint8Array(128).fill(INVALID);
	for (let index = 0; index < 64; index++) table[ALPHABET.charCodeAt(index)] = index;
	table["-".charCodeAt(0)] = 62;
	table["_".charCodeAt(0)] = 63;
	for (const space of " \t\r\n") table[space.charCodeAt(0)] = SKIPPED;
	return table;
})();

/**
 * Bytes of base64 text, with or without padding; `undefined` if it is not base64. `atob` is not available everywhere.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
	let end = text.length;
	while (end > 0 && (text[end - 1] === "=" || SEXTETS[text.charCodeAt(end - 1)] === SKIPPED)) end--;
	const out = new Uint8Array(Math.floor((end * 3) / 4));
	let length = 0;
	let held = 0;
	let bits = 0;
	for (let index = 0; index < end; index++) {
		const value = SEXTETS[text.charCodeAt(index)] ?? INVALID;
		if (value === SKIPPED) continue;
		if (value === INVALID) return undefined;
		held = ((held << 6) | value) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[length++] = (held >> bits) & 0xff;
		}
	}
	// A lone trailing character holds less than a byte.
	return bits >= 6 ? undefined : out.subarray(0, length);
}
