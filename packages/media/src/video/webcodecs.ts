/**
 * Decoding in a browser: mediabunny reads the file, WebCodecs decodes, and a canvas converts to RGB. The choice of
 * frames is exact. The pixels are the browser's: it has its own matrix, chroma filter and scaler, so they are close
 * to FFmpeg's but not equal.
 */

import { OnevisionError, type Size } from "@onevision/base";
import { type InputVideoTrack, type VideoSample, VideoSampleSink } from "mediabunny";
import { readFromSource } from "../reading.ts";
import { sniff } from "../sniff.ts";
import { readVideoHeader, videoFormat } from "./header.ts";
import type { Run, Target } from "./runs.ts";
import { openTrack, toSource } from "./track.ts";
import { indexOf, mayHaveEdits } from "./track-index.ts";
import { type DecodedFrame, type DecodeOptions, type Video, videoOf } from "./video.ts";

/** The parts of OffscreenCanvas and its context used here; this package is compiled without the DOM types. */
interface Canvas {
	getContext(kind: "2d", options: { readonly willReadFrequently: boolean }): Context | null;
}
interface Context {
	getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray };
}
type CanvasClass = new (width: number, height: number) => Canvas;

/**
 * Opens a video in a browser, with the same interface as on Node. Throws `unsupported` if there is no WebCodecs or
 * the browser cannot decode the codec, otherwise as `readFrameIndex` does. Close it when done.
 */
export async function openVideoBlob(
	blob: Blob,
	options: { readonly signal?: AbortSignal } = {},
): Promise<Video> {
	const source = toSource(blob);
	const format = videoFormat(await readFromSource(sniff(source.size), source));
	if (format === "avi")
		throw new OnevisionError("unsupported", "AVI cannot be decoded in a browser; convert it");
	const header = await readVideoHeader(source, { ...options, maxCountBytes: source.size });
	const { track, dispose } = await openTrack(source, options.signal);
	try {
		const hasEdits = await mayHaveEdits(source, format);
		const facts = { frames: header.frames, fps: header.fps, hasEdits, fileSize: source.size };
		const index = await indexOf(track, facts, options.signal);
		if (!(await track.canDecode())) {
			const codec = (await track.getCodecParameterString()) ?? "its codec";
			throw new OnevisionError(
				"unsupported",
				`${codec} is not decoded by WebCodecs here; use another browser or file`,
			);
		}
		const { width, height, rotation, tracks, track: place } = header;
		const several = tracks === undefined || place === undefined ? {} : { tracks, track: place };
		const secondsPerTick = index.timeBase.numerator / index.timeBase.denominator;
		const decode = (runs: readonly Run[], how: DecodeOptions) =>
			decodeRuns(track, runs, how, { rotation, secondsPerTick });
		const decoder = { name: "webcodecs", nextRunCost: 0, decode, close: async () => dispose() };
		return videoOf({ format, width, height, rotation, ...several, index }, decoder, "video");
	} catch (error) {
		dispose();
		throw error;
	}
}

interface TrackFacts {
	readonly rotation: number;
	readonly secondsPerTick: number;
}

async function* decodeRuns(
	track: InputVideoTrack,
	runs: readonly Run[],
	{ size, appliesRotation }: DecodeOptions,
	{ rotation, secondsPerTick }: TrackFacts,
): AsyncGenerator<DecodedFrame, void> {
	const context = contextFor(size);
	const targets: Target[] = runs.flatMap(({ targets }) => targets);
	const times = targets.map(({ pts }) => (pts ?? 0) * secondsPerTick);
	let place = 0;
	// Frames come back in order, each GOP decoded once.
	for await (const sample of new VideoSampleSink(track).samplesAtTimestamps(times)) {
		const [target, time] = [targets[place], times[place]];
		place++;
		if (sample === null) continue;
		try {
			if (target === undefined || time === undefined) continue;
			// For a frame that cannot be decoded, WebCodecs returns the one before.
			if (Math.abs(sample.timestamp - time) > secondsPerTick / 2) continue;
			const turn = appliesRotation ? rotation : 0;
			yield { frame: target.frame, ...size, data: pixelsOf(sample, context, size, turn) };
		} finally {
			sample.close();
		}
	}
}

function contextFor({ width, height }: Size): Context {
	const Class: CanvasClass | undefined = Reflect.get(globalThis, "OffscreenCanvas");
	const context = Class && new Class(width, height).getContext("2d", { willReadFrequently: true });
	if (context) return context;
	throw new OnevisionError("unsupported", "there is no OffscreenCanvas here; on Node use openVideo");
}

/** Draws a frame and reads it back as `[height, width, 3]`. */
function pixelsOf(sample: VideoSample, context: Context, { width, height }: Size, turn: number): Uint8Array {
	const rotation = turn === 90 || turn === 180 || turn === 270 ? turn : 0;
	// Always a 2-D context; its type belongs to the DOM types.
	sample.drawWithFit(context as never, { fit: "fill", rotation, flip: false });
	const { data } = context.getImageData(0, 0, width, height);
	const pixels = new Uint8Array(width * height * 3);
	for (let from = 0, to = 0; to < pixels.length; from += 4) {
		pixels[to++] = data[from] ?? 0;
		pixels[to++] = data[from + 1] ?? 0;
		pixels[to++] = data[from + 2] ?? 0;
	}
	return pixels;
}
