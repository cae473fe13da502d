/** A sample as a row of each trainer's own JSON, or the reason that trainer has no form for it. */

import type { MediaKind, Part, Turn } from "../record.ts";
import { placeholdersOf } from "../record.ts";
import { type ExportRefusal, refuseExport } from "./left-out.ts";

/** A sample whose media are files: as many as placeholders, in their order. */
interface PlacedSample {
	readonly id?: string;
	readonly turns: readonly Turn[];
	readonly images: readonly string[];
	readonly videos: readonly string[];
}

type WriteRow = (sample: PlacedSample) => object | ExportRefusal;

/**
 * Puts placeholders for media without one at the start of the first user turn, where the profile counts them. A sample
 * that starts with an answer gets a user turn for them.
 */
export function placed(turns: readonly Turn[], kinds: readonly MediaKind[]): readonly Turn[] | ExportRefusal {
	if (turns.length === 0) return refuseExport("no-text");
	const places = placeholdersOf(turns);
	const missing: Part[] = [];
	for (const kind of ["image", "video"] as const) {
		const there = kinds.filter((each) => each === kind).length;
		if (places[kind] > there) {
			return refuseExport("more-placeholders", `${places[kind]} for ${there} ${kind}s`);
		}
		for (let index = places[kind]; index < there; index++) missing.push({ kind });
	}
	const first = turns.findIndex(({ role }) => role !== "system");
	const opening = turns[first];
	if (opening?.role === "user") {
		if (missing.length === 0) return turns;
		return turns.with(first, { ...opening, parts: [...missing, ...opening.parts] });
	}
	if (missing.length === 0 && opening?.role !== "assistant") return turns;
	const at = first < 0 ? turns.length : first;
	return turns.toSpliced(at, 0, { role: "user", parts: missing });
}

/** Text with `<image>` and `<video>`, or with the placeholders given. */
export function textOf(
	{ parts }: Turn,
	placeholders: Readonly<Record<MediaKind, string>> = { image: "<image>", video: "<video>" },
): string {
	return parts.map((part) => (part.kind === "text" ? part.text : placeholders[part.kind])).join("");
}

function whyNotAlternating(turns: readonly Turn[]): ExportRefusal | undefined {
	const isFine =
		turns.length > 0 &&
		turns.length % 2 === 0 &&
		turns.every(({ role }, index) => (index % 2 === 0) === (role !== "assistant"));
	return isFine ? undefined : refuseExport("no-alternation", turns.map(({ role }) => role).join(", "));
}

const llavaRow: WriteRow = ({ id, turns, images, videos }) => {
	if (turns.some(({ role }) => role === "system")) return refuseExport("system-turn");
	if (turns.some(({ role }) => role === "tool")) return refuseExport("tool-turn");
	if (turns.some(({ isTrained }) => isTrained === false)) return refuseExport("untrained-turn");
	if (videos.length > 1 || (videos.length > 0 && images.length > 0))
		return refuseExport("media-mix", `${images.length} images, ${videos.length} videos`);
	const refusal = whyNotAlternating(turns);
	if (refusal !== undefined) return refusal;
	const [video] = videos;
	const [image] = images;
	return {
		...(id === undefined ? {} : { id }),
		...(video === undefined ? {} : { video }),
		...(image === undefined ? {} : { image: images.length === 1 ? image : images }),
		conversations: turns.map((turn) => ({
			from: turn.role === "assistant" ? "gpt" : "human",
			// A video's place is written as an image's.
			value: textOf(turn, { image: "<image>", video: "<image>" }),
		})),
	};
};

const llamaFactoryRow: WriteRow = ({ turns, images, videos }) => {
	if (turns.some(({ isTrained }) => isTrained === false)) return refuseExport("untrained-turn");
	const [first, ...rest] = turns;
	const exchanges = first?.role === "system" ? rest : turns;
	if (exchanges.some(({ role }) => role === "system")) return refuseExport("system-turn", "not at the start");
	const refusal = whyNotAlternating(exchanges);
	if (refusal !== undefined) return refusal;
	return {
		messages: turns.map((turn) => ({
			role: turn.role === "tool" ? "observation" : turn.role,
			content: textOf(turn),
		})),
		images,
		videos,
	};
};

const msSwiftRow: WriteRow = ({ turns, images, videos }) => ({
	messages: turns.map((turn) => ({
		role: turn.role,
		content: textOf(turn),
		...(turn.isTrained === false ? { loss: false } : {}),
	})),
	images,
	videos,
});

const trlRow: WriteRow = ({ id = "", turns, images, videos }) => {
	if (videos.length > 0) return refuseExport("no-video");
	if (turns.some(({ isTrained }) => isTrained === false)) return refuseExport("untrained-turn");
	return {
		id,
		messages: turns.map(({ role, parts }) => ({
			role,
			content: parts.map((part) => ({ type: part.kind, text: part.kind === "text" ? part.text : null })),
		})),
		images,
	};
};

/** By target. */
export const ROW_WRITERS = {
	llava: llavaRow,
	"llama-factory": llamaFactoryRow,
	"ms-swift": msSwiftRow,
	trl: trlRow,
} as const satisfies Record<string, WriteRow>;
export type RowTarget = keyof typeof ROW_WRITERS;
