/**
 * A look at an MP4's or MOV's sample tables before mediabunny builds them in memory: run-length coded, they can claim
 * billions of frames in a few bytes, which mediabunny 1.61 would write out one by one.
 */

import { MAX_FRAMES, OnevisionError } from "@onevision/core";
import { type Box, childrenOf } from "./boxes.ts";
import { type Reading, range, text, unreadable } from "./reading.ts";

/** Bytes of one entry of the run-length tables (14496-12, 8.6.1 and 8.7.4). */
const ENTRY_BYTES = { stts: 8, ctts: 8, stsc: 12 } as const;
const CONTAINERS = new Set(["mdia", "minf", "stbl"]);

/** Throws `unreadable-file` or `over-limit` for tables that claim more frames than the file can hold. */
export function* screenSampleTables(fileSize: number): Reading<void> {
	for (const box of yield* childrenOf(0, fileSize, undefined, true)) {
		if (box.name === "moov") {
			for (const track of yield* childrenOf(box.start, box.end)) {
				if (track.name === "trak" && (yield* isVideo(track))) yield* screenTables(track, fileSize);
			}
		} else if (box.name === "moof") {
			yield* screenFragment(box, fileSize);
		}
	}
}

function* isVideo(track: Box): Reading<boolean> {
	const media = (yield* childrenOf(track.start, track.end)).find(({ name }) => name === "mdia");
	if (media === undefined) return false;
	const handler = (yield* childrenOf(media.start, media.end)).find(({ name }) => name === "hdlr");
	return handler !== undefined && text(yield* range(handler.start + 8, 4), 0, 4) === "vide";
}

function* screenTables(parent: Box, fileSize: number): Reading<void> {
	for (const box of yield* childrenOf(parent.start, parent.end)) {
		if (CONTAINERS.has(box.name)) yield* screenTables(box, fileSize);
		if (box.name === "stts" || box.name === "ctts" || box.name === "stsc") {
			const entryBytes = ENTRY_BYTES[box.name];
			const entries = (yield* range(box.start + 4, 4)).getUint32(0);
			if (entries * entryBytes > box.end - box.start - 8) throw overfull(box.name, entries, fileSize);
			// stsc counts samples in a chunk, which stsz limits; its entries are checked for room alone.
			if (box.name === "stsc") continue;
			const table = yield* range(box.start + 8, entries * entryBytes);
			let frames = 0;
			for (let at = 0; at < table.byteLength; at += entryBytes) frames += table.getUint32(at);
			assertHeld(box.name, frames, fileSize);
		}
	}
}

function* screenFragment(fragment: Box, fileSize: number): Reading<void> {
	for (const traf of yield* childrenOf(fragment.start, fragment.end)) {
		if (traf.name !== "traf") continue;
		for (const box of yield* childrenOf(traf.start, traf.end)) {
			if (box.name === "trun") assertHeld("trun", (yield* range(box.start + 4, 4)).getUint32(0), fileSize);
		}
	}
}

/** A frame takes a byte at the least. */
function assertHeld(table: string, frames: number, fileSize: number): void {
	if (frames > fileSize) throw overfull(table, frames, fileSize);
	if (frames > MAX_FRAMES) {
		throw new OnevisionError(
			"over-limit",
			`lists ${frames} frames, more than ${MAX_FRAMES}; cut it into parts`,
		);
	}
}

function overfull(table: string, frames: number, fileSize: number): OnevisionError {
	return unreadable(
		`lists ${frames} entries in its ${table} table but has ${fileSize} bytes; the file is damaged`,
	);
}
