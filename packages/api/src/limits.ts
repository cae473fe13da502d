/** What a provider rejects instead of resizing. Reports every limit a request breaks, not only the first. */

import { OnevisionError } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import type { ApiLimits } from "./providers/model.ts";
import { showSize } from "./providers/rule.ts";

/** Which limit is broken. */
export type LimitId =
	| "side-too-long"
	| "side-too-short"
	| "too-narrow"
	| "too-many-images"
	| "too-many-large-images"
	| "image-too-large"
	| "request-too-large"
	| "context-overflow"
	/** A format that the provider does not accept. */
	| "format"
	/** The declared type of an item is not accepted by the provider, or does not match its bytes. */
	| "declared-type"
	/** Written in another API's form. */
	| "other-api"
	/** The counting rule itself rejects the item: too many patches, no video, an unknown `detail`. */
	| "refused";

/** One broken limit, with what to do about it, in one line. */
export interface LimitBreach {
	readonly limit: LimitId;
	/** Index of the item in the request, from 0; absent if the whole request is meant. */
	readonly item?: number;
	/**
	 * Location in the request, such as `messages[0].content[1]`; absent outside requests, or if the whole request is
	 * meant.
	 */
	readonly path?: string;
	readonly message: string;
	readonly source: string;
}

/** A media item with its file's size and format, if known. */
export interface SizedItem {
	readonly media: MediaItem;
	readonly bytes?: number;
	/** Format of the bytes, regardless of the file name: `jpeg`, `mp4`. */
	readonly format?: string;
}

/** Size of `bytes` bytes encoded as base64. */
export function base64Bytes(bytes: number): number {
	return Math.ceil(bytes / 3) * 4;
}

/**
 * Every limit these items break, in order; `undefined` stands for an item of unknown size. Image limits do not apply
 * to a video's frames.
 */
export function limitBreaches(
	title: string,
	limits: ApiLimits,
	items: readonly (SizedItem | undefined)[],
): LimitBreach[] {
	const images = items.filter((item) => item?.media.kind === "image").length;
	const told = ([limit, message]: Breach): LimitBreach => ({
		limit,
		message: `${title}: ${message}`,
		source: limits.source,
	});
	return [
		...items.flatMap((item, index) =>
			item === undefined
				? []
				: itemBreaches(limits, item, images).map((breach) => ({ ...told(breach), item: index })),
		),
		...requestBreaches(limits, items, images).map(told),
	];
}

type Breach = readonly [LimitId, string];

function itemBreaches(limits: ApiLimits, { media, bytes }: SizedItem, images: number): Breach[] {
	const { maxSide, minSide, maxRatio, manyImages, maxImageBytes } = limits;
	const long = Math.max(media.width, media.height);
	const short = Math.min(media.width, media.height);
	const size = showSize(media);
	const found: Breach[] = [];
	if (minSide !== undefined && short < minSide) {
		found.push(["side-too-short", `${size}: each side must be at least ${minSide} px; enlarge or pad it`]);
	}
	if (maxRatio !== undefined && long > short * maxRatio) {
		found.push([
			"too-narrow",
			`${size}: one side may be at most ${maxRatio} times the other; crop or pad it`,
		]);
	}
	if (media.kind === "video") return found;
	if (maxSide !== undefined && long > maxSide) {
		found.push(["side-too-long", `${size}: each side may be at most ${maxSide} px; shrink it`]);
	} else if (manyImages !== undefined && images > manyImages.over && long > manyImages.maxSide) {
		found.push([
			"too-many-large-images",
			`${size}: with more than ${manyImages.over} images (here ${images}) each side may be at most ${manyImages.maxSide} px; shrink it or send fewer images`,
		]);
	}
	if (maxImageBytes !== undefined && bytes !== undefined) {
		const sent = maxImageBytes.of === "base64" ? base64Bytes(bytes) : bytes;
		if (sent > maxImageBytes.bytes) {
			const form = maxImageBytes.of === "base64" ? " as base64" : "";
			found.push([
				"image-too-large",
				`${size}: ${sent} bytes${form}, at most ${maxImageBytes.bytes}; compress or shrink it`,
			]);
		}
	}
	return found;
}

function requestBreaches(
	{ maxImages, maxRequestBytes }: ApiLimits,
	items: readonly (SizedItem | undefined)[],
	images: number,
): Breach[] {
	const found: Breach[] = [];
	if (maxImages !== undefined && images > maxImages) {
		found.push([
			"too-many-images",
			`${images} images, at most ${maxImages} in one request; split the request`,
		]);
	}
	const sent = items.reduce((sum, item) => sum + base64Bytes(item?.bytes ?? 0), 0);
	if (maxRequestBytes !== undefined && sent > maxRequestBytes) {
		found.push([
			"request-too-large",
			`${sent} bytes of media as base64, at most ${maxRequestBytes} in one request; split the request or compress the media`,
		]);
	}
	return found;
}

/** The error for broken limits: the first one's message, and their number. */
export function limitError(breaches: readonly LimitBreach[]): OnevisionError {
	const [first] = breaches;
	const more = breaches.length > 1 ? ` (and ${breaches.length - 1} more)` : "";
	return new OnevisionError("unsupported", `${first?.message ?? "no limit is broken"}${more}`);
}
