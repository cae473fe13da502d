/**
 * Decodes with the `ffmpeg` command. Each run is one process whose raw frames are read from a pipe; the `metadata`
 * filter prints the timestamp that identifies each frame. Frames are matched by timestamp, not counted, so a damaged
 * frame does not shift the others.
 */

import type { OpenedFile, OpenSetup } from "../open-file.ts";
import type { Run, Target } from "../runs.ts";
import type { DecodedFrame, DecodeOptions } from "../video.ts";
import { commandFor, type Source } from "./command.ts";
import { probe } from "./probe.ts";
import { linesOf, noteOf, startCommand, within } from "./process.ts";
import { rawFrames } from "./raw-frames.ts";

/** Number of discarded packets that cost about as much as starting another process. */
const NEXT_RUN_COST = 200;
/** Targets per process: the command line has to fit Windows' limit. */
const MAX_TARGETS = 500;

/**
 * Opens a file with `ffprobe` and `ffmpeg`. Throws `DecoderMissing` if they are not installed, otherwise as
 * `openVideo` does.
 */
export async function openWithCommand(setup: OpenSetup): Promise<OpenedFile> {
	const passthrough = await passthroughOption(setup);
	const facts = await probe(setup);
	const source: Source = { setup, passthrough, packets: facts.packets, timeBase: facts.timeBase };
	const decode = (runs: readonly Run[], options: DecodeOptions) => decodeRuns(source, runs, options);
	// Every process ends with the loop that reads it, so there is nothing to close.
	return {
		...facts,
		decoder: { name: "ffmpeg", nextRunCost: NEXT_RUN_COST, decode, close: async () => undefined },
	};
}

let knownOption: Source["passthrough"] | undefined;

/** The option of this ffmpeg version that forbids repeating and dropping frames; 5.1 renamed it. Queried once. */
async function passthroughOption(setup: OpenSetup): Promise<Source["passthrough"]> {
	if (knownOption !== undefined) return knownOption;
	const command = startCommand("ffmpeg", ["-version"]);
	const note = noteOf(command.child.stdout);
	await within(command.ended, command, setup);
	const [, major = "", minor = ""] = /version n?(\d+)\.(\d+)/.exec(await note) ?? [];
	// A build from the repository has no version number; treat it as recent.
	const isOld = major !== "" && (Number(major) < 5 || (major === "5" && minor === "0"));
	knownOption = isOld ? "-vsync" : "-fps_mode";
	return knownOption;
}

async function* decodeRuns(
	source: Source,
	runs: readonly Run[],
	options: DecodeOptions,
): AsyncGenerator<DecodedFrame, void> {
	for (const { start, fallback, targets } of runs) {
		for (let from = 0; from < targets.length; from += MAX_TARGETS) {
			const part = targets.slice(from, from + MAX_TARGETS);
			const left = yield* decodeFrom(source, start, part, options, fallback < start);
			if (left.length > 0 && fallback < start) yield* decodeFrom(source, fallback, left, options, false);
		}
	}
}

/**
 * Runs the command once and returns the targets it did not produce. With `isStrict`, stops at the first target it
 * skips.
 */
async function* decodeFrom(
	source: Source,
	start: number,
	targets: readonly Target[],
	options: DecodeOptions,
	isStrict: boolean,
): AsyncGenerator<DecodedFrame, readonly Target[]> {
	const left = [...targets];
	const command = startCommand("ffmpeg", commandFor(source, start, targets, options));
	const frames = rawFrames(command.child.stdout, options.size.width * options.size.height * 3);
	const times = timesOf(linesOf(command.child.stderr));
	try {
		while (left.length > 0) {
			const pixels = await within(frames.next(), command, source.setup);
			if (pixels.done) break;
			const time = await within(times.next(), command, source.setup);
			if (time.done) throw new Error("internal: ffmpeg gave a frame without its time");
			// Without timestamps, frames are identified by their order.
			const place = left.findIndex(({ pts }) => pts === undefined || pts === time.value);
			if (isStrict && place !== 0) break;
			const [target] = place < 0 ? [] : left.splice(place, 1);
			if (target !== undefined) yield { frame: target.frame, ...options.size, data: pixels.value };
		}
		return left;
	} finally {
		command.kill();
		await command.ended.catch(() => undefined);
	}
}

/** Timestamps of the frames, in ticks, parsed from lines like `frame:3 pts:1536 pts_time:0.125`. */
async function* timesOf(lines: AsyncGenerator<string, void>): AsyncGenerator<number, void> {
	for await (const line of lines) {
		const [, pts] = /^frame:\d+\s+pts:(-?\d+|NOPTS)/.exec(line) ?? [];
		if (pts !== undefined) yield Number(pts);
	}
}
