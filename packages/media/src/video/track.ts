/** The video track of an MP4, MOV, MKV or WebM, as mediabunny reads it, for as long as one function needs it. */

import { OnevisionError } from "@onevision/core";
import {
	EncodedPacketSink,
	Input,
	type InputVideoTrack,
	Logging,
	LogLevel,
	MATROSKA,
	MP4,
	QTFF,
	WEBM,
} from "mediabunny";
import { type ByteSource, blobSource, bytesSource, unreadable } from "../reading.ts";
import { guardedSource } from "./guarded-source.ts";
import { FRAMES_THAT_MATTER, mainTrack, type TrackFacts } from "./main-track.ts";

/** Packets looked at for a bit rate that the file does not state. */
const PACKETS_FOR_RATE = 256;

export function toSource(source: Uint8Array | Blob | ByteSource): ByteSource {
	if (source instanceof Uint8Array) return bytesSource(source);
	return source instanceof Blob ? blobSource(source) : source;
}

/** A file opened for its main video track. */
export interface OpenTrack {
	readonly track: InputVideoTrack;
	readonly choice: TrackChoice;
	dispose(): void;
}

/** Which of several video tracks is read. */
export interface TrackChoice {
	/** Video tracks of the file, cover pictures not counted. */
	readonly tracks: number;
	/** Place of the one that is read, from 0. */
	readonly place: number;
}

/** Opens the main video track. Throws `unreadable-file` without one. Silences mediabunny's console output. */
export async function openTrack(source: ByteSource, signal?: AbortSignal): Promise<OpenTrack> {
	// mediabunny writes notes on odd files to the console, which belongs to the program that calls us.
	Logging.level = LogLevel.Silent;
	const input = new Input({ formats: [MP4, QTFF, MATROSKA, WEBM], source: guardedSource(source) });
	try {
		signal?.throwIfAborted();
		const tracks = await input.getVideoTracks();
		const facts: TrackFacts[] = [];
		// A lone track is the main one whatever it is.
		if (tracks.length > 1) for (const track of tracks) facts.push(await factsOf(track));
		const place = mainTrack(facts);
		const track = tracks[place];
		if (track === undefined) throw unreadable("has no video track");
		return { track, choice: { tracks: tracks.length, place }, dispose: () => input.dispose() };
	} catch (error) {
		input.dispose();
		throw asUnreadable(error, signal);
	}
}

async function factsOf(track: InputVideoTrack): Promise<TrackFacts> {
	const { default: isDefault, hearingImpaired, visuallyImpaired } = await track.getDisposition();
	const sink = new EncodedPacketSink(track);
	const options = { metadataOnly: true };
	let packet = await sink.getFirstPacket(options);
	let frames = 0;
	for (; packet !== null && frames < FRAMES_THAT_MATTER; frames++) {
		packet = await sink.getNextPacket(packet, options);
	}
	return {
		isDefault,
		isForImpaired: hearingImpaired || visuallyImpaired,
		frames,
		bitRate: await bitRateOf(track),
	};
}

/** FFmpeg knows it of MP4 and MOV only: stated, or from the sample tables. */
async function bitRateOf(track: InputVideoTrack): Promise<number> {
	const format = await track.input.getFormat();
	if (format !== MP4 && format !== QTFF) return 0;
	const stated = await track.getAverageBitrate();
	return stated ?? (await track.computePacketStats(PACKETS_FOR_RATE)).averageBitrate;
}

/** What mediabunny throws, as one of our errors. */
export function asUnreadable(error: unknown, signal?: AbortSignal): unknown {
	if (signal?.aborted) return signal.reason;
	if (error instanceof OnevisionError) return error;
	const reason = error instanceof Error ? error.message : String(error);
	return unreadable(
		`cannot be read as a video (${reason.split("\n")[0]}); the file is damaged or of an unknown kind`,
	);
}
