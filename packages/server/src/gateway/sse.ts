/** Finds the events of a server-sent stream in its bytes, without changing them. Source: WHATWG HTML, section 9.2. */

/** Longest event that is held back until it is whole, bytes. */
const MAX_HELD = 4 * 1024 * 1024;

export interface Piece {
	/** Bytes to send on, as they came. */
	readonly bytes: Buffer;
	/** The data of the whole event in them; absent for comments and for pieces of an event too long to hold. */
	readonly data?: string;
}

/**
 * Cuts a stream behind each blank line. An event is held back until it is whole: if the stream breaks off within one,
 * the client has not read half of it, and an error can follow.
 */
export function createEventSplitter() {
	let held: Buffer = Buffer.alloc(0);
	/** Where to look for the end of the event: what lies before was searched. */
	let searched = 0;
	let isTooLong = false;
	return {
		/** Bytes of an unfinished event. */
		get held(): Buffer {
			return held;
		},
		/** Whether a part of the unfinished event has been sent already. */
		get isTorn(): boolean {
			return isTooLong;
		},
		push(chunk: Buffer): Piece[] {
			held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
			const pieces: Piece[] = [];
			for (let end = blankLine(held, searched); end >= 0; end = blankLine(held, 0)) {
				const bytes = held.subarray(0, end);
				pieces.push(isTooLong ? { bytes } : { bytes, ...dataOf(bytes) });
				held = held.subarray(end);
				searched = 0;
				isTooLong = false;
			}
			searched = Math.max(0, held.length - 3);
			if (held.length > MAX_HELD) {
				// The last bytes may be the start of a blank line.
				pieces.push({ bytes: held.subarray(0, searched) });
				held = held.subarray(searched);
				searched = 0;
				isTooLong = true;
			}
			return pieces;
		},
	};
}

const LF = 0x0a;
const CR = 0x0d;

/** Index behind the first blank line that starts at or behind `from`, or -1. Lines end with LF, CR LF or CR. */
function blankLine(bytes: Buffer, from: number): number {
	for (let at = from; at < bytes.length; at++) {
		const first = lineEnd(bytes, at);
		if (first === 0) continue;
		const second = lineEnd(bytes, at + first);
		if (second > 0) return at + first + second;
		at += first - 1;
	}
	return -1;
}

/** Bytes of the line end at `at`, 0 if there is none. A CR that is last may be half of one. */
function lineEnd(bytes: Buffer, at: number): number {
	if (bytes[at] === LF) return 1;
	if (bytes[at] !== CR || at + 1 >= bytes.length) return 0;
	return bytes[at + 1] === LF ? 2 : 1;
}

function dataOf(event: Buffer): { readonly data?: string } {
	const lines = event.toString("utf8").split(/\r\n|\n|\r/);
	const data = lines.flatMap((line) => {
		if (line === "data") return [""];
		return line.startsWith("data:") ? [line.slice(line[5] === " " ? 6 : 5)] : [];
	});
	return data.length === 0 ? {} : { data: data.join("\n") };
}
