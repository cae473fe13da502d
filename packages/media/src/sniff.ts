/**
 * Detects a file's format from its first bytes, never from its name. Signatures: the formats' own specifications;
 * brands of ISO base media files from the MP4 registration authority (https://mp4ra.org/registered-types/brands).
 */

import { type Reading, range, text } from "./reading.ts";

export const IMAGE_FORMATS = ["jpeg", "png", "webp", "gif", "bmp", "tiff", "avif", "heic"] as const;
export type ImageFormat = (typeof IMAGE_FORMATS)[number];
export const VIDEO_FORMATS = ["mp4", "mov", "mkv", "webm", "avi"] as const;
export type VideoFormat = (typeof VIDEO_FORMATS)[number];

/** The format that a file's first bytes indicate. */
export type Sniffed =
	| { readonly kind: "image"; readonly format: ImageFormat }
	| { readonly kind: "video"; readonly format: VideoFormat };

/** Bytes needed to tell every format apart; an EBML header ends well within them. */
const SNIFF_BYTES = 256;
const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"]);
const AVIF_BRANDS = new Set(["avif", "avis"]);
/** Sizes of a BMP's second header, which distinguish it from text that starts with "BM". */
const BMP_HEADER_BYTES = new Set([12, 40, 52, 56, 64, 108, 124]);

/** The format of a file of `size` bytes; `undefined` if it is not supported. */
export function* sniff(size: number): Reading<Sniffed | undefined> {
	const view = yield* range(0, Math.min(size, SNIFF_BYTES));
	const length = view.byteLength;
	if (length < 12) return undefined;
	const head = text(view, 0, 12);
	if (head.startsWith("\xff\xd8\xff")) return { kind: "image", format: "jpeg" };
	if (head.startsWith("\x89PNG\r\n\x1a\n")) return { kind: "image", format: "png" };
	if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return { kind: "image", format: "gif" };
	if (/^(II[*+]\0|MM\0[*+])/.test(head)) return { kind: "image", format: "tiff" };
	if (head.startsWith("RIFF")) {
		if (head.endsWith("WEBP")) return { kind: "image", format: "webp" };
		if (head.endsWith("AVI ")) return { kind: "video", format: "avi" };
	}
	if (head.startsWith("BM") && length >= 18 && BMP_HEADER_BYTES.has(view.getUint32(14, true))) {
		return { kind: "image", format: "bmp" };
	}
	if (head.startsWith("\x1a\x45\xdf\xa3")) return { kind: "video", format: matroskaFormat(view) };
	return head.slice(4, 8) === "ftyp" ? isoFormat(view) : undefined;
}

function matroskaFormat(view: DataView): VideoFormat {
	// DocType, EBML ID 0x4282 (RFC 8794, 11.2.7).
	return /\x42\x82.webm/s.test(text(view, 0, view.byteLength)) ? "webm" : "mkv";
}

function isoFormat(view: DataView): Sniffed {
	const end = Math.min(view.byteLength, Math.max(16, view.getUint32(0)));
	const brands = [text(view, 8, 4)];
	for (let at = 16; at + 4 <= end; at += 4) brands.push(text(view, at, 4));
	const [major] = brands;
	if (brands.some((brand) => AVIF_BRANDS.has(brand))) return { kind: "image", format: "avif" };
	if (major !== undefined && HEIC_BRANDS.has(major)) return { kind: "image", format: "heic" };
	return { kind: "video", format: major === "qt  " ? "mov" : "mp4" };
}
