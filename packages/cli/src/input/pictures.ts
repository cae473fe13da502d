/** Image files in and out: decoded within limits, written as PNG, never over a file that was read. */

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OnevisionError, type Size } from "@onevision/base";
import { decodeImage, encodePng, type RgbImage, readHeader, withPath } from "@onevision/media/node";
import { assertFilePlace, writeOutput } from "../output/place.ts";
import type { Terminal } from "../terminal.ts";

/** Most bytes of a file that is decoded: far over any photograph, far under what would fill the memory. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

export interface Upright {
	readonly applyOrientation?: boolean;
}

/**
 * Size of a picture as it will be decoded. Says so where a file is stored turned and will be taken as it is.
 * Throws `unreadable-file` and `over-limit`, the path in the message, as `readPicture` does.
 */
export async function readPictureSize(
	terminal: Terminal,
	path: string,
	{ applyOrientation }: Upright,
): Promise<Size> {
	const header = await readHeader(resolve(terminal.cwd, path), {
		applyOrientation: applyOrientation === true,
	});
	if (header.kind === "video") {
		throw new OnevisionError("unreadable-file", `${path}: is a video; give pictures, such as frames of it`);
	}
	if (applyOrientation !== true) reportTurned(terminal, [{ path, orientation: header.orientation }]);
	return header;
}

/** Says which of the pictures are stored turned and will be taken as they are. */
export function reportTurned(
	terminal: Terminal,
	pictures: readonly { readonly path: string; readonly orientation: number }[],
): void {
	const [first, ...more] = pictures.filter(({ orientation }) => orientation !== 1);
	if (first === undefined) return;
	const others = more.length === 0 ? " is" : ` and ${more.length} more are`;
	terminal.err(
		`onevision: ${first.path}${others} stored turned (EXIF orientation ${first.orientation}); --apply-orientation turns ${more.length === 0 ? "it" : "them"} upright\n`,
	);
}

/** The picture; where `atLeast` is given, perhaps scaled down to no less than that (`DecodeOptions`). */
export async function readPicture(
	terminal: Terminal,
	path: string,
	{ applyOrientation }: Upright,
	atLeast?: Size,
): Promise<RgbImage> {
	const file = resolve(terminal.cwd, path);
	try {
		const { size } = await stat(file);
		if (size > MAX_FILE_BYTES) {
			throw new OnevisionError("over-limit", `has more than ${MAX_FILE_BYTES} bytes; scale it down`);
		}
		return await decodeImage(await readFile(file), {
			applyOrientation: applyOrientation === true,
			...(atLeast === undefined ? {} : { atLeast }),
		});
	} catch (error) {
		throw withPath(path, error);
	}
}

/** Throws `invalid-input` unless `out` is a PNG and none of the files that are read, `unwritable-file` where it cannot be. */
export async function assertOutput(
	terminal: Terminal,
	out: string,
	inputs: readonly string[],
): Promise<void> {
	if (!/\.png$/i.test(out)) {
		throw new OnevisionError(
			"invalid-input",
			`--out ${out}: a PNG is written; give a name that ends in .png`,
		);
	}
	const target = await identity(resolve(terminal.cwd, out));
	for (const input of target === undefined ? [] : inputs) {
		if ((await identity(resolve(terminal.cwd, input))) !== target) continue;
		throw new OnevisionError("invalid-input", `--out ${out}: is ${input}, which is read; give another name`);
	}
	await assertFilePlace(terminal, out);
}

/** Writes the picture, and makes the folder for it where there is none. Throws `unwritable-file` if that fails. */
export async function writePicture(terminal: Terminal, out: string, picture: RgbImage): Promise<void> {
	await writeOutput(terminal, out, [await encodePng(picture)]);
}

/** What a path leads to, the same for every link to it; `undefined` for what does not exist. */
async function identity(file: string): Promise<string | undefined> {
	try {
		const { dev, ino } = await stat(file, { bigint: true });
		return `${dev}:${ino}`;
	} catch {
		return undefined;
	}
}
