/** Carries a decision out on a request's bytes: writes smaller media and the upstream's model name over the old strings. */

import { OnevisionError } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import { type EncodedMedium, mediaItemOf, resizeEncoded, thinVideo } from "@onevision/media/node";
import { headerOfBytes } from "../media/open-media.ts";
import { ServerRefusal } from "../refusal.ts";
import { isOpened, type OpenedItem, type OpenedRequest } from "./count-request.ts";
import { changeText, type Decision } from "./decide.ts";
import { type Replacement, replaceStrings, type StringPlace } from "./json-edit.ts";
import type { Target } from "./target.ts";

export interface Rewritten {
	readonly body: Buffer;
	/** What became smaller, as `messages[0].content[1] from 4032x3024 to 1344x1008`. */
	readonly changes: readonly string[];
}

/** Throws what scaling throws, naming the medium. */
export async function rewrite(
	text: Buffer,
	places: readonly StringPlace[],
	{ items }: OpenedRequest,
	{ media, isEnforced }: Pick<Decision, "media" | "isEnforced">,
	{ upstreamModel }: Pick<Target, "upstreamModel">,
	limits: { readonly maxPixels: number; readonly signal: AbortSignal },
): Promise<Rewritten> {
	const at = new Map(places.map((place) => [place.path, place]));
	const replacements = upstreamModel === undefined ? [] : [replacement(at, "model", upstreamModel)];
	const changes: string[] = [];
	// One at a time: a medium is large when it is decoded.
	for (const [index, item] of items.entries()) {
		if (!isOpened(item)) continue;
		const after = media[index];
		if (after !== undefined) {
			const { bytes, mimeType } = await smaller(item, after, limits);
			replacements.push(...inlined(item, at, bytes, mimeType));
			changes.push(`${item.media.path} ${changeText(item.item, after)}`);
		} else if (isEnforced && item.isFetched) {
			// Another fetch could give others.
			replacements.push(...inlined(item, at, item.bytes, `${item.item.kind}/${item.format}`));
		}
	}
	return { body: replacements.length === 0 ? text : replaceStrings(text, replacements), changes };
}

async function smaller(
	item: OpenedItem,
	after: MediaItem,
	{ maxPixels, signal }: { readonly maxPixels: number; readonly signal: AbortSignal },
): Promise<EncodedMedium> {
	const { bytes, media, isTurned } = item;
	try {
		if (after.kind === "image" || item.item.kind === "image") {
			const { width, height } = after;
			return await resizeEncoded(bytes, isTurned ? { width: height, height: width } : { width, height }, {
				maxPixels,
			});
		}
		const thinned = await thinVideo(bytes, item.item, after.frames, signal);
		await assertWritten(thinned.bytes, after, media.path);
		return thinned;
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		const what = `${media.path}: is over the budget ${changeText(item.item, after)} and cannot be changed here`;
		throw new ServerRefusal("over-budget", `${what}: ${error.message}`, { "x-should-retry": "false" }, 400);
	}
}

/** What was decided on is what is sent: its own header says so. */
async function assertWritten(bytes: Uint8Array, after: MediaItem, path: string): Promise<void> {
	const read = mediaItemOf(
		await headerOfBytes(bytes, path, { applyOrientation: false, applyRotation: false }),
	);
	const isSame =
		read.kind === "video" &&
		after.kind === "video" &&
		read.frames === after.frames &&
		read.width === after.width &&
		read.height === after.height;
	if (!isSame) throw new Error("internal: a video was written other than it was counted");
}

/** Where a part keeps its address, below the part's own path. */
const ADDRESSES = [
	...[".image_url.url", ".image_url", ".source.url", ".image", ".image.url", ".url"],
	...[".video_url.url", ".video_url"],
] as const;

type Places = ReadonlyMap<string, StringPlace>;

/** Replacements that put these bytes in place of the item's own. */
function inlined(item: OpenedItem, at: Places, bytes: Uint8Array, mimeType: string): Replacement[] {
	const { path } = item.media;
	const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
	if (at.has(`${path}.source.data`)) {
		const type = at.has(`${path}.source.media_type`)
			? [replacement(at, `${path}.source.media_type`, mimeType)]
			: [];
		return [replacement(at, `${path}.source.data`, base64), ...type];
	}
	if (at.has(`${path}.source.url`)) {
		throw new OnevisionError(
			"unsupported",
			`${path}: an image by URL in this form cannot be replaced by what was counted; send source {type: base64, media_type, data}`,
		);
	}
	const found = ADDRESSES.find((suffix) => at.has(`${path}${suffix}`));
	if (found !== undefined) return [replacement(at, `${path}${found}`, `data:${mimeType};base64,${base64}`)];
	throw new OnevisionError(
		"unsupported",
		`${path}: this form of a medium cannot be changed; send a data URL`,
	);
}

function replacement(at: Places, path: string, value: string): Replacement {
	const place = at.get(path);
	if (place === undefined) throw new Error(`internal: no string at ${path}`);
	return { ...place, value };
}
