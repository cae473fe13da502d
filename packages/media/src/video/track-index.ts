/** The frame index of an open track, from the packets mediabunny lists. */

import { OnevisionError } from "@onevision/base";
import { EncodedPacketSink, type InputVideoTrack } from "mediabunny";
import { type ByteSource, readFromSource, unreadable } from "../reading.ts";
import type { VideoFormat } from "../sniff.ts";
import {
	assertCount,
	type FrameIndex,
	frameIndexOf,
	type RawPacket,
	withoutEmptyPackets,
} from "./frame-index.ts";
import { readIsFragmented } from "./iso.ts";

/** Packets between two pauses; timers and aborts only run during a pause. */
const PACKETS_PER_PAUSE = 4096;
/**
 * Times this little below zero still count as zero: the clock may not be a multiple of the edit's, so times are
 * rounded.
 */
const START_TOLERANCE_SECONDS = 1 / 180_000;

interface Facts {
	/** Number of displayed frames. */
	readonly frames: number;
	readonly fps: number | undefined;
	/** Whether times below zero lie outside an edit. */
	readonly hasEdits: boolean;
	readonly fileSize: number;
}

/** Edit lists hide frames of MP4 and MOV, unless the frames are in fragments. */
export async function mayHaveEdits(source: ByteSource, format: VideoFormat): Promise<boolean> {
	if (format !== "mp4" && format !== "mov") return false;
	return !(await readFromSource(readIsFragmented(source.size), source));
}

/** The index of an open track. */
export async function indexOf(
	track: InputVideoTrack,
	{ frames, fps, hasEdits, fileSize }: Facts,
	signal: AbortSignal | undefined,
): Promise<FrameIndex> {
	const denominator = await track.getTimeResolution();
	const sink = new EncodedPacketSink(track);
	const options = { metadataOnly: true };
	const packets: RawPacket[] = [];
	for (
		let packet = await sink.getFirstPacket(options);
		packet !== null;
		packet = await sink.getNextPacket(packet, options)
	) {
		packets.push({
			pts: Math.round(packet.timestamp * denominator),
			bytes: packet.byteLength,
			duration: Math.round(packet.duration * denominator),
			isKey: packet.type === "key",
			isShown: !hasEdits || packet.timestamp >= -START_TOLERANCE_SECONDS,
		});
		assertCount(packets.length);
		// Every packet takes at least one byte.
		if (packets.length > fileSize) throw unreadable("lists frames beyond its end; the file is damaged");
		if (packets.length % PACKETS_PER_PAUSE !== 0) continue;
		await new Promise((resolve) => setTimeout(resolve, 0));
		signal?.throwIfAborted();
	}
	if (packets.length < frames) {
		const what = `lists ${packets.length} of its ${frames} frames before its fragments`;
		throw new OnevisionError("unsupported", `${what}; openVideo reads it with FFmpeg, or remux it`);
	}
	return frameIndexOf(untilEnd(withoutEmptyPackets(packets), frames), { numerator: 1, denominator }, fps);
}

/** An edit that ends early displays the first `frames` in display order; mediabunny lists the rest, too. */
function untilEnd(packets: readonly RawPacket[], frames: number): RawPacket[] {
	const shown = packets.filter(({ isShown }) => isShown).sort((a, b) => (a.pts ?? 0) - (b.pts ?? 0));
	const beyond = new Set(shown.slice(frames));
	return packets.map((packet) => (beyond.has(packet) ? { ...packet, isShown: false } : packet));
}
