/**
 * One object from a snapshot's files, read key by key. A section tracks which keys were read, so that an unread key can
 * be refused instead of silently changing a count.
 */

import { nearest, OnevisionError } from "@onevision/base";
import { isRecord, type Schema } from "@onevision/base/schema";
import { isForeign } from "./foreign-keys.ts";

export interface Section {
	/** File and key, for error messages: `processor_config.json image_processor`. */
	readonly path: string;
	/** Whether the key has a value. Null does not count as one. */
	has(key: string): boolean;
	/** Whether the key is present and null, which in config.json is a value of its own. */
	isNull(key: string): boolean;
	/**
	 * The validated value; undefined when absent or null. In a processor's file, transformers works with a null instead of
	 * the class default: a null switch is false, and any other null usually makes it fail. Throws `invalid-input`, and
	 * `unsupported` for such a null.
	 */
	read<T>(key: string, schema: Schema<T>): T | undefined;
	/**
	 * The object under a key; undefined when absent or null. `decode` may first convert another notation. Throws
	 * `invalid-input` for anything else.
	 */
	child(key: string, decode?: (value: unknown) => unknown, nulls?: Nulls): Section | undefined;
	/** Whether the key has been read. */
	wasRead(key: string): boolean;
	/**
	 * Throws `unknown-key` for a key with a value that was not read, is not in `ignored`, and does not belong to another
	 * class. An unread null is harmless.
	 */
	refuseOthers(ignored: readonly string[], reader: string): void;
}

/** Keys that are null in the classes themselves, so that a null in a file changes nothing. */
const NULL_BY_CLASS: ReadonlySet<string> = new Set([
	"crop_size",
	"fps",
	"max_pixels",
	"min_pixels",
	"num_frames",
	"pad_size",
	"processor_class",
	"feature_extractor_type",
	"image_processor_type",
	"video_processor_type",
	"num_query_tokens",
]);

/** Maximum keys of one object. config.json of a large model has a few hundred. */
const MAX_KEYS = 2000;

/** What a null in a file means: nothing ("absent"), or that the class default is removed ("values"). */
export type Nulls = "absent" | "values";

/** Opens an object for reading. Throws `invalid-input` when the value is not an object. */
export function section(path: string, value: unknown, nulls: Nulls = "absent"): Section {
	if (!isRecord(value)) {
		const what = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
		throw new OnevisionError("invalid-input", `${path}: expected a JSON object, got ${what}`);
	}
	const keys = Object.keys(value);
	if (keys.length > MAX_KEYS) {
		throw new OnevisionError(
			"over-limit",
			`${path}: ${keys.length} keys; no Hugging Face file has more than ${MAX_KEYS}`,
		);
	}
	const seen = new Set<string>();
	const take = (key: string): unknown => {
		seen.add(key);
		return Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
	};
	const isNull = (key: string): boolean => Object.hasOwn(value, key) && value[key] === null;
	return {
		path,
		has: (key) => take(key) !== undefined,
		isNull,
		read: (key, schema) => {
			const own = take(key);
			if (own !== undefined) return schema.parse(own, `${path} ${key}`);
			if (nulls === "absent" || !isNull(key)) return undefined;
			if (schema.json.type === "boolean") return schema.parse(false, `${path} ${key}`);
			if (NULL_BY_CLASS.has(key)) return undefined;
			throw unsupported(
				`${path} ${key}: null takes the class's own value away, and transformers fails without one; remove the key`,
			);
		},
		child: (key, decode, inner) => {
			const own = take(key);
			return own === undefined
				? undefined
				: section(`${path} ${key}`, decode === undefined ? own : decode(own), inner);
		},
		wasRead: (key) => seen.has(key),
		refuseOthers: (ignored, reader) => {
			const known = new Set([...seen, ...ignored]);
			const unknown = keys.find((key) => value[key] !== null && !known.has(key) && !isForeign(key));
			if (unknown === undefined) return;
			const hint = nearest(unknown, [...known]);
			throw new OnevisionError(
				"unknown-key",
				`${path}: ${show(unknown)} is no key that ${reader} is known to read, and it might change the count; ${hint === undefined ? "" : `did you mean ${hint}, or `}remove it if it does nothing`,
			);
		},
	};
}

/** Formats a key or name from a file for an error message: quoted, short, one line. */
export function show(text: string): string {
	return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** The error for files that contradict each other about one model. */
export function contradiction(message: string): OnevisionError {
	return new OnevisionError("invalid-input", message);
}

/** The error for something transformers can do but no family here counts, or that transformers itself fails on. */
export function unsupported(message: string): OnevisionError {
	return new OnevisionError("unsupported", message);
}
