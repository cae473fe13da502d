/** Media with a caption, or alone: rows without turns. */

import { type MediaReference, partsOf, type RowContent, type Turn } from "../record.ts";

/** The media as the user's turn, and the caption as the answer. */
export function captioned(media: readonly MediaReference[], caption: string): RowContent {
	const user: Turn = { role: "user", parts: media.map(({ kind }) => ({ kind })) };
	const answer: Turn = { role: "assistant", parts: partsOf(caption) };
	return { media, turns: media.length === 0 ? [answer] : [user, answer] };
}

export function mediaOnly(media: readonly MediaReference[]): RowContent {
	return { media, turns: [] };
}
