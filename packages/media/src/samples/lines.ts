/** Lines of a byte stream, with a limit on their length so that a malformed file cannot fill memory. */

/** Longest line read, bytes. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

export interface Line {
	/** From 1. */
	readonly number: number;
	/** Absent when the line is longer than `MAX_LINE_BYTES`; its bytes are skipped. */
	readonly text?: string;
}

/** Splits at \n (a \r before it is dropped); a last line without \n counts. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
	let pending: Uint8Array[] = [];
	let pendingBytes = 0;
	let tooLong = false;
	let number = 0;
	const finish = (): Line => {
		number++;
		const line = tooLong ? { number } : { number, text: decode(pending) };
		pending = [];
		pendingBytes = 0;
		tooLong = false;
		return line;
	};
	for await (const chunk of chunks) {
		let start = 0;
		for (let end = chunk.indexOf(10, start); end !== -1; end = chunk.indexOf(10, start)) {
			keep(chunk.subarray(start, end));
			yield finish();
			start = end + 1;
		}
		keep(chunk.subarray(start));
	}
	if (pendingBytes > 0 || tooLong) yield finish();

	function keep(piece: Uint8Array): void {
		if (piece.length === 0 || tooLong) return;
		pendingBytes += piece.length;
		if (pendingBytes > MAX_LINE_BYTES) {
			tooLong = true;
			pending = [];
			return;
		}
		pending.push(piece);
	}
}

function decode(pieces: readonly Uint8Array[]): string {
	const decoder = new TextDecoder();
	const text = pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
	return text.endsWith("\r") ? text.slice(0, -1) : text;
}
