/**
 * Writes JPEG frames as an AVI with a single Motion JPEG stream, which every decoder reads without a codec of its own.
 * Source: Microsoft's "AVI RIFF File Reference"; one RIFF list, so below 1 GB.
 */

import type { Size } from "@onevision/base";

export interface AviVideo extends Size {
	/** Frames per second, `rate / scale`, whole numbers of 32 bits. */
	readonly rate: number;
	readonly scale: number;
	/** One JPEG each. */
	readonly frames: readonly Uint8Array[];
}

const HAS_INDEX = 0x10;
const KEY_FRAME = 0x10;

export function writeAvi({ width, height, rate, scale, frames }: AviVideo): Uint8Array {
	const largest = Math.max(0, ...frames.map(({ length }) => length));
	const header = list("hdrl", [
		chunk("avih", [
			...words(Math.round((1e6 * scale) / rate), 0, 0, HAS_INDEX, frames.length, 0, 1, largest),
			...words(width, height, 0, 0, 0, 0),
		]),
		list("strl", [
			chunk("strh", [
				...ascii("vidsMJPG"),
				...words(0, 0, 0, scale, rate, 0, frames.length, largest, 0xffffffff, 0),
				...halves(0, 0, width, height),
			]),
			chunk("strf", [
				...words(40, width, height),
				...halves(1, 24),
				...ascii("MJPG"),
				...words(width * height * 3, 0, 0, 0, 0),
			]),
		]),
	]);
	const chunks = frames.map((frame) => chunk("00dc", frame));
	let offset = 4;
	const index = frames.flatMap((frame, at) => {
		const entry = [...ascii("00dc"), ...words(KEY_FRAME, offset, frame.length)];
		offset += chunks[at]?.length ?? 0;
		return entry;
	});
	return join([form("RIFF", "AVI ", [header, list("movi", chunks), chunk("idx1", index)])]);
}

function list(type: string, parts: readonly Uint8Array[]): Uint8Array {
	return form("LIST", type, parts);
}

function form(name: string, type: string, parts: readonly Uint8Array[]): Uint8Array {
	return chunk(name, join([Uint8Array.from(ascii(type)), ...parts]));
}

/** Padded to an even length, which its own length leaves out. */
function chunk(name: string, content: ArrayLike<number>): Uint8Array {
	const bytes = new Uint8Array(8 + content.length + (content.length & 1));
	bytes.set([...ascii(name), ...words(content.length)]);
	bytes.set(content, 8);
	return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
	const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		bytes.set(part, at);
		at += part.length;
	}
	return bytes;
}

function ascii(text: string): number[] {
	return Array.from(text, (letter) => letter.charCodeAt(0));
}

/** 32 bits each, little-endian. */
function words(...values: readonly number[]): number[] {
	return values.flatMap((value) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff));
}

/** 16 bits each, little-endian. */
function halves(...values: readonly number[]): number[] {
	return values.flatMap((value) => [value & 0xff, (value >>> 8) & 0xff]);
}
