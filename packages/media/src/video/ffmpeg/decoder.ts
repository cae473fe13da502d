/**
 * Decoding with the `ffmpeg` command: one process per run, its raw pictures read from a pipe and each told by the time
 * that the `metadata` filter writes for it. Frames are chosen by time, not counted, so a damaged one shifts no other.
 */

import type { OpenedFile, OpenSetup } from "../open-file.ts";
import type { Run, Target } from "../runs.ts";
import type { DecodedFrame, DecodeOptions } from "../video.ts";
import { commandFor, type Source } from "./command.ts";
import { probe } from "./probe.ts";
import { linesOf, noteOf, startCommand, within } from "./process.ts";
import { rawFrames } from "./raw-frames.ts";

/** Packets decoded for nothing at about the price of another process. */
const NEXT_RUN_COST = 200;
/** Targets of one process: its command line has to fit Windows. */
const MAX_TARGETS = 500;

/** Opens a file with `ffprobe` and `ffmpeg`. Throws `DecoderMissing` without them, else as `openVideo` does. */
export async function openWithCommand(setup: OpenSetup): Promise<OpenedFile> {
	const passthrough = await passthroughOption(setup);
	const facts = await probe(setup);
	const source: Source = { setup, passthrough, packets: facts.packets, timeBase: facts.timeBase };
	const decode = (runs: readonly Run[], options: DecodeOptions) => decodeRuns(source, runs, options);
	// Every process ends with the loop that reads it.
	return {
		...facts,
		decoder: { name: "ffmpeg", nextRunCost: NEXT_RUN_COST, decode, close: async () => undefined },
	};
}

let knownOption: Source["passthrough"] | undefined;

/** How this version says that no frame may be repeated or dropped: 5.1 renamed the option. Asked once. */
async function passthroughOption(setup: OpenSetup): Promise<Source["passthrough"]> {
	if (knownOption !== undefined) return knownOption;
	const command = startCommand("ffmpeg", ["-version"]);
	const note = noteOf(command.child.stdout);
	await within(command.ended, command, setup);
	const [, major = "", minor = ""] = /version n?(\d+)\.(\d+)/.exec(await note) ?? [];
	// A build from the repository has no number and is new.
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

/** Runs the command once; gives back the targets that did not come out. `isStrict`: ends when one is passed over. */
async function* decodeFrom(
	source: Source,
	start: number,
	targets: readonly Target[],
	options: DecodeOptions,
	isStrict: boolean,
): AsyncGenerator<DecodedFrame, readonly Target[]> {
	const left = [...targets];
	const command = startCommand("ffmpeg", commandFor(source, start, targets, options));
	const pictures = rawFrames(command.child.stdout, options.size.width * options.size.height * 3);
	const times = timesOf(linesOf(command.child.stderr));
	try {
		while (left.length > 0) {
			const picture = await within(pictures.next(), command, source.setup);
			if (picture.done) break;
			const time = await within(times.next(), command, source.setup);
			if (time.done) throw new Error("internal: ffmpeg gave a picture without its time");
			// Without times pictures are told by their order.
			const place = left.findIndex(({ pts }) => pts === undefined || pts === time.value);
			if (isStrict && place !== 0) break;
			const [target] = place < 0 ? [] : left.splice(place, 1);
			if (target !== undefined) yield { frame: target.frame, ...options.size, data: picture.value };
		}
		return left;
	} finally {
		command.kill();
		await command.ended.catch(() => undefined);
	}
}

/** Times of the pictures, in ticks, from lines like `frame:3 pts:1536 pts_time:0.125`. */
async function* timesOf(lines: AsyncGenerator<string, void>): AsyncGenerator<number, void> {
	for await (const line of lines) {
		const [, pts] = /^frame:\d+\s+pts:(-?\d+|NOPTS)/.exec(line) ?? [];
		if (pts !== undefined) yield Number(pts);
	}
}
