/** What the readers of the four APIs share: collecting texts, media and problems, and reading references to media. */

import { type ErrorCode, OnevisionError } from "../errors.ts";
import { isRecord } from "../schema.ts";
import type { MediaReference, RequestMedia, RequestProblem } from "./request.ts";

export type Body = Readonly<Record<string, unknown>>;
type ItemSettings = RequestMedia["settings"];

/** Most parts of one request that are read; the rest is one problem. */
const MAX_PARTS = 100_000;
/** Longest URL or path kept, characters. */
const MAX_REFERENCE = 8192;

/** Collects what a request holds. */
export interface Reader {
	text(value: unknown, path: string): void;
	/** An image or video by data URL, path or web address. */
	media(kind: RequestMedia["kind"], reference: unknown, path: string, settings?: ItemSettings): void;
	/** One whose bytes are base64 in a field of their own. */
	encoded(
		kind: RequestMedia["kind"],
		base64: unknown,
		mimeType: unknown,
		path: string,
		settings?: ItemSettings,
	): void;
	upload(kind: RequestMedia["kind"], id: unknown, path: string, settings?: ItemSettings): void;
	problem(path: string, code: ErrorCode, message: string): void;
	/** The entries of a list; anything else is a problem and no entry. */
	list(value: unknown, path: string): readonly unknown[];
	/** The object at a place; anything else is a problem. */
	object(value: unknown, path: string): Body | undefined;
	maxOutput(value: unknown, path: string): void;
	result(): {
		readonly texts: readonly string[];
		readonly media: readonly RequestMedia[];
		readonly problems: readonly RequestProblem[];
		readonly maxOutputTokens: number | undefined;
	};
}

/** The own field of an object; what a prototype holds is not part of a request. */
export function fieldOf(body: Body, key: string): unknown {
	return Object.hasOwn(body, key) ? body[key] : undefined;
}

/** The first own field of several spellings, `inlineData` and `inline_data`. */
export function anyFieldOf(body: Body, ...keys: readonly string[]): unknown {
	for (const key of keys) {
		const value = fieldOf(body, key);
		if (value !== undefined) return value;
	}
	return undefined;
}

/** The fields of `keys` that are there and are settings: text, a number, true or false. */
export function settingsOf(body: Body, keys: readonly string[]): ItemSettings {
	const found: [string, string | number | boolean][] = [];
	for (const key of keys) {
		const value = fieldOf(body, key);
		if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
			found.push([key, value]);
		}
	}
	return Object.fromEntries(found);
}

/** What a value is, in a message: never its content. */
export function kindOf(value: unknown): string {
	if (value === null) return "null";
	if (value === undefined) return "nothing";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "an object";
	if (typeof value === "string") return "text";
	return `a ${typeof value}`;
}

export function reader(limits: { readonly maxItemBytes: number; readonly maxTotalBytes: number }): Reader {
	const texts: string[] = [];
	const media: RequestMedia[] = [];
	const problems: RequestProblem[] = [];
	let maxOutputTokens: number | undefined;
	let bytesLeft = limits.maxTotalBytes;
	let partsLeft = MAX_PARTS;

	const problem = (path: string, code: ErrorCode, message: string): void => {
		problems.push({ path, error: new OnevisionError(code, `${path}: ${message}`) });
	};
	const add = (
		kind: RequestMedia["kind"],
		reference: MediaReference,
		path: string,
		settings: ItemSettings,
	): void => {
		media.push({ kind, path, reference, settings });
	};
	const embed = (
		kind: RequestMedia["kind"],
		base64: string,
		mimeType: string,
		path: string,
		settings: ItemSettings,
	): void => {
		const allowed = Math.min(limits.maxItemBytes, bytesLeft);
		const refuse = (): void => {
			const [limit, what] =
				limits.maxItemBytes <= bytesLeft
					? [limits.maxItemBytes, "one embedded item"]
					: [limits.maxTotalBytes, "all embedded items"];
			problem(
				path,
				"over-limit",
				`${base64.length} characters of base64: at most ${limit} bytes for ${what}; give the file instead`,
			);
		};
		// Four characters are three bytes; the last group may be padded. Line breaks count against the limit.
		if (Math.ceil(base64.length / 4) * 3 > allowed + 2) {
			refuse();
			return;
		}
		const bytes = decodeBase64(base64);
		if (bytes === undefined || bytes.length === 0) {
			problem(path, "unreadable-file", "the data is no base64, or empty; encode the file's bytes");
			return;
		}
		if (bytes.length > allowed) {
			refuse();
			return;
		}
		bytesLeft -= bytes.length;
		add(kind, { kind: "data", mimeType, bytes }, path, settings);
	};

	return {
		problem,
		text: (value, path) => {
			if (typeof value === "string") texts.push(value);
			else problem(path, "invalid-input", `expected text, got ${kindOf(value)}`);
		},
		media: (kind, reference, path, settings = {}) => {
			if (typeof reference !== "string" || reference.length === 0) {
				problem(
					path,
					"invalid-input",
					`expected a data URL, a path or a web address, got ${kindOf(reference)}`,
				);
				return;
			}
			if (/^data:/i.test(reference.slice(0, 5))) {
				const comma = reference.slice(0, MAX_REFERENCE).indexOf(",");
				const head = comma < 0 ? "" : reference.slice(5, comma);
				if (comma < 0 || !/;\s*base64\s*$/i.test(head)) {
					problem(path, "unreadable-file", "a data URL without base64; write data:<type>;base64,<bytes>");
					return;
				}
				embed(kind, reference.slice(comma + 1), head.split(";")[0]?.trim() ?? "", path, settings);
				return;
			}
			if (reference.length > MAX_REFERENCE) {
				problem(
					path,
					"over-limit",
					`an address of ${reference.length} characters: at most ${MAX_REFERENCE}; base64 needs data:<type>;base64, before it`,
				);
				return;
			}
			add(kind, referenceOf(reference), path, settings);
		},
		encoded: (kind, base64, mimeType, path, settings = {}) => {
			if (typeof base64 !== "string") {
				problem(path, "invalid-input", `expected the item's bytes as base64 text, got ${kindOf(base64)}`);
				return;
			}
			embed(kind, base64, typeof mimeType === "string" ? mimeType.slice(0, 100) : "", path, settings);
		},
		upload: (kind, id, path, settings = {}) => {
			if (typeof id === "string" && id.length > 0 && id.length <= MAX_REFERENCE) {
				add(kind, { kind: "upload", id }, path, settings);
			} else problem(path, "invalid-input", `expected the id of an uploaded file, got ${kindOf(id)}`);
		},
		list: (value, path) => {
			if (!Array.isArray(value)) {
				problem(path, "invalid-input", `expected a list, got ${kindOf(value)}`);
				return [];
			}
			if (value.length > partsLeft) {
				problem(path, "over-limit", `more than ${MAX_PARTS} parts in one request; the rest is not counted`);
			}
			const taken = value.slice(0, partsLeft);
			partsLeft -= taken.length;
			return taken;
		},
		object: (value, path) => {
			if (isRecord(value)) return value;
			problem(path, "invalid-input", `expected an object, got ${kindOf(value)}`);
			return undefined;
		},
		maxOutput: (value, path) => {
			if (value === undefined || value === null) return;
			if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) maxOutputTokens = value;
			else problem(path, "invalid-input", "expected a whole number of tokens");
		},
		result: () => ({ texts, media, problems, maxOutputTokens }),
	};
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
/** Value of each character code below 128; URL-safe spellings included, white space skipped. */
const SEXTETS = ((): Uint8Array => {
	const table = new Uint8Array(128).fill(INVALID);
	for (let index = 0; index < 64; index++) table[ALPHABET.charCodeAt(index)] = index;
	table["-".charCodeAt(0)] = 62;
	table["_".charCodeAt(0)] = 63;
	for (const space of " \t\r\n") table[space.charCodeAt(0)] = SKIPPED;
	return table;
})();

/** Bytes of base64 text, with or without padding; `undefined` for what is none. No `atob`: it is not everywhere. */
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
	// A lone last character carries less than a byte.
	return bits >= 6 ? undefined : out.subarray(0, length);
}
