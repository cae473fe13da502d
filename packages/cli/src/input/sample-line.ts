/** One line of a JSON Lines file of samples: checked, counted, and answered with a line. */

import type { AnyCounter, CountedItem } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import * as schema from "@onevision/base/schema";
import type { MediaItem, Sample } from "@onevision/core";
import type { Line } from "./lines.ts";

const anySide = (doc: string) => schema.number(doc, { min: -1e15, max: 1e15 });

const item = schema.object("A media item", {
	kind: schema.choice("What it is", ["image", "video"]),
	width: anySide("Width, px"),
	height: anySide("Height, px"),
	frames: schema.optional(anySide("Frames of a video")),
	fps: schema.optional(anySide("Frames per second of a video")),
	hasAudio: schema.optional(schema.boolean("Whether a video has a sound track")),
});

/** `{"id":…,"media":[{"kind":"image","width":…,"height":…}, …],"textTokens":…}` */
export const sampleLineSchema = schema.object("A sample", {
	id: schema.optional(
		schema.either(schema.text("Name of the sample", 10_000), anySide("Name of the sample")),
	),
	media: schema.list("Its images and videos", item, { min: 0, max: 10_000 }),
	textTokens: schema.optional(schema.integer("Tokens of its text", { min: 0, max: 1e12 })),
});

/** What a line is answered with. */
export type LineResult =
	| {
			readonly id?: string | number;
			readonly visualTokens: number;
			readonly towerTokens?: number;
			readonly contextTokens: number;
			readonly items: readonly ReturnType<typeof withoutLists>[];
	  }
	| { readonly line: number; readonly id?: string | number; readonly error: string; readonly code: string };

/** Never throws for a bad line: the answer then holds its number, a code and the reason. */
export function countLine(counter: AnyCounter, line: Line): LineResult {
	let id: string | number | undefined;
	try {
		const value = parseJson(line);
		id = idOf(value);
		const sample = sampleOf(value);
		const { items, ...sums } = counter.count(sample);
		return {
			...(id === undefined ? {} : { id }),
			...sums,
			items: items.map(({ detail }) => withoutLists(detail)),
		};
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return { line: line.number, ...(id === undefined ? {} : { id }), error: error.message, code: error.code };
	}
}

/** The sample of a line. Throws `invalid-input` or `over-limit`. */
export function parseSampleLine(line: Line): Sample {
	return sampleOf(parseJson(line));
}

function sampleOf(value: unknown): Sample {
	const parsed = sampleLineSchema.parse(value, "");
	return {
		media: parsed.media.map(mediaItem),
		...(parsed.textTokens === undefined ? {} : { textTokens: parsed.textTokens }),
	};
}

/** An item without its per-frame lists: lines stay short. */
function withoutLists(detail: CountedItem["detail"]) {
	if (!("around" in detail)) return detail;
	const { frameIndices: _indices, around, ...rest } = detail;
	return { ...rest, around: { markers: around.markers, estimatedTextTokens: around.estimatedTextTokens } };
}

function parseJson(line: Line): unknown {
	if (line.text === undefined)
		throw new OnevisionError("over-limit", "line is longer than 16 MiB; split the sample");
	try {
		return JSON.parse(line.text);
	} catch {
		throw new OnevisionError("invalid-input", "line is not JSON; give one object a line");
	}
}

function idOf(value: unknown): string | number | undefined {
	if (typeof value !== "object" || value === null || !Object.hasOwn(value, "id")) return undefined;
	const { id } = value as { readonly id: unknown };
	return typeof id === "string" || typeof id === "number" ? id : undefined;
}

function mediaItem(given: {
	readonly kind: "image" | "video";
	readonly width: number;
	readonly height: number;
	readonly frames?: number;
	readonly fps?: number;
	readonly hasAudio?: boolean;
}): MediaItem {
	const { kind, width, height, frames, fps, hasAudio } = given;
	if (kind === "image") return { kind, width, height };
	if (frames === undefined) {
		throw new OnevisionError("invalid-input", "video without frames: give how many frames the file holds");
	}
	return {
		kind,
		width,
		height,
		frames,
		...(fps === undefined ? {} : { fps }),
		...(hasAudio === undefined ? {} : { hasAudio }),
	};
}
