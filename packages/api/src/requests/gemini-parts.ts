/**
 * Media of a Gemini part: bytes or a file, with the declared type and the video options. Source:
 * ai.google.dev/gemini-api/docs/video-understanding (clipping intervals, frame rate), media-resolution, and
 * ai.google.dev/api/caching#VideoMetadata (offsets as google.protobuf.Duration).
 */

import { isRecord } from "@onevision/base/schema";
import { anyFieldOf, type Body, fieldOf, kindOf, type Reader, type Refusal, show } from "./reader.ts";
import type { ItemSettings, RequestMedia } from "./request.ts";

const VIDEO_METADATA: Refusal = {
	provider: "google",
	source: "https://ai.google.dev/api/caching#Part (videoMetadata: only while the part holds video data)",
};

/** Request settings that a part inherits. */
interface Inherited {
	readonly settings: ItemSettings;
}

export function readInlineData(part: Body, path: string, to: Reader, { settings }: Inherited): void {
	const data = to.object(anyFieldOf(part, "inlineData", "inline_data"), `${path}.inlineData`);
	if (data === undefined) return;
	const mimeType = anyFieldOf(data, "mimeType", "mime_type");
	const kind = kindOfMedia(mimeType, path, to);
	if (kind === undefined) return;
	to.encoded(kind, fieldOf(data, "data"), mimeType, path, settingsOfPart(part, kind, path, to, settings));
}

export function readFileData(part: Body, path: string, to: Reader, { settings }: Inherited): void {
	const data = to.object(anyFieldOf(part, "fileData", "file_data"), `${path}.fileData`);
	if (data === undefined) return;
	const mimeType = anyFieldOf(data, "mimeType", "mime_type");
	const kind = kindOfMedia(mimeType, path, to);
	if (kind === undefined) return;
	const uri = anyFieldOf(data, "fileUri", "file_uri");
	to.media(kind, uri, path, settingsOfPart(part, kind, path, to, settings), mimeType);
}

/** Converts `MEDIA_RESOLUTION_HIGH`, `{level: …}` or `high` to the setting `media_resolution`. */
export function resolutionOf(value: unknown): ItemSettings {
	const level = isRecord(value) ? fieldOf(value, "level") : value;
	if (typeof level !== "string") return {};
	const word = level
		.slice(0, 60)
		.replace(/^MEDIA_RESOLUTION_/, "")
		.toLowerCase();
	return { media_resolution: word };
}

function settingsOfPart(
	part: Body,
	kind: RequestMedia["kind"],
	path: string,
	to: Reader,
	shared: ItemSettings,
): ItemSettings {
	const own = {
		...shared,
		...resolutionOf(anyFieldOf(part, "mediaResolution", "media_resolution")),
	};
	const given = anyFieldOf(part, "videoMetadata", "video_metadata");
	if (given === undefined) return own;
	const place = `${path}.videoMetadata`;
	if (kind === "image") {
		to.breach(place, "videoMetadata of an image; leave it out", VIDEO_METADATA);
		return own;
	}
	const metadata = to.object(given, place);
	return metadata === undefined ? own : { ...own, ...clipSettings(metadata, place, to) };
}

function clipSettings(metadata: Body, path: string, to: Reader): ItemSettings {
	const fps = fieldOf(metadata, "fps");
	const settings: Record<string, number> = {};
	if (typeof fps === "number") settings.fps = fps;
	else if (fps !== undefined) {
		to.problem(`${path}.fps`, "invalid-input", `expected a number, got ${kindOf(fps)}; counted at 1`);
	}
	for (const [camel, snake] of [
		["startOffset", "start_offset"],
		["endOffset", "end_offset"],
	] as const) {
		const value = anyFieldOf(metadata, camel, snake);
		if (value === undefined) continue;
		const seconds = secondsOfDuration(value);
		if (seconds !== undefined) settings[snake] = seconds;
		else {
			const given = typeof value === "string" ? show(value) : kindOf(value);
			to.problem(
				`${path}.${camel}`,
				"invalid-input",
				`expected seconds as text, "40s", got ${given}; counted without it`,
			);
		}
	}
	return settings;
}

/** Seconds of a google.protobuf.Duration: `"3.5s"` in JSON, `{seconds, nanos}` as a proto message. */
function secondsOfDuration(value: unknown): number | undefined {
	if (typeof value === "string") {
		const match = /^(\d{1,12}(?:\.\d{0,9})?)s$/.exec(value);
		return match === null ? undefined : Number(match[1]);
	}
	if (!isRecord(value)) return undefined;
	const [seconds, nanos] = [fieldOf(value, "seconds") ?? 0, fieldOf(value, "nanos") ?? 0];
	// Proto JSON writes a 64-bit number as a string.
	const whole = typeof seconds === "string" && /^\d{1,12}$/.test(seconds) ? Number(seconds) : seconds;
	const isDuration = isCount(whole) && isCount(nanos) && nanos < 1e9;
	return isDuration ? whole + nanos / 1e9 : undefined;
}

function isCount(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function kindOfMedia(mimeType: unknown, path: string, to: Reader): RequestMedia["kind"] | undefined {
	if (typeof mimeType === "string") {
		if (/^image\//i.test(mimeType)) return "image";
		if (/^video\//i.test(mimeType)) return "video";
		to.problem(path, "unsupported", `media of type ${show(mimeType)} is not counted; images and videos are`);
		return undefined;
	}
	to.problem(`${path}.mimeType`, "invalid-input", `expected a type as image/png, got ${kindOf(mimeType)}`);
	return undefined;
}
