/** The video track of an MP4, MOV, MKV or WebM, opened with mediabunny for the duration of one function call. */

import { OnevisionError } from "@onevision/base";
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
import { type ByteSource, blobSource, bytesSource, readFromSource, unreadable } from "../reading.ts";
import { guardedSource } from "./guarded-source.ts";
import { readListedFrames } from "./iso.ts";
import { MAX_TABLE_BYTES } from "./limits.ts";
import { FRAMES_THAT_MATTER, mainTrack, type TrackFacts } from "./main-track.ts";

export function toSource(source: Uint8Array | Blob | ByteSource): ByteSource {
	if (source instanceof Uint8Array) return bytesSource(source);
	return source instanceof Blob ? blobSource(source) : source;
}

/** A file opened for its main video track. */
export interface OpenTrack {
	readonly track: InputVideoTrack;
	/** Whether the file has an audio track, of any codec. */
	readonly hasAudio: boolean;
	readonly choice: TrackChoice;
	dispose(): void;
}

/** Which of several video tracks is read. */
export interface TrackChoice {
	/** Number of video tracks in the file, cover art not counted. */
	readonly tracks: number;
	/** Index of the track that is read, from 0. */
	readonly place: number;
}

/** Opens the main video track. Throws `unreadable-file` if there is none. Silences mediabunny's console output. */
export async function openTrack(source: ByteSource, signal?: AbortSignal): Promise<OpenTrack> {
	// mediabunny logs unusual files to the console, which belongs to the calling program.
	Logging.level = LogLevel.Silent;
	const input = new Input({ formats: [MP4, QTFF, MATROSKA, WEBM], source: guardedSource(source) });
	try {
		signal?.throwIfAborted();
		const tracks = await input.getVideoTracks();
		const facts: TrackFacts[] = [];
		// A lone track is the main one in any case.
		if (tracks.length > 1) for (const track of tracks) facts.push(await factsOf(track, source));
		const place = mainTrack(facts);
		const track = tracks[place];
		if (track === undefined) throw unreadable("has no video track");
		const hasAudio = (await input.getAudioTracks()).length > 0;
		return { track, choice: { tracks: tracks.length, place }, hasAudio, dispose: () => input.dispose() };
	} catch (error) {
		input.dispose();
		throw asUnreadable(error, signal);
	}
}

async function factsOf(track: InputVideoTrack, source: ByteSource): Promise<TrackFacts> {
	const { default: isDefault, hearingImpaired, visuallyImpaired } = await track.getDisposition();
	const isForImpaired = hearingImpaired || visuallyImpaired;
	const format = await track.input.getFormat();
	if (format !== MP4 && format !== QTFF) {
		return { isDefault, isForImpaired, frames: await countSome(track), bitRate: 0 };
	}
	// From the tables, because mediabunny hangs on some damaged ones.
	const listed = await readFromSource(readListedFrames(source.size, track.id), source, MAX_TABLE_BYTES);
	const seconds = listed === undefined ? 0 : listed.end - listed.start;
	const counted = listed === undefined || seconds <= 0 ? 0 : (8 * listed.bytes) / seconds;
	const bitRate = (await track.getAverageBitrate()) ?? counted;
	// A track without a table is in fragments; nobody writes a single image that way.
	return { isDefault, isForImpaired, frames: listed?.frames ?? FRAMES_THAT_MATTER, bitRate };
}

/** Counts the packets of a track, up to the number that matters. */
async function countSome(track: InputVideoTrack): Promise<number> {
	const sink = new EncodedPacketSink(track);
	const options = { metadataOnly: true };
	let packet = await sink.getFirstPacket(options);
	let frames = 0;
	for (; packet !== null && frames < FRAMES_THAT_MATTER; frames++) {
		packet = await sink.getNextPacket(packet, options);
	}
	return frames;
}

/** Converts what mediabunny throws to one of our errors. */
export function asUnreadable(error: unknown, signal?: AbortSignal): unknown {
	if (signal?.aborted) return signal.reason;
	if (error instanceof OnevisionError) return error;
	const reason = error instanceof Error ? error.message : String(error);
	return unreadable(
		`cannot be read as a video (${reason.split("\n")[0]}); the file is damaged or of an unknown kind`,
	);
}
