/** The command line that decodes selected frames of a file. */

import type { RawPacket, TimeBase } from "../frame-index.ts";
import { MAX_FRAME_PIXELS } from "../limits.ts";
import type { OpenSetup } from "../open-file.ts";
import type { Target } from "../runs.ts";
import type { DecodeOptions } from "../video.ts";
import { INPUT_LIMITS } from "./process.ts";

export interface Source {
	readonly setup: OpenSetup;
	/** This version's option that disables repeating and dropping frames. */
	readonly passthrough: "-fps_mode" | "-vsync";
	readonly packets: readonly RawPacket[];
	readonly timeBase: TimeBase;
}

/** Writes each frame's timestamp as a line to stderr; `print` skips frames without a key. */
const TELL_TIMES = String.raw`metadata=add:key=k:value=1,metadata=print:direct=1:file=pipe\\:2`;

/** `ffmpeg` arguments that decode these targets starting at packet `start`: pixels on stdout, timestamps on stderr. */
export function commandFor(
	{ setup, passthrough, packets, timeBase }: Source,
	start: number,
	targets: readonly Target[],
	{ size, appliesRotation }: DecodeOptions,
): string[] {
	const filters = [
		`select=${selection(targets)}`,
		TELL_TIMES,
		`scale=${size.width}:${size.height}:flags=bicubic`,
		"format=rgb24",
	];
	return [
		...["-nostdin", "-v", "quiet"],
		// Keep timestamps as stored: by default ffmpeg shifts them to start at zero, and by the seek offset.
		"-copyts",
		...seekTo(packets[start], start, timeBase),
		...(appliesRotation ? [] : ["-noautorotate"]),
		...["-threads", String(setup.threads), "-max_pixels", String(MAX_FRAME_PIXELS)],
		...[...INPUT_LIMITS, "-f", setup.demuxer, "-i", `file:${setup.path}`],
		...["-map", `0:V:${setup.track}`, passthrough, "passthrough", "-vf", filters.join(",")],
		...["-frames:v", String(targets.length), "-f", "rawvideo", "pipe:1"],
	];
}

/** Seeks to a packet or to the key packet before it. Frames are matched by timestamp, so landing earlier is fine. */
function seekTo(
	packet: RawPacket | undefined,
	start: number,
	{ numerator, denominator }: TimeBase,
): string[] {
	const stamp = packet?.pts ?? packet?.dts;
	if (start === 0 || stamp === undefined) return [];
	const seconds = ((stamp * numerator) / denominator).toFixed(6);
	return ["-seek_timestamp", "1", "-noaccurate_seek", "-ss", seconds];
}

/** Filter expression that selects the targets: by timestamp, or by frame number when there are none. */
function selection(targets: readonly Target[]): string {
	const terms: string[] = [];
	let [first, last]: (Target | undefined)[] = [];
	const close = () => {
		if (first === undefined || last === undefined) return;
		const name = first.pts === undefined ? "n" : "pts";
		terms.push(String.raw`between(${name}\,${first.pts ?? first.frame}\,${last.pts ?? last.frame})`);
	};
	for (const target of targets) {
		if (last !== undefined && target.frame === last.frame + 1) {
			last = target;
			continue;
		}
		close();
		[first, last] = [target, target];
	}
	close();
	return terms.join("+");
}
