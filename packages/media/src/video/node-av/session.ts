/** One open video in the decoding thread: its packet list, and the frames of a job. */

import { AV_LOG_QUIET } from "node-av/constants";
import { type CodecContext, Log } from "node-av/lib";
import { rotationOf } from "../orientation.ts";
import { decodeRun, openCodec } from "./decode.ts";
import { frameConverter } from "./frame-converter.ts";
import { displayMatrix, listPackets, openInput, placesOf } from "./input.ts";
import type { Job, Opened, Setup } from "./protocol.ts";

export interface Session {
	readonly opened: Opened;
	/** Passes every frame of the job to `onFrame`; both callbacks may throw to stop. */
	run(job: Job, onPacket: () => void, onFrame: (number: number, pixels: Uint8Array) => void): void;
	/** Frees memory; for sessions whose thread keeps running. */
	close(): void;
}

/** Opens a file and lists its packets, calling `onPacket` for each; it may throw to stop. Throws `BadInput`. */
export function openSession({ threads, ...file }: Setup, onPacket: () => void): Session {
	// FFmpeg would log damaged files to stderr, which belongs to the calling program.
	Log.setLevel(AV_LOG_QUIET);
	const input = openInput(file);
	const { codecpar, timeBase, avgFrameRate } = input.stream;
	const columns = listPackets(input, onPacket);
	const matrix = displayMatrix(input.stream);
	const places = placesOf(columns);
	let codec: CodecContext | undefined;
	return {
		opened: {
			width: codecpar.width,
			height: codecpar.height,
			rotation: rotationOf(matrix),
			timeBase: { numerator: timeBase.num, denominator: timeBase.den },
			fps: avgFrameRate.den === 0 ? 0 : avgFrameRate.num / avgFrameRate.den,
			packets: columns,
		},
		run({ runs, options }, onPacket, onFrame) {
			codec ??= openCodec(input.stream, threads);
			const converter = frameConverter(options, matrix);
			try {
				const context = { input, columns, places, codec, converter, onPacket, onFrame };
				for (const run of runs) decodeRun(context, run);
			} finally {
				converter.free();
			}
		},
		close() {
			codec?.freeContext();
			input.packet.free();
			input.context.closeInputSync();
		},
	};
}
