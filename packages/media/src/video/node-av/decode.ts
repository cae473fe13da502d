/** Decodes the wanted frames of some runs with node-av's synchronous calls, each run once. */

import { AV_NOPTS_VALUE, AVDISCARD_DEFAULT, AVDISCARD_NONREF, AVERROR_EAGAIN } from "node-av/constants";
import { Codec, CodecContext, Frame, type Packet, type Stream } from "node-av/lib";
import { MAX_FRAME_PIXELS } from "../limits.ts";
import type { Run, Target } from "../runs.ts";
import type { FrameConverter } from "./frame-converter.ts";
import { BadInput, type Input, type Places, packetsFrom } from "./input.ts";
import type { PacketColumns } from "./protocol.ts";

export interface DecodeContext {
	readonly input: Input;
	readonly columns: PacketColumns;
	readonly places: Places;
	readonly codec: CodecContext;
	readonly converter: FrameConverter;
	/** Called for every packet read; may throw to stop. */
	onPacket(): void;
	/** Called for every wanted frame; `number` is its frame number. */
	onFrame(number: number, pixels: Uint8Array): void;
}

/** Opens a decoder for the track. Throws `BadInput` for a codec that this FFmpeg cannot decode. */
export function openCodec({ codecpar, timeBase }: Stream, threads: number): CodecContext {
	const codec = Codec.findDecoder(codecpar.codecId);
	if (codec === null)
		throw new BadInput("unreadable", `its codec ${codecpar.codecId} cannot be decoded here`);
	const context = new CodecContext();
	context.allocContext3(codec);
	context.parametersToContext(codecpar);
	context.pktTimebase = timeBase;
	context.threadCount = threads;
	context.setOption("max_pixels", MAX_FRAME_PIXELS);
	if (context.open2Sync(codec, null) < 0) {
		throw new BadInput("unreadable", "its decoder cannot be set up; the file is damaged");
	}
	return context;
}

/** Frames of a run that have not been output yet. */
interface Awaited {
	/** Ascending. */
	targets: Target[];
	readonly isTimed: boolean;
	/** Frames output so far; without timestamps, the number of the next one. */
	seen: number;
	/** Whether to stop when a target is skipped, in order to retry from further back. */
	readonly isStrict: boolean;
	isPassedOver: boolean;
}

/** Decodes a run. Retries missing targets once from the previous key packet. */
export function decodeRun(context: DecodeContext, { start, fallback, targets }: Run): void {
	const left = decodeFrom(context, start, targets, fallback < start);
	if (left.length > 0 && fallback < start) decodeFrom(context, fallback, left, false);
}

/** Decodes from a key packet to the last target; returns the targets that were not output. */
function decodeFrom(
	context: DecodeContext,
	start: number,
	targets: readonly Target[],
	isStrict: boolean,
): readonly Target[] {
	const isTimed = targets.every(({ pts }) => pts !== undefined);
	// Without timestamps, the first frame out belongs to the first packet.
	const awaited: Awaited = { targets: [...targets], isTimed, seen: start, isStrict, isPassedOver: false };
	const orders = new Set(targets.map(({ order }) => order));
	const last = Math.max(...orders);
	const { codec, input } = context;
	const frame = new Frame();
	frame.alloc();
	codec.flushBuffers();
	for (const order of packetsFrom(input, context.columns, context.places, start)) {
		context.onPacket();
		// Skip frames that no other frame references, unless one is wanted. Without timestamps every frame must be
		// decoded to keep count.
		codec.setOption("skip_frame", isTimed && !orders.has(order) ? AVDISCARD_NONREF : AVDISCARD_DEFAULT);
		send(context, input.packet, frame, awaited);
		if (isOver(awaited) || (isTimed && order >= last)) break;
	}
	if (!isOver(awaited)) send(context, null, frame, awaited);
	frame.free();
	return awaited.targets;
}

function isOver({ targets, isPassedOver }: Awaited): boolean {
	return targets.length === 0 || isPassedOver;
}

/** Skips a damaged packet. Its frame will be missing, or concealed just as the command conceals it. */
function send(context: DecodeContext, packet: Packet | null, frame: Frame, awaited: Awaited): void {
	const code = context.codec.sendPacketSync(packet);
	receive(context, frame, awaited);
	if (code !== AVERROR_EAGAIN || isOver(awaited)) return;
	context.codec.sendPacketSync(packet);
	receive(context, frame, awaited);
}

function receive({ codec, converter, onFrame }: DecodeContext, frame: Frame, awaited: Awaited): void {
	while (!isOver(awaited)) {
		// Negative: no frame yet, the end of the stream, or an error in one frame, after which the next may be fine.
		if (codec.receiveFrameSync(frame) < 0) return;
		const target = take(awaited, frame);
		if (target !== undefined) onFrame(target.frame, converter.make(frame));
	}
}

/** Removes and returns the target that this frame matches, if any. */
function take(awaited: Awaited, frame: Frame): Target | undefined {
	const stamp = frame.pts === AV_NOPTS_VALUE ? frame.bestEffortTimestamp : frame.pts;
	const key = awaited.isTimed ? Number(stamp) : awaited.seen;
	awaited.seen++;
	const keyOf = ({ pts, frame }: Target) => (awaited.isTimed ? (pts ?? 0) : frame);
	const place = awaited.targets.findIndex((target) => keyOf(target) >= key);
	// Frames come out in display order: an earlier target that is still awaited will never come.
	awaited.isPassedOver = awaited.isStrict && place !== 0 && awaited.targets.length > 0;
	const target = awaited.targets[place];
	if (awaited.isPassedOver || target === undefined || keyOf(target) !== key) return undefined;
	awaited.targets.splice(place, 1);
	return target;
}
