/** Fields of a row as data sets write them: text, lists, and media as a path, a URL or a struct. */

import { isRecord } from "@onevision/base/schema";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import type { MediaKind, MediaReference, Role } from "../record.ts";

export type Row = Readonly<Record<string, unknown>>;

/** Maximum media per sample: the same as for a count. */
const MAX_MEDIA = 10_000;
/** Bytes of a Parquet value, left in the file. */
export class BytesAt {
	readonly file: string;
	readonly offset: number;
	readonly length: number;
	constructor(file: string, offset: number, length: number) {
		this.file = file;
		this.offset = offset;
		this.length = length;
	}
}

/** Every word for a role that the formats use. */
const ROLE_WORDS: Readonly<Record<string, Role>> = {
	system: "system",
	developer: "system",
	human: "user",
	user: "user",
	gpt: "assistant",
	assistant: "assistant",
	bot: "assistant",
	chatgpt: "assistant",
	model: "assistant",
	function_call: "assistant",
	tool_call: "assistant",
	tool: "tool",
	tool_response: "tool",
	observation: "tool",
	function: "tool",
};

export function roleOf(word: unknown): Role | Refusal {
	const role =
		typeof word === "string" && Object.hasOwn(ROLE_WORDS, word.toLowerCase())
			? ROLE_WORDS[word.toLowerCase()]
			: undefined;
	return (
		role ?? refuse("unknown-layout", `role ${show(word)}: not one of ${Object.keys(ROLE_WORDS).join(", ")}`)
	);
}

export function show(value: unknown): string {
	return typeof value === "string"
		? JSON.stringify(value.slice(0, 40))
		: Array.isArray(value)
			? "a list"
			: typeof value;
}

/** A row's own id: a string or number under one of the usual keys. */
export function idOf(row: Row): { readonly id?: string } {
	for (const key of ["id", "question_id", "uid", "__key__"]) {
		const id = row[key];
		if (typeof id === "string" && id !== "") return { id: id.slice(0, 1000) };
		if (typeof id === "number" || typeof id === "bigint") return { id: String(id) };
	}
	return {};
}

/** Media under the first of `keys` that holds any: one value or a list. Null and empty values mean none. */
export function mediaUnder(row: Row, kind: MediaKind, keys: readonly string[]): MediaReference[] | Refusal {
	for (const key of keys) {
		const value = row[key];
		if (value === undefined || value === null || value === "") continue;
		const values: readonly unknown[] = Array.isArray(value) ? value : [value];
		if (values.length > MAX_MEDIA) {
			return refuse(
				"over-limit",
				`${key}: ${values.length} media in one sample, at most ${MAX_MEDIA} are read`,
			);
		}
		const media: MediaReference[] = [];
		for (const each of values) {
			const reference = mediaReference(kind, each, key);
			if (isRefusal(reference)) return reference;
			media.push(reference);
		}
		if (media.length > 0) return media;
	}
	return [];
}

/** One medium: a path, a data URL, or a struct of bytes and path as written by `datasets`. */
export function mediaReference(kind: MediaKind, value: unknown, key: string): MediaReference | Refusal {
	if (typeof value === "string") return fromText(kind, value, key);
	if (value instanceof BytesAt) {
		const { file, offset, length } = value;
		return { kind, place: { type: "range", file, offset, length } };
	}
	if (value instanceof Uint8Array) return { kind, place: { type: "embedded", bytes: value } };
	if (isRecord(value)) {
		const { bytes, path, url, image, video } = value;
		// If `datasets` stores bytes, the path next to them is only a name.
		for (const inner of [bytes, url, path, image, video]) {
			if (inner !== undefined && inner !== null) return mediaReference(kind, inner, key);
		}
	}
	const what = value === null ? "null" : show(value);
	return refuse("unknown-layout", `${key}: ${what} where a path or bytes are expected`);
}

function fromText(kind: MediaKind, text: string, key: string): MediaReference | Refusal {
	if (/^https?:\/\//i.test(text)) return refuse("remote-media", `${key}: ${text.slice(0, 200)}: is a URL`);
	if (/^data:/i.test(text)) {
		const [, data] = /^data:[^,]{0,200};base64,(.*)$/is.exec(text) ?? [];
		if (data === undefined) return refuse("unreadable-media", `${key}: a data URL that is not base64`);
		return { kind, place: { type: "embedded", bytes: Buffer.from(data, "base64") } };
	}
	return { kind, place: { type: "path", path: text.replace(/^file:\/\//, "") } };
}

/** A text field. */
export function textUnder(row: Row, key: string): string | Refusal {
	const value = row[key];
	if (typeof value === "string") return value;
	if (value === undefined || value === null) return "";
	return refuse("unknown-layout", `${key}: ${show(value)} where a text is expected`);
}
