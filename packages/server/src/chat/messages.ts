/** Messages of a chat completion: roles, text, and the addresses of images and videos, each with its place in the request. */

import { OnevisionError } from "@onevision/base";
import { choice, either, isRecord, multiline, object, optional, unknownKey } from "@onevision/base/schema";
import type { Message } from "@onevision/model";
import { withoutNulls } from "./parameters.ts";

/** A medium where it stands, not yet opened. */
export interface AddressedPart {
	readonly type: "image" | "video";
	/** A data URL, or one to fetch. */
	readonly url: string;
	/** Path of the URL in the request. */
	readonly where: string;
}

type ChatPart = { readonly type: "text"; readonly text: string } | AddressedPart;

export interface ChatMessage {
	readonly role: Message["role"];
	readonly content: readonly ChatPart[];
}

const MAX_MESSAGES = 10_000;
const MAX_PARTS = 1000;
/** Characters; the limit of the body is usually smaller. */
const MAX_TEXT = 16 * 1024 * 1024;
const MAX_URL = 128 * 1024 * 1024;

/** Roles, by what they are to a chat template. */
const ROLES = { system: "system", developer: "system", user: "user", assistant: "assistant" } as const;
const role = choice("Who speaks", Object.keys(ROLES) as (keyof typeof ROLES)[]);
const prose = multiline("The text", MAX_TEXT);

const url = multiline("A data URL, or one to fetch", MAX_URL);
/** `low` would be another size than the one counted. */
const detail = optional(choice("How an image is taken: as the model takes it", ["auto", "high"]));
const imageAddress = either(url, object("Where an image is", { url, detail }));
const videoAddress = either(url, object("Where a video is", { url }));

type Body = Readonly<Record<string, unknown>>;

/** Kinds of parts: the key that holds their content, and how it is read. */
const PARTS = {
	text: (content: unknown, where: string): ChatPart => ({ type: "text", text: prose.parse(content, where) }),
	image_url: (content: unknown, where: string): ChatPart =>
		addressed("image", imageAddress.parse(content, where), where),
	video_url: (content: unknown, where: string): ChatPart =>
		addressed("video", videoAddress.parse(content, where), where),
} as const;
const partType = choice("What it is", Object.keys(PARTS) as (keyof typeof PARTS)[]);

function addressed(
	type: AddressedPart["type"],
	given: string | { readonly url: string },
	where: string,
): AddressedPart {
	return typeof given === "string"
		? { type, url: given, where }
		: { type, url: given.url, where: `${where}.url` };
}

/** Keys of an answer that clients hand back whole; they hold nothing. */
const EMPTY_KEYS = ["annotations", "tool_calls"] as const;
const MESSAGE_KEYS = ["role", "content", ...EMPTY_KEYS] as const;

/** Throws `invalid-input` or `unknown-key`, naming the place. */
export function readMessages(value: unknown): readonly ChatMessage[] {
	return listAt(value, "messages", MAX_MESSAGES).map((each, index) =>
		readMessage(each, `messages[${index}]`),
	);
}

function readMessage(value: unknown, where: string): ChatMessage {
	// The role is told first: a tool's message has keys of its own.
	const speaker = role.parse(isRecord(value) ? value.role : undefined, `${where}.role`);
	const message = recordAt(value, where, MESSAGE_KEYS);
	for (const key of EMPTY_KEYS) {
		if (message[key] === undefined || (Array.isArray(message[key]) && message[key].length === 0)) continue;
		throw new OnevisionError("unsupported", `${where}.${key}: this model calls no tools; leave it out`);
	}
	const { content } = message;
	const parts =
		typeof content === "string"
			? [PARTS.text(content, `${where}.content`)]
			: listAt(content, `${where}.content`, MAX_PARTS).map((part, index) =>
					readPart(part, `${where}.content[${index}]`),
				);
	return { role: ROLES[speaker], content: parts };
}

function readPart(value: unknown, where: string): ChatPart {
	const type = partType.parse(isRecord(value) ? value.type : undefined, `${where}.type`);
	const part = recordAt(value, where, ["type", type]);
	return PARTS[type](part[type], `${where}.${type}`);
}

function recordAt(value: unknown, where: string, keys: readonly string[]): Body {
	if (!isRecord(value)) throw new OnevisionError("invalid-input", `${where}: expected an object`);
	const record = withoutNulls(value);
	const [unknown] = Object.keys(record).filter((key) => !keys.includes(key));
	if (unknown !== undefined) throw unknownKey(`${where}.${unknown}`, unknown, keys);
	return record;
}

function listAt(value: unknown, where: string, most: number): readonly unknown[] {
	if (Array.isArray(value) && value.length >= 1 && value.length <= most) return value;
	const got = Array.isArray(value) ? `${value.length}` : value === undefined ? "nothing" : typeof value;
	throw new OnevisionError("invalid-input", `${where}: expected a list of 1 to ${most}, got ${got}`);
}
