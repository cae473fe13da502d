/** Demuxing with node-av: opens a file, lists its packets, and reads from any of them. */

import type { Size } from "@onevision/base";
import { MAX_FRAMES } from "@onevision/core";
import {
	AV_DISPOSITION_ATTACHED_PIC,
	AV_NOPTS_VALUE,
	AV_PKT_DATA_DISPLAYMATRIX,
	AV_PKT_FLAG_DISCARD,
	AV_PKT_FLAG_KEY,
	AVDISCARD_ALL,
	AVMEDIA_TYPE_VIDEO,
	AVSEEK_FLAG_BACKWARD,
} from "node-av/constants";
import { Dictionary, FFmpegError, FormatContext, InputFormat, Packet, type Stream } from "node-av/lib";
import { MAX_FRAME_PIXELS } from "../limits.ts";
import type { PacketColumns } from "./protocol.ts";

/** A file open for reading, with the video track that is read. */
export interface Input {
	readonly path: string;
	readonly demuxer: string;
	readonly track: number;
	context: FormatContext;
	stream: Stream;
	readonly packet: Packet;
}

/** Thrown in this folder for a file that cannot be used. */
export class BadInput extends Error {
	readonly why: "unreadable" | "over-limit";

	constructor(why: "unreadable" | "over-limit", message: string) {
		super(message);
		this.why = why;
	}
}

/** Opens a file with one named demuxer, which may open no other file and no network address. */
export function openInput({ path, demuxer, track }: Pick<Input, "path" | "demuxer" | "track">): Input {
	const packet = new Packet();
	packet.alloc();
	return { path, demuxer, track, packet, ...openContext({ path, demuxer, track }) };
}

function openContext({
	path,
	demuxer,
	track,
}: Pick<Input, "path" | "demuxer" | "track">): Pick<Input, "context" | "stream"> {
	const context = new FormatContext();
	const only = Dictionary.fromObject({ protocol_whitelist: "file" });
	// With an explicit scheme, a file name can never be taken for another protocol's address.
	check(
		context.openInputSync(`file:${path}`, InputFormat.findInputFormat(demuxer), only),
		"cannot be opened",
	);
	for (const { codecpar } of context.streams) assertPixels(codecpar);
	check(context.findStreamInfoSync(), "cannot be read");
	const stream = context.streams.filter(isVideo)[track];
	if (stream === undefined) throw new BadInput("unreadable", "has no video track");
	for (const other of context.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
	return { context, stream };
}

/** Cover art does not count as video. */
function isVideo({ codecpar, disposition }: Stream): boolean {
	return codecpar.codecType === AVMEDIA_TYPE_VIDEO && (disposition & AV_DISPOSITION_ATTACHED_PIC) === 0;
}

/** Rejects frames that would not fit in memory before a decoder sees one. */
function assertPixels({ width, height }: Size): void {
	if (width * height <= MAX_FRAME_PIXELS) return;
	throw new BadInput(
		"over-limit",
		`frames of ${width}x${height} are over ${MAX_FRAME_PIXELS} px; scale it down`,
	);
}

function check(code: number, what: string): void {
	if (code < 0)
		throw new BadInput("unreadable", `${what} (${new FFmpegError(code).message}); the file is damaged`);
}

/** Reads the next packet of the video track; false at the end of the file or of its readable part. */
function readPacket({ context, stream, packet }: Input): boolean {
	for (;;) {
		packet.unref();
		if (context.readFrameSync(packet) < 0) return false;
		if (packet.streamIndex === stream.index) return true;
	}
}

/** Walks the whole file, calling `onPacket` for each packet; it may throw to stop. */
export function listPackets(input: Input, onPacket: () => void): PacketColumns {
	const { packet } = input;
	const rows: [number, number, number, number, number][] = [];
	const flags: number[] = [];
	while (readPacket(input)) {
		const isKey = (packet.flags & AV_PKT_FLAG_KEY) !== 0;
		const isHidden = (packet.flags & AV_PKT_FLAG_DISCARD) !== 0;
		const { pos, size, duration } = packet;
		rows.push([
			time(packet.pts),
			time(packet.dts),
			pos < 0n ? Number.NaN : Number(pos),
			size,
			Number(duration),
		]);
		flags.push((isKey ? 1 : 0) + (isHidden ? 2 : 0));
		if (rows.length > MAX_FRAMES) throw new BadInput("over-limit", `has more than ${MAX_FRAMES} packets`);
		onPacket();
	}
	const column = (at: 0 | 1 | 2 | 3 | 4) => Float64Array.from(rows, (row) => row[at]);
	const [pts, dts, position, bytes, duration] = [column(0), column(1), column(2), column(3), column(4)];
	return { pts, dts, position, bytes, duration, flags: Uint8Array.from(flags) };
}

function time(ticks: bigint): number {
	return ticks === AV_NOPTS_VALUE ? Number.NaN : Number(ticks);
}

/** Identifies a packet within its track by file offset and by presentation or decoding time. */
export type Places = ReadonlyMap<string, number>;

export function placesOf({ pts, dts, position }: PacketColumns): Places {
	const places = new Map<string, number>();
	for (let order = 0; order < pts.length; order++) {
		places.set(placeKey(position[order], pts[order], dts[order]), order);
	}
	return places;
}

function placeKey(position = Number.NaN, pts = Number.NaN, dts = Number.NaN): string {
	return `${position} ${Number.isNaN(pts) ? `d${dts}` : pts}`;
}

function placeOf(places: Places, packet: Packet): number | undefined {
	const position = packet.pos < 0n ? Number.NaN : Number(packet.pos);
	return places.get(placeKey(position, time(packet.pts), time(packet.dts)));
}

/**
 * Reads packet `start` and all after it. Yields their positions in the file; their bytes are in `input.packet`. A
 * demuxer's seek may land anywhere, so each packet it reads is looked up. If it is unknown or past `start`, the file
 * is reopened and read from the beginning.
 */
export function* packetsFrom(
	input: Input,
	columns: PacketColumns,
	places: Places,
	start: number,
): Generator<number> {
	let order = seek(input, columns, places, start);
	if (order === undefined) {
		input.context.closeInputSync();
		Object.assign(input, openContext(input));
		order = readPacket(input) ? 0 : columns.pts.length;
	}
	while (order < columns.pts.length) {
		if (order >= start) yield order;
		if (!readPacket(input)) return;
		order++;
	}
}

/** Position of the packet just read, at or before `start`; `undefined` if no seek gets there. */
function seek(input: Input, columns: PacketColumns, places: Places, start: number): number | undefined {
	for (const stamp of [columns.dts[start], columns.pts[start]]) {
		if (stamp === undefined || Number.isNaN(stamp)) continue;
		const code = input.context.seekFrameSync(input.stream.index, BigInt(stamp), AVSEEK_FLAG_BACKWARD);
		if (code < 0 || !readPacket(input)) continue;
		const order = placeOf(places, input.packet);
		if (order !== undefined && order <= start) return order;
	}
	return undefined;
}

/** The file's display matrix (ISO/IEC 14496-12, 6.2.2): nine numbers, of which the first four rotate and mirror. */
export function displayMatrix({ codecpar }: Stream): Int32Array | undefined {
	const data = codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX);
	if (data === null || data.byteLength < 36) return undefined;
	return Int32Array.from({ length: 9 }, (_, at) => data.readInt32LE(4 * at));
}
