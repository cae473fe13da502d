/** Chooses the video track of a file, for header readers and decoders alike. */

import { OnevisionError } from "@onevision/base";
import { type ByteSource, readFromSource, unreadable } from "../reading.ts";
import type { VideoFormat } from "../sniff.ts";
import { type AviFile, type AviStream, readAvi } from "./avi.ts";
import { type AviFrames, countAviFrames } from "./avi-frames.ts";
import { mainTrack } from "./main-track.ts";
import { openTrack, type TrackChoice } from "./track.ts";

/** The main stream of an AVI, with its frames counted. Throws `unreadable-file` if there is none. */
export async function openAviStream(
	source: ByteSource,
	signal: AbortSignal | undefined,
): Promise<{
	readonly stream: AviStream;
	readonly found: AviFrames;
	readonly choice: TrackChoice;
	readonly hasAudio: boolean;
}> {
	const file = await readFromSource(readAvi(source.size), source);
	const counted = await countEach(source, file, signal);
	const facts = counted.map(({ frames }) => ({ isDefault: false, isForImpaired: false, frames, bitRate: 0 }));
	const place = mainTrack(facts);
	const [stream, found] = [file.streams[place], counted[place]];
	if (stream === undefined || found === undefined) throw unreadable("AVI has no video stream");
	const choice = { tracks: file.streams.length, place };
	return { stream, found, choice, hasAudio: file.hasAudio };
}

async function countEach(
	source: ByteSource,
	file: AviFile,
	signal: AbortSignal | undefined,
): Promise<AviFrames[]> {
	const counted: AviFrames[] = [];
	for (const stream of file.streams) counted.push(await countAviFrames(source, file, stream, signal));
	return counted;
}

/** Chooses the track without opening it. For files that only FFmpeg can read, returns the first track. */
export async function chooseTrack(
	source: ByteSource,
	format: VideoFormat,
	signal: AbortSignal | undefined,
): Promise<TrackChoice> {
	try {
		if (format === "avi") {
			const { streams } = await readFromSource(readAvi(source.size), source);
			if (streams.length === 1) return { tracks: 1, place: 0 };
			return (await openAviStream(source, signal)).choice;
		}
		const { choice, dispose } = await openTrack(source, signal);
		dispose();
		return choice;
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		return { tracks: 1, place: 0 };
	}
}
