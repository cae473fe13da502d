/** `conversations` of `{from, value}` with `image` and `video`: LLaVA's rows, and LLaMA-Factory's sharegpt. */

import { isRecord } from "@onevision/base/schema";
import { isRefusal, type Refusal, refuse } from "../left-out.ts";
import { partsOf, type RowContent, type Turn } from "../record.ts";
import { idOf, mediaUnder, type Row, roleOf, show } from "./fields.ts";

export function hasConversations(row: Row): boolean {
	return "conversations" in row;
}

export function readConversations(row: Row): RowContent | Refusal {
	const images = mediaUnder(row, "image", ["image", "images"]);
	if (isRefusal(images)) return images;
	const videos = mediaUnder(row, "video", ["video", "videos"]);
	if (isRefusal(videos)) return videos;
	const turns = turnsOf(row.conversations, "from", "value");
	if (isRefusal(turns)) return turns;
	return { ...idOf(row), turns, media: inTurnOrder(turns, images, videos) };
}

/** Turns from a list of objects with a role and a text. */
function turnsOf(value: unknown, roleKey: string, textKey: string): Turn[] | Refusal {
	if (!Array.isArray(value))
		return refuse("unknown-layout", `conversations: ${show(value)} where a list is expected`);
	const turns: Turn[] = [];
	for (const each of value) {
		if (!isRecord(each))
			return refuse("unknown-layout", `conversations: ${show(each)} where a turn is expected`);
		const role = roleOf(each[roleKey]);
		if (typeof role !== "string") return role;
		const text = each[textKey];
		if (typeof text !== "string")
			return refuse("unknown-layout", `${textKey}: ${show(text)} where a text is expected`);
		turns.push({ role, parts: partsOf(text) });
	}
	return turns;
}

/** Images and videos in the order of their placeholders. Those without one come last, images first. */
export function inTurnOrder<T>(turns: readonly Turn[], images: readonly T[], videos: readonly T[]): T[] {
	if (videos.length === 0) return [...images];
	const rest = { image: [...images], video: [...videos] };
	const media: T[] = [];
	for (const { parts } of turns) {
		for (const { kind } of parts) {
			const next = kind === "text" ? undefined : rest[kind].shift();
			if (next !== undefined) media.push(next);
		}
	}
	return [...media, ...rest.image, ...rest.video];
}
