/**
 * Changes single strings of a JSON text and nothing else: every other byte, key order, number and space stays, so that
 * what an upstream caches by prefix stays cached. Also refuses a key given twice, which parsers read differently.
 */

import { OnevisionError } from "@onevision/base";
import { endOfString } from "../http/body.ts";

/** A string of the text by its path (`messages[0].content`), from its first quote to behind its last. */
export interface StringPlace {
	readonly path: string;
	readonly start: number;
	readonly end: number;
}

/** Longest key that is read. */
const MAX_KEY_BYTES = 1000;

interface Level {
	readonly path: string;
	/** The keys so far, of an object. */
	readonly keys: Set<string> | undefined;
	/** Index of the next item, of a list. */
	index: number;
	/** The key that the next value belongs to. */
	key: string | undefined;
}

/**
 * Every string value of a text that `JSON.parse` accepts.
 *
 * @throws OnevisionError `invalid-input` for an object that has a key twice
 */
export function stringPlaces(text: Buffer): StringPlace[] {
	const places: StringPlace[] = [];
	const levels: Level[] = [];
	const pathOfValue = (): string => {
		const level = levels.at(-1);
		if (level === undefined) return "";
		if (level.keys === undefined) return `${level.path}[${level.index}]`;
		return level.path === "" ? (level.key ?? "") : `${level.path}.${level.key}`;
	};
	for (let at = 0; at < text.length; at++) {
		const level = levels.at(-1);
		switch (text[at]) {
			case QUOTE: {
				const last = endOfString(text, at);
				if (level?.keys !== undefined && level.key === undefined) {
					level.key = addKey(level.keys, text.subarray(at, last + 1), level.path);
				} else places.push({ path: pathOfValue(), start: at, end: last + 1 });
				at = last;
				break;
			}
			case OPEN_OBJECT:
				levels.push({ path: pathOfValue(), keys: new Set(), index: 0, key: undefined });
				break;
			case OPEN_LIST:
				levels.push({ path: pathOfValue(), keys: undefined, index: 0, key: undefined });
				break;
			case CLOSE_OBJECT:
			case CLOSE_LIST:
				levels.pop();
				break;
			case COMMA:
				if (level !== undefined) {
					level.index++;
					level.key = undefined;
				}
				break;
		}
	}
	return places;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Two spellings of a key ("a", "\u0061") are the same key. */
function addKey(keys: Set<string>, literal: Buffer, path: string): string {
	const where = path === "" ? "body" : path;
	if (literal.length > MAX_KEY_BYTES) {
		throw new OnevisionError("invalid-input", `${where}: a key is longer than ${MAX_KEY_BYTES} bytes`);
	}
	const key = JSON.parse(literal.toString("utf8")) as string;
	if (keys.has(key)) {
		throw new OnevisionError(
			"invalid-input",
			`${where}: the key ${JSON.stringify(key.slice(0, 60))} is given twice, which servers read differently; give it once`,
		);
	}
	keys.add(key);
	return key;
}

export interface Replacement extends StringPlace {
	/** The new string, not yet as JSON. */
	readonly value: string;
}

/** The text with the strings at these places replaced. */
export function replaceStrings(text: Buffer, replacements: readonly Replacement[]): Buffer {
	const pieces: Buffer[] = [];
	let at = 0;
	for (const { start, end, value } of [...replacements].sort((a, b) => a.start - b.start)) {
		pieces.push(text.subarray(at, start), Buffer.from(JSON.stringify(value)));
		at = end;
	}
	return Buffer.concat([...pieces, text.subarray(at)]);
}
