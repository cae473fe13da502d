/** Shared by the readers of the four APIs: collects texts, media and problems, each with its location. */

import { type ErrorCode, OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import type { Provider } from "../providers/provider.ts";
import {
	type Allowance,
	MAX_REFERENCE,
	type Refusal as ReferenceRefusal,
	readEmbedded,
	readReference,
} from "./media-reference.ts";
import type { ItemSettings, MediaReference, RequestBreach, RequestMedia, RequestProblem } from "./request.ts";

export type Body = Readonly<Record<string, unknown>>;

/** Maximum parts read per request; the rest is reported as one problem. */
const MAX_PARTS = 100_000;

/** Who rejects something and where that was read; and who is known to accept it. */
export interface Refusal {
	readonly provider: Provider;
	readonly source: string;
	readonly acceptedBy?: readonly Provider[];
}

/** Collects the contents of a request. */
export interface Reader {
	text(value: unknown, path: string): void;
	/** An image or video by data URL, path or web address; `type` is the type declared next to it. */
	media(
		kind: RequestMedia["kind"],
		reference: unknown,
		path: string,
		settings?: ItemSettings,
		type?: unknown,
	): void;
	/** A medium whose bytes are base64 in a separate field. */
	encoded(
		kind: RequestMedia["kind"],
		base64: unknown,
		mimeType: unknown,
		path: string,
		settings?: ItemSettings,
	): void;
	upload(kind: RequestMedia["kind"], id: unknown, path: string, settings?: ItemSettings): void;
	/** Something that is not counted. */
	problem(path: string, code: ErrorCode, message: string): void;
	/** Something that is counted although the API rejects it. */
	breach(path: string, message: string, refusal: Refusal): void;
	/** The entries of a list; anything else is a problem and yields no entries. */
	list(value: unknown, path: string): readonly unknown[];
	/** The object at a location; anything else is a problem. */
	object(value: unknown, path: string): Body | undefined;
	maxOutput(value: unknown, path: string): void;
	result(): {
		readonly texts: readonly string[];
		readonly media: readonly RequestMedia[];
		readonly problems: readonly RequestProblem[];
		readonly breaches: readonly RequestBreach[];
		readonly maxOutputTokens: number | undefined;
	};
}

/** An object's own field; inherited properties are not part of a request. */
export function fieldOf(body: Body, key: string): unknown {
	return Object.hasOwn(body, key) ? body[key] : undefined;
}

/** The first own field among several spellings, such as `inlineData` and `inline_data`. */
export function anyFieldOf(body: Body, ...keys: readonly string[]): unknown {
	for (const key of keys) {
		const value = fieldOf(body, key);
		if (value !== undefined) return value;
	}
	return undefined;
}

/** Those of `keys` whose values can be settings: strings, numbers or booleans. */
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

/** A value's kind, for messages; never its content. */
export function kindOf(value: unknown): string {
	if (value === null) return "null";
	if (value === undefined) return "nothing";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "an object";
	if (typeof value === "string") return "text";
	return `a ${typeof value}`;
}

/** Untrusted text for a message: quoted and shortened. For other values, their kind. */
export function show(value: unknown): string {
	return typeof value === "string" ? JSON.stringify(value.slice(0, 60)) : kindOf(value);
}

export function reader(limits: { readonly maxItemBytes: number; readonly maxTotalBytes: number }): Reader {
	const texts: string[] = [];
	const media: RequestMedia[] = [];
	const problems: RequestProblem[] = [];
	const breaches: RequestBreach[] = [];
	let maxOutputTokens: number | undefined;
	let bytesLeft = limits.maxTotalBytes;
	let partsLeft = MAX_PARTS;

	const problem: Reader["problem"] = (path, code, message) => {
		problems.push({ path, error: new OnevisionError(code, `${path}: ${message}`) });
	};
	const wrong = (path: string, expected: string, value: unknown): void =>
		problem(path, "invalid-input", `expected ${expected}, got ${kindOf(value)}`);
	const allowance = (): Allowance =>
		limits.maxItemBytes <= bytesLeft
			? { bytes: limits.maxItemBytes, limit: `${limits.maxItemBytes} bytes for one embedded item` }
			: { bytes: bytesLeft, limit: `${limits.maxTotalBytes} bytes for all embedded items` };
	const add = (
		kind: RequestMedia["kind"],
		found: MediaReference | ReferenceRefusal,
		path: string,
		settings: ItemSettings = {},
		type: unknown = undefined,
	): void => {
		if ("code" in found) {
			problem(path, found.code, found.message);
			return;
		}
		if (found.kind === "data") bytesLeft -= found.bytes.length;
		const declared = type ?? (found.kind === "data" && found.mimeType !== "" ? found.mimeType : undefined);
		const declaredType = typeof declared === "string" ? { declaredType: declared.slice(0, 100) } : {};
		media.push({ kind, path, reference: found, ...declaredType, settings });
	};

	return {
		problem,
		text: (value, path) => {
			if (typeof value === "string") texts.push(value);
			else wrong(path, "text", value);
		},
		breach: (path, message, { provider, source, acceptedBy = [] }) => {
			breaches.push({ path, message, provider, acceptedBy, source });
		},
		media: (kind, value, path, settings, type) => {
			if (isText(value)) add(kind, readReference(value, allowance()), path, settings, type);
			else wrong(path, "a data URL, a path or a web address", value);
		},
		encoded: (kind, base64, mimeType, path, settings) => {
			const type = typeof mimeType === "string" ? mimeType : "";
			if (isText(base64)) add(kind, readEmbedded(base64, type, allowance()), path, settings);
			else wrong(path, "the item's bytes as base64 text", base64);
		},
		upload: (kind, id, path, settings) => {
			if (isText(id) && id.length <= MAX_REFERENCE) add(kind, { kind: "upload", id }, path, settings);
			else wrong(path, "the id of an uploaded file", id);
		},
		list: (value, path) => {
			if (!Array.isArray(value)) {
				wrong(path, "a list", value);
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
			wrong(path, "an object", value);
			return undefined;
		},
		maxOutput: (value, path) => {
			if (value === undefined || value === null) return;
			if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) maxOutputTokens = value;
			else wrong(path, "a whole number of tokens", value);
		},
		result: () => ({ texts, media, problems, breaches, maxOutputTokens }),
	};
}

function isText(value: unknown): value is string {
	return typeof value === "string" && value.length > 0;
}
