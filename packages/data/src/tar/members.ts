/**
 * Lists the members of a tar file from their headers alone: names, offsets and sizes. The members' bytes are skipped.
 *
 * Own code instead of tar-stream, which reads every byte of every member to reach the next header. Here, walking a
 * shard of a gigabyte reads 512 bytes per member. Covers ustar, GNU long names, PAX paths and sizes; see POSIX.1-2017
 * pax, "ustar Interchange Format", and GNU tar's manual, "Basic Tar Format".
 */

import type { ByteSource, SyncByteSource } from "@onevision/media";
import { readNow } from "../bytes/file-bytes.ts";
import { type Refusal, refuse } from "../left-out.ts";

const BLOCK = 512;
/** Largest PAX header or long name read, bytes. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

export interface Member {
	/** As stored in the archive. */
	readonly name: string;
	/** Offset of its first header; long names have headers of their own before it. */
	readonly headerOffset: number;
	/** Offset of its bytes. */
	readonly offset: number;
	/** Bytes. */
	readonly size: number;
	/** Why its bytes cannot be used: it is a link, sparse, or extends past the end of the file. */
	readonly refusal?: Refusal;
}

/** An unreadable header: everything after it is lost. */
export interface BrokenTail {
	readonly headerOffset: number;
	readonly refusal: Refusal;
}

/** Members found at a time. */
const BATCH_MEMBERS = 128;

/**
 * Regular files of the archive from byte `from`, the position of a header, some at a time; from byte `to` on one at a
 * time, because whoever reads until there needs few more. Folders are skipped.
 */
export async function* tarMembers(
	source: ByteSource | SyncByteSource,
	from: number,
	to = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly (Member | BrokenTail)[]> {
	let batch: (Member | BrokenTail)[] = [];
	let at = from;
	let first = from;
	let pax: ReadonlyMap<string, string> = new Map();
	let longName: string | undefined;
	const breakOff = (reason: "cut-short" | "broken-row", message: string): void => {
		batch.push({ headerOffset: first, refusal: refuse(reason, message) });
		pax = new Map();
		longName = undefined;
	};
	while (at < source.size) {
		const got = readNow(source, at, BLOCK);
		const header = got instanceof Promise ? await got : got;
		if (header.byteLength < BLOCK) {
			breakOff("cut-short", "the archive ends inside a header");
			break;
		}
		// Two zero blocks end an archive; anything after them is not a member.
		if (header.every((byte) => byte === 0)) break;
		if (!hasChecksum(header)) {
			breakOff("broken-row", `no tar header at byte ${at}; what follows is not read`);
			break;
		}
		const type = String.fromCharCode(header[156] ?? 0);
		const size = Number(pax.get("size") ?? numberAt(header, 124, 12));
		const offset = at + BLOCK;
		if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(offset + size + BLOCK)) {
			breakOff("broken-row", `a member of ${size} bytes at byte ${at}; what follows is not read`);
			break;
		}
		at = offset + Math.ceil(size / BLOCK) * BLOCK;
		if (type === "x" || type === "g" || type === "L" || type === "K") {
			if (size > MAX_EXTENSION_BYTES || offset + size > source.size) {
				breakOff(size > MAX_EXTENSION_BYTES ? "broken-row" : "cut-short", `a name of ${size} bytes`);
				break;
			}
			const bytes = await source.read(offset, size);
			if (type === "x") pax = paxRecords(bytes);
			if (type === "L") longName = textAt(bytes, 0, size);
			continue;
		}
		const name = pax.get("path") ?? longName ?? nameOf(header);
		const isFile = type === "0" || type === "\0" || type === "7";
		const member = { name: name.slice(0, 4096), headerOffset: first, offset, size };
		if (isFile || type === "1" || type === "2" || type === "S") {
			const refusal = refusalOf(member, type, pax, source.size);
			batch.push(refusal === undefined ? member : { ...member, refusal });
			if (batch.length >= BATCH_MEMBERS || first >= to) {
				yield batch;
				batch = [];
			}
		}
		first = at;
		pax = new Map();
		longName = undefined;
	}
	if (at >= source.size && (pax.size > 0 || longName !== undefined)) {
		breakOff("cut-short", "the archive ends behind a member's name");
	}
	if (batch.length > 0) yield batch;
}

function refusalOf(
	{ name, offset, size }: Member,
	type: string,
	pax: ReadonlyMap<string, string>,
	end: number,
): Refusal | undefined {
	if (type === "1" || type === "2") return refuse("outside-root", `${name}: is a link; shards hold files`);
	if (type === "S" || [...pax.keys()].some((key) => key.startsWith("GNU.sparse."))) {
		return refuse("unreadable-media", `${name}: is stored sparse; write the shard without --sparse`);
	}
	return offset + size > end ? refuse("cut-short", `${name}: the shard ends inside it`) : undefined;
}

/** Sum of all bytes, with the checksum field taken as spaces; some old writers summed signed bytes. */
function hasChecksum(header: Uint8Array): boolean {
	let unsigned = 0;
	let signed = 0;
	for (let index = 0; index < BLOCK; index++) {
		const value = index >= 148 && index < 156 ? 32 : (header[index] ?? 0);
		unsigned += value;
		signed += value > 127 ? value - 256 : value;
	}
	const stored = numberAt(header, 148, 8);
	return stored === unsigned || stored === signed;
}

/** Octal digits, or GNU's base 256 for sizes of 8 GiB and over. NaN for anything else. */
function numberAt(header: Uint8Array, at: number, length: number): number {
	const [first = 0] = header.subarray(at, at + 1);
	if (first === 0x80) {
		return header.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
	}
	const text = textAt(header, at, length).trim();
	return /^[0-7]*$/.test(text) ? Number.parseInt(text === "" ? "0" : text, 8) : Number.NaN;
}

function nameOf(header: Uint8Array): string {
	const name = textAt(header, 0, 100);
	const prefix = textAt(header, 257, 5) === "ustar" && header[262] === 0 ? textAt(header, 345, 155) : "";
	return prefix === "" ? name : `${prefix}/${name}`;
}

const decoder = new TextDecoder();

/** Text up to a zero byte. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
	const field = bytes.subarray(at, at + length);
	const end = field.indexOf(0);
	return decoder.decode(end < 0 ? field : field.subarray(0, end));
}

/**
 * Records of the form `LENGTH KEY=VALUE`, each ending in a newline; the length is in bytes. Stops at the first
 * malformed one.
 */
function paxRecords(bytes: Uint8Array): Map<string, string> {
	const records = new Map<string, string>();
	for (let at = 0; at < bytes.byteLength; ) {
		const blank = bytes.indexOf(32, at);
		const length = Number(textAt(bytes, at, Math.max(0, Math.min(blank - at, 12))));
		if (blank < 0 || !Number.isInteger(length) || length <= blank - at || at + length > bytes.byteLength)
			break;
		const [key = "", ...value] = textAt(bytes, blank + 1, at + length - blank - 2).split("=");
		records.set(key, value.join("="));
		at += length;
	}
	return records;
}
