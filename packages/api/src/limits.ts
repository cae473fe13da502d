/** What a provider rejects instead of resizing: every limit a request breaks, not only the first. */

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
	/** A format the provider does not take. */
	| "format"
	/** The type declared for an item is none the provider takes, or not that of its bytes. */
	| "declared-type"
	/** Written as another API takes it. */
	| "other-api"
	/** The counting rule itself refuses the item: too many patches, no video, an unknown `detail`. */
	| "refused";

/** One broken limit: what, and what to do, in one line. */
export interface LimitBreach {
	readonly limit: LimitId;
	/** Position of the item in the request, from 0; absent when the whole request is meant. */
	readonly item?: number;
	/** Where in the request: `messages[0].content[1]`; absent outside requests, or when all of it is meant. */
	readonly path?: string;
	readonly message: string;
	readonly source: string;
}

/** A media item with the size and format of its file, where they are known. */
export interface SizedItem {
	readonly media: MediaItem;
	readonly bytes?: number;
	/** What its bytes are, not what their name says: `jpeg`, `mp4`. */
	readonly format?: string;
}

/** Bytes of `bytes` written as base64. */
export function base64Bytes(bytes: number): number {
	return Math.ceil(bytes / 3) * 4;
}

/**
 * Every limit these items break, in order; `undefined` stands for an item whose size is not known. A video's frames are
 * not held against limits for images.
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

/** The error for broken limits: the first one's message, and how many there are. */
export function limitError(breaches: readonly LimitBreach[]): OnevisionError {
	const [first] = breaches;
	const more = breaches.length > 1 ? ` (and ${breaches.length - 1} more)` : "";
	return new OnevisionError("unsupported", `${first?.message ?? "no limit is broken"}${more}`);
}
