/**
 * `messages` of `{role, content}`: OpenAI's chat, trl and ms-swift. Content is text or a list of parts. Media are in
 * the parts, in the columns `images` and `videos`, or inline in ms-swift's tags.
 */

import { isRecord } from "@onevision/base/schema";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import {
	type MediaKind,
	type MediaReference,
	type Part,
	partsOf,
	type RowContent,
	type Turn,
} from "../record.ts";
import { inTurnOrder } from "./conversations.ts";
import { idOf, mediaReference, mediaUnder, type Row, roleOf, show } from "./fields.ts";

export function hasMessages(row: Row): boolean {
	return "messages" in row;
}

export function readMessages(row: Row): RowContent | Refusal {
	const read = readTurns(row.messages, "messages");
	return isRefusal(read) ? read : withColumns(row, read);
}

/** Contents of a list of messages. */
export interface Messages {
	readonly turns: readonly Turn[];
	/** Media inside the messages themselves. */
	readonly inline: readonly MediaReference[];
}

/** The row's media: those in the messages, or else those in its columns. */
export function withColumns(row: Row, { turns, inline }: Messages): RowContent | Refusal {
	const images = mediaUnder(row, "image", ["images", "image"]);
	if (isRefusal(images)) return images;
	const videos = mediaUnder(row, "video", ["videos", "video"]);
	if (isRefusal(videos)) return videos;
	const listed = inTurnOrder(turns, images, videos);
	if (inline.length > 0 && listed.length > 0) {
		return refuse("unknown-layout", "media both in the messages and in a column of their own");
	}
	return { ...idOf(row), turns, media: inline.length > 0 ? inline : listed };
}

/** Reads a list of messages. `key` names the field in a refusal. */
export function readTurns(value: unknown, key: string): Messages | Refusal {
	if (!Array.isArray(value))
		return refuse("unknown-layout", `${key}: ${show(value)} where a list is expected`);
	const turns: Turn[] = [];
	const inline: MediaReference[] = [];
	for (const message of value) {
		if (!isRecord(message))
			return refuse("unknown-layout", `${key}: ${show(message)} where a message is expected`);
		const role = roleOf(message.role);
		if (typeof role !== "string") return role;
		const parts = contentParts(message.content, inline);
		if (isRefusal(parts)) return parts;
		const { loss } = message;
		turns.push({ role, parts, ...(loss === false || loss === 0 ? { isTrained: false } : {}) });
	}
	return { turns, inline };
}

/** Part types, and the field that may hold the medium. */
const MEDIA_PARTS: Readonly<Record<string, { readonly kind: MediaKind; readonly keys: readonly string[] }>> =
	{
		image: { kind: "image", keys: ["image", "path", "url", "base64"] },
		image_url: { kind: "image", keys: ["image_url"] },
		input_image: { kind: "image", keys: ["image_url"] },
		video: { kind: "video", keys: ["video", "path", "url"] },
		video_url: { kind: "video", keys: ["video_url"] },
	};
const TEXT_TYPES = new Set(["text", "input_text", "output_text"]);

function contentParts(content: unknown, inline: MediaReference[]): Part[] | Refusal {
	if (typeof content === "string") return taggedParts(content, inline);
	// A message that only calls a tool has no content.
	if (content === null || content === undefined) return [];
	if (!Array.isArray(content))
		return refuse("unknown-layout", `content: ${show(content)} where text or parts are expected`);
	const parts: Part[] = [];
	for (const part of content) {
		const type = isRecord(part) ? part.type : undefined;
		if (typeof type !== "string" || !isRecord(part)) {
			return refuse("unknown-layout", `content: ${show(part)} where a part with a type is expected`);
		}
		if (TEXT_TYPES.has(type)) {
			if (typeof part.text !== "string")
				return refuse("unknown-layout", `text: ${show(part.text)} in a part of text`);
			if (part.text !== "") parts.push({ kind: "text", text: part.text });
			continue;
		}
		const medium = Object.hasOwn(MEDIA_PARTS, type) ? MEDIA_PARTS[type] : undefined;
		if (medium === undefined) return refuse("unknown-layout", `a part of type ${show(type)}`);
		// Parquet gives every part all fields, with null for those of other types.
		const key = medium.keys.find((each) => part[each] !== undefined && part[each] !== null);
		if (key !== undefined) {
			const reference = mediaReference(medium.kind, part[key], key);
			if (isRefusal(reference)) return reference;
			inline.push(reference);
		}
		parts.push({ kind: medium.kind });
	}
	return parts;
}

/** Text with ms-swift's tags: `<img>path</img>`, `<image>path</image>`, `<video>path</video>`. */
function taggedParts(text: string, inline: MediaReference[]): Part[] | Refusal {
	const parts: Part[] = [];
	const tag = /<(img|image|video)>([^<>\n]{1,4096})<\/\1>/g;
	let at = 0;
	for (const match of text.matchAll(tag)) {
		const kind = match[1] === "video" ? "video" : "image";
		const reference = mediaReference(kind, match[2], `<${match[1]}>`);
		if (isRefusal(reference)) return reference;
		inline.push(reference);
		parts.push(...partsOf(text.slice(at, match.index)), { kind });
		at = match.index + match[0].length;
	}
	return [...parts, ...partsOf(text.slice(at))];
}
