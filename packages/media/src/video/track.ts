/** The video track of an MP4, MOV, MKV or WebM, as mediabunny reads it, for as long as one function needs it. */

import { OnevisionError } from "@onevision/core";
import { Input, type InputVideoTrack, Logging, LogLevel, MATROSKA, MP4, QTFF, WEBM } from "mediabunny";
import { type ByteSource, blobSource, bytesSource, unreadable } from "../reading.ts";
import { guardedSource } from "./guarded-source.ts";

export function toSource(source: Uint8Array | Blob | ByteSource): ByteSource {
	if (source instanceof Uint8Array) return bytesSource(source);
	return source instanceof Blob ? blobSource(source) : source;
}

/** A file opened for its first video track. */
export interface OpenTrack {
	readonly track: InputVideoTrack;
	/** Whether the file has a sound track, of any codec. */
	readonly hasAudio: boolean;
	dispose(): void;
}

/** Opens the first video track. Throws `unreadable-file` without one. Silences mediabunny's console output. */
export async function openTrack(source: ByteSource, signal?: AbortSignal): Promise<OpenTrack> {
	// mediabunny writes notes on odd files to the console, which belongs to the program that calls us.
	Logging.level = LogLevel.Silent;
	const input = new Input({ formats: [MP4, QTFF, MATROSKA, WEBM], source: guardedSource(source) });
	try {
		signal?.throwIfAborted();
		const [track] = await input.getVideoTracks();
		if (track === undefined) throw unreadable("has no video track");
		const hasAudio = (await input.getAudioTracks()).length > 0;
		return { track, hasAudio, dispose: () => input.dispose() };
	} catch (error) {
		input.dispose();
		throw asUnreadable(error, signal);
	}
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
