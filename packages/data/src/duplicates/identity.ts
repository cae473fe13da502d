/**
 * What tells whether two media are the same: a hash of their bytes and, for images, of how they look. Taken while a
 * profile is made, since only then is every medium at hand; grouped when it is done.
 *
 * A long medium is hashed by its length and its two ends, which keeps a profile at the speed of headers. Equal media have
 * equal hashes; whether media with equal hashes are equal is settled by reading those whole.
 */

import { createHash } from "node:crypto";
import { OnevisionError } from "@onevision/base";
import type { SyncByteSource } from "@onevision/media";
import type { MediaKind } from "../record.ts";

/** How duplicates are found, each with what it finds. */
export const DUPLICATES = {
	exact: "media with the same bytes",
	perceptual: "media with the same bytes, and images that look the same",
} as const satisfies Record<string, string>;
export type DuplicatesMode = keyof typeof DUPLICATES;

export interface MediumIdentity {
	/** 32 hexadecimal digits: of all bytes, or of the ends of a medium of more than `WHOLE_BYTES`. */
	readonly content: string;
	/** 16 hexadecimal digits: the perceptual hash of an image that could be decoded. */
	readonly look?: string;
	/** Where the bytes are; absent for a medium in its row. */
	readonly path?: string;
	/** Byte in the file at which the medium starts; absent if it is the whole file. */
	readonly start?: number;
}

export type Identify = (
	source: SyncByteSource,
	kind: MediaKind,
	place?: Pick<MediumIdentity, "path" | "start">,
) => Promise<MediumIdentity>;

/** Bytes of each end of a long medium that are hashed. */
const END_BYTES = 32 * 1024;
/** Media up to this are hashed whole. */
export const WHOLE_BYTES = 2 * END_BYTES;
/** Largest image decoded, bytes and pixels; larger ones have no perceptual hash. */
const MAX_IMAGE_BYTES = 256 * 1024 * 1024;
const MAX_IMAGE_PIXELS = 2 ** 28;

/** Throws `unsupported` if a perceptual hash is asked for and sharp-phash, or sharp, is not installed. */
export async function createIdentify(mode: DuplicatesMode): Promise<Identify> {
	const lookOf = mode === "perceptual" ? await loadLook() : undefined;
	return async (source, kind, place) => {
		// A medium in a row has no place to read it from again.
		const content = contentOf(source, place === undefined ? source.size : WHOLE_BYTES);
		if (lookOf === undefined || kind !== "image" || source.size > MAX_IMAGE_BYTES)
			return { content, ...placeOf(place) };
		// A copy: the next header is read to the same memory.
		const look = await lookOf(Buffer.from(source.readSync(0, source.size)));
		return { content, ...(look === undefined ? {} : { look }), ...placeOf(place) };
	};
}

function placeOf(place: Parameters<Identify>[2]): Pick<MediumIdentity, "path" | "start"> {
	const { path, start } = place ?? {};
	return { ...(path === undefined ? {} : { path }), ...(start === undefined ? {} : { start }) };
}

function contentOf(source: SyncByteSource, maxWhole: number): string {
	const { size } = source;
	const hash = createHash("sha256").update(`${size}:`);
	if (size <= maxWhole) hash.update(source.readSync(0, size));
	else hash.update(source.readSync(0, END_BYTES)).update(source.readSync(size - END_BYTES, END_BYTES));
	return hash.digest("hex").slice(0, 32);
}

type LookOf = (bytes: Uint8Array) => Promise<string | undefined>;

/** The 64 lowest frequencies of the image, each above their mean or not. */
async function loadLook(): Promise<LookOf> {
	const phash = await loadHash();
	return async (bytes) => {
		try {
			const bits = await phash(bytes, { limitInputPixels: MAX_IMAGE_PIXELS });
			return BigInt(`0b${bits}`).toString(16).padStart(16, "0");
		} catch (error) {
			if (error instanceof TypeError) throw error;
			// Its header was sound, its pixels are not: it looks like nothing.
			return undefined;
		}
	};
}

type Hash = (bytes: Uint8Array, options: { readonly limitInputPixels: number }) => Promise<string>;

/** What the module exports is the function itself, which its types put one level lower. */
async function loadHash(): Promise<Hash> {
	try {
		return (await import("sharp-phash")).default as unknown as Hash;
	} catch (error) {
		const isMissing =
			error instanceof Error && "code" in error && /MODULE_NOT_FOUND$/.test(String(error.code));
		const why = isMissing ? "of which one is not installed" : "which have no binary for this platform";
		throw new OnevisionError(
			"unsupported",
			`perceptual duplicates need the packages sharp and sharp-phash, ${why}; npm install sharp sharp-phash`,
		);
	}
}
