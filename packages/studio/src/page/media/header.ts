/** What the page knows of a file before decoding it: the facts of its header, and the media item they make. */

import type { ImageItem, MediaItem, VideoItem } from "@onevision/core";
import type { Loading } from "@onevision/media";

/** Sizes are as stored; `turned` says whether loading upright swaps the sides. */
interface ImageFacts {
	readonly kind: "image";
	readonly width: number;
	readonly height: number;
	/** Whether the stored orientation swaps width and height (EXIF 5 to 8). */
	readonly turned: boolean;
}

export interface VideoFacts {
	readonly kind: "video";
	readonly width: number;
	readonly height: number;
	readonly frames: number;
	readonly fps?: number;
	readonly hasAudio?: boolean;
}

export type HeaderFacts = ImageFacts | VideoFacts;

/** The item that a reference counts, which takes an image as stored or turned upright. */
export function itemOf(facts: HeaderFacts, loading: Loading): MediaItem {
	return facts.kind === "image" ? imageItem(facts, loading) : videoItem(facts);
}

function imageItem({ width, height, turned }: ImageFacts, loading: Loading): ImageItem {
	return turned && loading === "upright"
		? { kind: "image", width: height, height: width }
		: { kind: "image", width, height };
}

function videoItem({ kind, width, height, frames, fps, hasAudio }: VideoFacts): VideoItem {
	return {
		kind,
		width,
		height,
		frames,
		...(fps === undefined ? {} : { fps }),
		...(hasAudio === undefined ? {} : { hasAudio }),
	};
}
