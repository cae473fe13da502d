/**
 * The page's state as a short text for the address, and back. `1;m=qwen2.5-vl-7b;r=1920x1080*4;b=3500`: a version, then
 * keys that are not at their defaults. A text of another version, or with unknown parts, is read as far as possible;
 * what is left out is said.
 */

import type { HeaderFacts } from "../media/header.ts";

const LINK_VERSION = "1";

/** Keys and values as written; a key may occur once. */
export type LinkParts = ReadonlyMap<string, string>;

export interface ReadLink {
	readonly parts: LinkParts;
	/** What could not be read, for people. */
	readonly leftOut: readonly string[];
}

export function writeLink(parts: LinkParts): string {
	const texts = [...parts].map(([key, value]) => `${key}=${encode(value)}`);
	return [LINK_VERSION, ...texts].join(";");
}

/** Longest address that is read; a longer one is cut off by some programs anyway. */
const MAX_LENGTH = 20_000;

export function readLink(text: string): ReadLink {
	const leftOut: string[] = [];
	if (text.length > MAX_LENGTH) leftOut.push(`everything behind ${MAX_LENGTH} characters`);
	const [version = "", ...rest] = text.slice(0, MAX_LENGTH).split(";");
	if (version !== LINK_VERSION)
		leftOut.push(`what version ${version.slice(0, 12)} of the link means otherwise`);
	const parts = new Map<string, string>();
	for (const part of rest) {
		const at = part.indexOf("=");
		const value = at < 1 ? undefined : decode(part.slice(at + 1));
		if (value === undefined) leftOut.push(`"${part.slice(0, 40)}"`);
		else parts.set(part.slice(0, at), value);
	}
	return { parts, leftOut };
}

/** Escapes only what would end a part; commas, colons, stars and × stay readable. */
function encode(value: string): string {
	return encodeURIComponent(value).replace(/%(2C|3A|2F|40|2B|7C|20|3D)/g, (escaped, code: string) =>
		code === "20" ? "%20" : code === "3D" ? "=" : decodeURIComponent(escaped),
	);
}

function decode(value: string): string | undefined {
	try {
		return decodeURIComponent(value);
	} catch {
		return undefined;
	}
}

/** Most requests of a link, and characters they take. */
const MAX_REQUESTS = 400;
const MAX_REQUESTS_LENGTH = 1600;
/** Most images of one request in a link. */
const MAX_ITEMS = 64;
/** Most requests that a link's `*` may make. */
const MAX_COPIES = 10_000;

/**
 * Requests as sizes: `1920x1080`, `1280x720@30:360` (rate and frames), images of one request joined by `+`, equal ones
 * counted with `*`, separated by commas. `missing` is the number of requests left out of a long list.
 */
export function writeRequests(requests: readonly (readonly HeaderFacts[])[]): {
	readonly text: string;
	readonly missing: number;
} {
	const times = new Map<string, number>();
	for (const items of requests) {
		const text = shorten(items.map(itemText)).join("+");
		times.set(text, (times.get(text) ?? 0) + 1);
	}
	const texts: string[] = [];
	let missing = 0;
	let length = 0;
	for (const [text, count] of times) {
		const part = count === 1 ? text : `${text}*${count}`;
		if (length + part.length > MAX_REQUESTS_LENGTH || texts.length >= MAX_REQUESTS) missing += count;
		else {
			texts.push(part);
			length += part.length + 1;
		}
	}
	return { text: texts.join(","), missing };
}

/** Four equal images are written once: `960x540|4`. */
function shorten(items: readonly string[]): string[] {
	const [first] = items;
	const isUniform = items.length > 1 && items.every((item) => item === first);
	return isUniform && first !== undefined ? [`${first}|${items.length}`] : [...items];
}

function itemText({ kind, width, height, ...facts }: HeaderFacts): string {
	const size = `${width}x${height}`;
	if (kind === "image" || !("frames" in facts)) return size;
	return `${size}@${facts.fps ?? ""}:${facts.frames}`;
}

const ITEM = /^(\d{1,8})x(\d{1,8})(?:@(\d*\.?\d*):(\d{1,9}))?(?:\|(\d{1,4}))?$/;

/** The requests of a text; `undefined` for one that is none of this form. */
export function readRequests(text: string): (readonly HeaderFacts[])[] | undefined {
	const requests: (readonly HeaderFacts[])[] = [];
	for (const part of text.split(",")) {
		const [body = "", copies = "1", ...more] = part.split("*");
		if (more.length > 0) return undefined;
		const items = body.split("+").flatMap((item) => readItem(item) ?? [undefined]);
		const count = Number(copies);
		if (items.length > MAX_ITEMS || !/^\d+$/.test(copies) || count < 1) return undefined;
		if (requests.length + count > MAX_COPIES) return undefined;
		const facts = items.filter((item) => item !== undefined);
		if (facts.length < items.length) return undefined;
		for (let copy = 0; copy < count; copy++) requests.push(facts);
	}
	return requests;
}

function readItem(text: string): HeaderFacts[] | undefined {
	const match = ITEM.exec(text);
	if (match === null) return undefined;
	const [, width, height, fps, frames, times = "1"] = match;
	const size = { width: Number(width), height: Number(height) };
	const facts: HeaderFacts =
		frames === undefined
			? { kind: "image", ...size, turned: false }
			: { kind: "video", ...size, frames: Number(frames), ...(fps === "" ? {} : { fps: Number(fps) }) };
	const count = Number(times);
	return count < 1 || count > MAX_ITEMS ? undefined : Array.from({ length: count }, () => facts);
}
