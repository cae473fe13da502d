/** Opens the media of a request as far as counting needs it: sizes from headers, nothing decoded. */

import { readFile } from "node:fs/promises";
import { OnevisionError } from "@onevision/base";
import type { MediaItem } from "@onevision/core";
import { parseImageSize, parseVideoSize } from "@onevision/media";
import {
	bytesSource,
	type MediaHeader,
	mediaItemOf,
	readHeader,
	readMediaHeader,
} from "@onevision/media/node";
import { type FetchPolicy, fetchMedium, type Network } from "./fetch.ts";
import type { MediaInput } from "./media-input.ts";
import type { FileRoots } from "./roots.ts";

/** How files are turned, as the reference that is counted for does it. */
export interface Turning {
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
}

export interface OpenedMedium {
	readonly name: string;
	readonly item: MediaItem;
	/** Absent for a size. */
	readonly header?: MediaHeader;
	/** Absent for a size. */
	readonly bytes?: () => Promise<Uint8Array>;
}

export interface MediaAccess {
	readonly roots: FileRoots;
	/** Absent when nothing is fetched. */
	readonly fetch?: FetchPolicy;
	readonly network?: Network;
	/** Most pixels of one image. */
	readonly maxPixels: number;
}

/** Files of a multipart body, by the names of their parts. */
export type Uploads = ReadonlyMap<string, Uint8Array>;

type Described = Exclude<MediaInput, string>;
type Source = "size" | "data" | "file" | "url" | "path";

const SIZE_KEYS = ["kind", "width", "height", "frames", "fps", "hasAudio"] as const;

/**
 * Opens one medium. `where` is its path in the request.
 *
 * @throws OnevisionError `invalid-input` for none or several sources, and what reading its source throws
 */
export async function openMedium(
	input: MediaInput,
	where: string,
	access: MediaAccess,
	uploads: Uploads,
	turning: Turning,
): Promise<OpenedMedium> {
	if (typeof input === "string") {
		const item = input.includes("@") ? parseVideoSize(input, where) : parseImageSize(input, where);
		return { name: input, item };
	}
	const open = OPENERS[sourceOf(input, where)];
	const opened = await open(input, where, { access, uploads, turning });
	assertPixels(opened.item, where, access.maxPixels);
	return opened;
}

function sourceOf(input: Described, where: string): Source {
	const given: Source[] = (["data", "file", "url", "path"] as const).filter(
		(key) => input[key] !== undefined,
	);
	if (SIZE_KEYS.some((key) => input[key] !== undefined)) given.push("size");
	const [only, ...more] = given;
	if (only !== undefined && more.length === 0) return only;
	throw new OnevisionError(
		"invalid-input",
		`${where}: ${given.length === 0 ? "is empty" : `has ${given.join(" and ")}`}; give a size, or one of data, file, url and path`,
	);
}

interface Opening {
	readonly access: MediaAccess;
	readonly uploads: Uploads;
	readonly turning: Turning;
}

const OPENERS: Readonly<
	Record<Source, (input: Described, where: string, opening: Opening) => Promise<OpenedMedium>>
> = {
	size: async (input, where) => ({ name: where, item: sizedItem(input, where) }),
	data: ({ data = "" }, where, opening) =>
		fromBytes(dataUrlBytes(data, `${where}.data`), where, where, opening),
	file: ({ file = "" }, where, opening) => {
		const bytes = opening.uploads.get(file);
		if (bytes === undefined) {
			throw new OnevisionError(
				"invalid-input",
				`${where}.file: the body has no part of this name; send multipart/form-data with the file in it`,
			);
		}
		return fromBytes(bytes, file, where, opening);
	},
	url: async ({ url = "" }, where, opening) =>
		fromBytes(await fetchedBytes(url, `${where}.url`, opening.access), where, where, opening),
	path: async ({ path = "" }, where, { access, turning }) => {
		const real = await access.roots.file(path, `${where}.path`);
		try {
			const header = await readHeader(real, turning);
			return { name: path, item: mediaItemOf(header), header, bytes: () => readFile(real) };
		} catch (error) {
			// The real path is the server's own business.
			if (!(error instanceof OnevisionError)) throw error;
			throw new OnevisionError(error.code, `${where}.path: ${error.message.replaceAll(real, () => path)}`);
		}
	},
};

function sizedItem(
	{ kind = "image", width, height, frames, fps, hasAudio }: Described,
	where: string,
): MediaItem {
	if (width === undefined || height === undefined) {
		throw new OnevisionError("invalid-input", `${where}: a size needs width and height, px`);
	}
	if (kind === "image") {
		if (frames === undefined && fps === undefined && hasAudio === undefined) return { kind, width, height };
		throw new OnevisionError(
			"invalid-input",
			`${where}.kind: an image has no frames, fps or sound; say kind video`,
		);
	}
	if (frames === undefined) {
		throw new OnevisionError(
			"invalid-input",
			`${where}.frames: missing; give how many frames the video holds`,
		);
	}
	return {
		...{ kind, width, height, frames },
		...(fps === undefined ? {} : { fps }),
		...(hasAudio === undefined ? {} : { hasAudio }),
	};
}

async function fromBytes(
	bytes: Uint8Array,
	name: string,
	where: string,
	{ turning }: Opening,
): Promise<OpenedMedium> {
	const header = await headerOfBytes(bytes, where, turning);
	return { name, item: mediaItemOf(header), header, bytes: async () => bytes };
}

/** The bytes at a URL. Throws `unsupported` where nothing is fetched, and as `fetchMedium`. */
function fetchedBytes(
	url: string,
	where: string,
	{ fetch: policy, network }: MediaAccess,
): Promise<Uint8Array> {
	if (policy !== undefined) return fetchMedium(url, where, policy, network);
	throw new OnevisionError(
		"unsupported",
		`${where}: this server fetches nothing; send the bytes, or list hosts under fetch.allow`,
	);
}

/** The bytes that a data URL holds, or that are fetched. Throws as `openMedium`, naming `where`. */
export async function bytesAt(url: string, where: string, access: MediaAccess): Promise<Uint8Array> {
	return /^data:/i.test(url.slice(0, 5)) ? dataUrlBytes(url, where) : fetchedBytes(url, where, access);
}

/** Throws `unreadable-file`, naming `where`, for bytes of no format that is read. */
export async function headerOfBytes(
	bytes: Uint8Array,
	where: string,
	turning: Turning,
): Promise<MediaHeader> {
	let header: MediaHeader | undefined;
	try {
		header = await readMediaHeader(bytesSource(bytes), turning);
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		throw new OnevisionError(error.code, `${where}: ${error.message}`);
	}
	if (header !== undefined) return header;
	throw new OnevisionError(
		"unreadable-file",
		`${where}: the bytes are of no image or video format read here`,
	);
}

/** Throws `over-limit` for an image of more pixels than are decoded here. */
export function assertPixels({ kind, width, height }: MediaItem, where: string, maxPixels: number): void {
	if (kind === "video" || width * height <= maxPixels) return;
	throw new OnevisionError(
		"over-limit",
		`${where}: an image of ${width}x${height} px is over the limit of ${maxPixels} pixels; send a smaller one`,
	);
}

function dataUrlBytes(url: string, where: string): Uint8Array {
	const comma = url.slice(0, 1000).indexOf(",");
	const base64 = url.slice(comma + 1);
	if (!/^data:[^,]*;base64$/i.test(url.slice(0, Math.max(0, comma))) || !/^[\w+/=-]+$/.test(base64)) {
		throw new OnevisionError("invalid-input", `${where}: expected data:<type>;base64,<bytes>`);
	}
	return Buffer.from(base64, "base64");
}
