/**
 * Plans what to decode for selected frames of a video: stretches that start at a key frame, each group of pictures
 * (GOP) at most once. Plain data, made before anything is decoded.
 */

import { OnevisionError } from "@onevision/base";
import type { FrameIndex, VideoPacket } from "./frame-index.ts";

/** One wanted frame. */
export interface Target {
	/** Frame number. */
	readonly frame: number;
	/** Ticks; absent if packets have no timestamps. */
	readonly pts?: number | undefined;
	/** Position of its packet in the file. */
	readonly order: number;
}

/** Packets from `start` to the last one its targets need, decoded in one pass. */
export interface Run {
	/** File position of the key packet to start from. */
	readonly start: number;
	/**
	 * The previous key packet, for targets that do not come out when starting at `start`. With gradual refresh, images
	 * are complete only some frames after their key packet.
	 */
	readonly fallback: number;
	/** Ascending by frame number, at least one. */
	readonly targets: readonly [Target, ...Target[]];
}

/**
 * Groups ascending frame numbers (repeats allowed) by the key frame they are decoded from. `nextRunCost`: how many
 * packets may be decoded and discarded before starting a new run is cheaper, default 0. Throws `invalid-input` for
 * other numbers.
 */
export function planRuns(index: FrameIndex, wanted: readonly number[], nextRunCost = 0): Run[] {
	assertWanted(wanted, index.frames.length);
	const keys = index.packets.filter(({ isKey }) => isKey);
	const isAllKeys = keys.length === index.packets.length;
	const runs: { start: number; fallback: number; targets: [Target, ...Target[]] }[] = [];
	let last: Target | undefined;
	for (const frame of new Set(wanted)) {
		const packet = index.frames[frame];
		if (packet === undefined) continue;
		const target = { frame, pts: index.isTimed ? packet.pts : undefined, order: packet.order };
		const start = isAllKeys ? packet.order : index.isTimed ? startOf(keys, packet) : 0;
		const run = runs.at(-1);
		const behind = last === undefined ? 0 : start - last.order;
		if (run !== undefined && (start <= run.start || behind <= nextRunCost)) run.targets.push(target);
		else runs.push({ start, fallback: keys[upperBound(keys, start - 1) - 1]?.order ?? 0, targets: [target] });
		last = target;
	}
	return runs;
}

/**
 * The last key packet that precedes the frame both in file order and in display order. After an open GOP's key frame
 * come frames that are displayed before it and depend on the previous GOP; decoding them must not start there.
 */
function startOf(keys: readonly VideoPacket[], { order, pts }: VideoPacket): number {
	// Keys are in file order: find the last one not after the frame, then step back to one displayed in time.
	let at = upperBound(keys, order) - 1;
	while (at >= 0 && isLater(keys[at]?.pts, pts)) at--;
	return keys[at]?.order ?? 0;
}

function isLater(keyPts: number | undefined, pts: number | undefined): boolean {
	return keyPts === undefined || pts === undefined || keyPts > pts;
}

/** Number of `keys` at or before `order` in the file. */
function upperBound(keys: readonly VideoPacket[], order: number): number {
	let [low, high] = [0, keys.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((keys[middle]?.order ?? 0) <= order) low = middle + 1;
		else high = middle;
	}
	return low;
}

function assertWanted(wanted: readonly number[], frames: number): void {
	for (const [place, frame] of wanted.entries()) {
		if (!Number.isInteger(frame) || frame < 0 || frame >= frames) {
			const range = `whole numbers from 0 to ${frames - 1}`;
			throw new OnevisionError("invalid-input", `frame ${frame}: this video has ${range}`);
		}
		if (frame < (wanted[place - 1] ?? 0)) {
			const order = "frames come in the order of display";
			throw new OnevisionError(
				"invalid-input",
				`frame ${frame} after ${wanted[place - 1]}: ${order}; sort them`,
			);
		}
	}
}
