/**
 * Describes files that are neither a supported image nor a supported video, and what to do with them. Detected from
 * the first bytes; signatures come from the formats' own specifications.
 */

/** Bytes needed to tell the formats apart. */
export const OTHER_FORMAT_BYTES = 1024;

interface OtherFormat {
	/** To complete "is …". */
	readonly what: string;
	/** What to do; `FILE` stands for the path. Absent if there is nothing to do. */
	readonly todo?: string;
	/** Whether the first bytes, given as one character each, are in this format. */
	readonly is: (head: string) => boolean;
}

const starts = (...signatures: readonly string[]) => {
	return (head: string): boolean => signatures.some((signature) => head.startsWith(signature));
};
const remux = "put it into MP4, e.g. ffmpeg -i FILE -c copy FILE.mp4";
const transcode = "transcode it, e.g. ffmpeg -i FILE FILE.mp4";
const convert = "convert it to PNG or JPEG";

const OTHER_FORMATS: readonly OtherFormat[] = [
	{
		what: "a PDF",
		todo: "render its pages, e.g. pdftoppm -r 150 -png FILE page",
		// Readers allow other bytes before the signature, within the first 1024 (PDF 1.7, implementation note 13).
		is: (head) => head.includes("%PDF-"),
	},
	{
		what: "PostScript",
		todo: "render its pages, e.g. gs -sDEVICE=png16m -r150 -o page-%d.png FILE",
		is: starts("%!PS"),
	},
	{
		what: "an SVG drawing",
		todo: "render it, e.g. rsvg-convert FILE -o FILE.png",
		is: (head) =>
			/^(\u00ef\u00bb\u00bf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/.test(
				head,
			),
	},
	{ what: "a JPEG XL image", todo: convert, is: starts("\xff\x0a", "\0\0\0\x0cJXL ") },
	{ what: "a JPEG 2000 image", todo: convert, is: starts("\0\0\0\x0cjP  ", "\xff\x4f\xff\x51") },
	{ what: "a Photoshop file", todo: convert, is: starts("8BPS") },
	{ what: "an icon", todo: convert, is: starts("\0\0\x01\0") },
	{
		what: "an MPEG transport stream",
		todo: remux,
		is: (head) => head[0] === "G" && head[188] === "G" && head[376] === "G",
	},
	{ what: "an MPEG program stream", todo: transcode, is: starts("\0\0\x01\xba", "\0\0\x01\xb3") },
	{ what: "a Flash video", todo: remux, is: starts("FLV\x01") },
	{ what: "a Windows Media file", todo: transcode, is: starts("\x30\x26\xb2\x75\x8e\x66\xcf\x11") },
	{ what: "an Ogg file", todo: transcode, is: starts("OggS") },
	{ what: "sound", is: (head) => /^(ID3|fLaC|RIFF....WAVE|\xff[\xfb\xf3\xf2])/s.test(head) },
	{
		what: "a ZIP archive (or an office document)",
		todo: "unpack it, or print it to PDF and render that",
		is: starts("PK\x03\x04", "PK\x05\x06"),
	},
	{
		what: "an archive",
		todo: "unpack it",
		is: (head) =>
			starts("\x1f\x8b", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\x07", "BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd")(head) ||
			head.slice(257, 262) === "ustar",
	},
	{ what: "a Parquet table", todo: "write its images to files", is: starts("PAR1") },
	{ what: "a NumPy array", is: starts("\x93NUMPY") },
	{ what: "an HTML page", is: (head) => /^\s*<(!doctype html|html)[\s>]/i.test(head) },
];

/** What a file is, by its first bytes; `undefined` if unknown. `path` is used in the advice. */
export function describeOther(
	bytes: Uint8Array,
	path: string,
): { readonly what: string; readonly todo?: string } | undefined {
	const head = Array.from(bytes.subarray(0, OTHER_FORMAT_BYTES), (byte) => String.fromCharCode(byte)).join(
		"",
	);
	const found = OTHER_FORMATS.find(({ is }) => is(head));
	if (found === undefined)
		return isText(bytes.subarray(0, OTHER_FORMAT_BYTES)) ? { what: "text" } : undefined;
	const { what, todo } = found;
	return todo === undefined ? { what } : { what, todo: todo.replaceAll("FILE", () => shellWord(path)) };
}

/** UTF-8 without control characters other than white space; a character cut off at the end is allowed. */
function isText(bytes: Uint8Array): boolean {
	if (bytes.length === 0) return false;
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
		// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell text from other bytes
		return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text);
	} catch {
		return false;
	}
}

/** A path quoted as one word for a shell. */
function shellWord(path: string): string {
	return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
