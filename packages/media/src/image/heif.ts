/**
 * AVIF and HEIC: the primary item's properties. Based on ISO/IEC 14496-12 (boxes) and 23008-12 (HEIF: pitm, iprp).
 * Other items (thumbnails, alpha, grid tiles) have their own sizes, often stored first.
 */

import { type Box, childNamed, childrenOf } from "../boxes.ts";
import { type Reading, range, unreadable } from "../reading.ts";
import type { StoredImage } from "./stored.ts";

const MAX_ASSOCIATION_BYTES = 1024 * 1024;

/** AVIF as Pillow reads it: the size before rotation, and the EXIF orientation still to apply. */
export function* readAvif(fileSize: number): Reading<StoredImage> {
	const properties = yield* readPrimaryProperties(fileSize);
	const size = yield* sizeOf(properties);
	const turn = properties.find((box) => box.name === "irot");
	const mirror = properties.find((box) => box.name === "imir");
	const angle = turn === undefined ? 0 : (yield* range(turn.start, 1)).getUint8(0) & 3;
	const axis = mirror === undefined ? undefined : (yield* range(mirror.start, 1)).getUint8(0) & 1;
	return { ...size, orientation: orientationFor(angle, axis) };
}

/** HEIC as libheif and pillow-heif read it: cropped by clap and rotated by irot, with nothing left to apply. */
export function* readHeic(fileSize: number): Reading<StoredImage> {
	const properties = yield* readPrimaryProperties(fileSize);
	let { width, height } = yield* sizeOf(properties);
	for (const box of properties) {
		if (box.name === "irot") {
			if ((yield* range(box.start, 1)).getUint8(0) & 1) [width, height] = [height, width];
		} else if (box.name === "clap") {
			const clap = yield* range(box.start, 16);
			width = Math.min(width, fraction(clap, 0));
			height = Math.min(height, fraction(clap, 8));
		}
	}
	return { width, height, orientation: 1 };
}

/**
 * EXIF orientation for a rotation of `angle` times 90 degrees counter-clockwise, followed by a mirror (axis 0 swaps
 * top and bottom, 1 left and right). Same table as in code that uses libavif; each row has a golden made by Pillow.
 */
function orientationFor(angle: number, axis: number | undefined): number {
	const row = axis === undefined ? [1, 8, 3, 6] : axis === 0 ? [4, 5, 2, 7] : [2, 7, 4, 5];
	return row[angle] ?? 1;
}

function* sizeOf(properties: readonly Box[]): Reading<{ width: number; height: number }> {
	const box = properties.find(({ name }) => name === "ispe");
	if (box === undefined) throw unreadable("primary image has no size (ispe box); the file is damaged");
	const view = yield* range(box.start + 4, 8);
	return { width: view.getUint32(0), height: view.getUint32(4) };
}

/** The primary item's property boxes, in the order they apply. */
function* readPrimaryProperties(fileSize: number): Reading<Box[]> {
	const meta = yield* childNamed("meta", 0, fileSize);
	const inner = yield* childrenOf(meta.start + 4, meta.end);
	const named = (name: string) => {
		const box = inner.find((child) => child.name === name);
		if (box === undefined) throw unreadable(`meta box has no ${name} box; the file is damaged`);
		return box;
	};
	const primary = yield* readPrimaryId(named("pitm"));
	const container = named("iprp");
	const properties = yield* childNamed("ipco", container.start, container.end);
	const boxes = yield* childrenOf(properties.start, properties.end);
	const chosen: Box[] = [];
	for (const child of yield* childrenOf(container.start, container.end)) {
		if (child.name !== "ipma") continue;
		// Property indices count from 1; 0 means none (ISO/IEC 23008-12, 9.3).
		for (const index of yield* readAssociations(child, primary)) {
			const box = boxes[index - 1];
			if (box !== undefined) chosen.push(box);
		}
	}
	return chosen;
}

function* readPrimaryId(box: Box): Reading<number> {
	const isWide = (yield* range(box.start, 4)).getUint8(0) > 0;
	return isWide
		? (yield* range(box.start + 4, 4)).getUint32(0)
		: (yield* range(box.start + 4, 2)).getUint16(0);
}

function* readAssociations(box: Box, item: number): Reading<number[]> {
	const length = box.end - box.start;
	if (length < 8 || length > MAX_ASSOCIATION_BYTES) {
		throw unreadable(`ipma box of ${length} bytes; the file is damaged`);
	}
	const view = yield* range(box.start, length);
	const idBytes = view.getUint8(0) < 1 ? 2 : 4;
	const indexBytes = view.getUint8(3) & 1 ? 2 : 1;
	const entries = view.getUint32(4);
	let at = 8;
	for (let entry = 0; entry < entries; entry++) {
		if (at + idBytes + 1 > length) break;
		const id = idBytes === 2 ? view.getUint16(at) : view.getUint32(at);
		const count = view.getUint8(at + idBytes);
		at += idBytes + 1;
		if (at + count * indexBytes > length) break;
		if (id === item) {
			return Array.from({ length: count }, (_, i) =>
				indexBytes === 2 ? view.getUint16(at + 2 * i) & 0x7fff : view.getUint8(at + i) & 0x7f,
			);
		}
		at += count * indexBytes;
	}
	return [];
}

/** A clap fraction rounded to whole pixels. At least 1, so that damage yields a size and not a division by zero. */
function fraction(view: DataView, offset: number): number {
	const value = Math.round(view.getUint32(offset) / Math.max(1, view.getUint32(offset + 4)));
	return Math.max(1, value);
}
