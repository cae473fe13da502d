/** One line of a JSON Lines file of samples: sizes of images and videos, validated. */

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

/** A line that was read: its sample, or the reason there is none. */
export interface SampleLine {
	/** As written in the line, even if the rest cannot be read. */
	readonly id?: string | number;
	readonly sample: Sample | OnevisionError;
}

/** Never throws for a bad line: `sample` is then an `invalid-input` or `over-limit` error. */
export function readSampleLine(line: Line): SampleLine {
	let id: string | number | undefined;
	let sample: SampleLine["sample"];
	try {
		const value = parseJson(line);
		id = idOf(value);
		sample = sampleOf(value);
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		sample = error;
	}
	return { ...(id === undefined ? {} : { id }), sample };
}

function sampleOf(value: unknown): Sample {
	const parsed = sampleLineSchema.parse(value, "");
	return {
		media: parsed.media.map(mediaItem),
		...(parsed.textTokens === undefined ? {} : { textTokens: parsed.textTokens }),
	};
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
