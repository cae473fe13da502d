/** Reads and writes image files: decoded within limits, written as PNG, never over an input file. */

import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { OnevisionError, type Size } from "@onevision/base";
import { decodeImage, encodePng, type RgbImage, readHeader, withPath } from "@onevision/media/node";
import { assertFilePlace, writeOutput } from "../output/place.ts";
import type { Terminal } from "../terminal.ts";

/** Maximum bytes of a file to decode: far above any photograph, far below what would fill memory. */
const MAX_FILE_BYTES = 512 * 2 ** 20;

export interface Upright {
	readonly applyOrientation?: boolean;
}

/**
 * Size at which an image will be decoded. Reports a file with a stored orientation that will not be applied. Throws
 * `unreadable-file` and `over-limit` with the path in the message, as `readImage` does.
 */
export async function readImageSize(
	terminal: Terminal,
	path: string,
	{ applyOrientation }: Upright,
): Promise<Size> {
	const header = await readHeader(resolve(terminal.cwd, path), {
		applyOrientation: applyOrientation === true,
	});
	if (header.kind === "video") {
		throw new OnevisionError("unreadable-file", `${path}: is a video; give images, such as frames of it`);
	}
	if (applyOrientation !== true) reportTurned(terminal, [{ path, orientation: header.orientation }]);
	return header;
}

/** Reports the images that have a stored orientation and will not be rotated. */
export function reportTurned(
	terminal: Terminal,
	images: readonly { readonly path: string; readonly orientation: number }[],
): void {
	const [first, ...more] = images.filter(({ orientation }) => orientation !== 1);
	if (first === undefined) return;
	const others = more.length === 0 ? " is" : ` and ${more.length} more are`;
	terminal.notes.push(
		`onevision: ${first.path}${others} stored turned (EXIF orientation ${first.orientation}); --apply-orientation turns ${more.length === 0 ? "it" : "them"} upright`,
	);
}

/** Decodes an image. With `atLeast`, it may be scaled down to no less than that (`DecodeOptions`). */
export async function readImage(
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

/**
 * Throws `invalid-input` unless `out` is a PNG and not one of the input files, and `unwritable-file` if it cannot be
 * written.
 */
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

/** Writes an image, creating its folder if needed. Throws `unwritable-file` if that fails. */
export async function writeImage(terminal: Terminal, out: string, image: RgbImage): Promise<void> {
	await writeOutput(terminal, out, [await encodePng(image)]);
}

/** The target of a path, the same for every link to it; `undefined` if it does not exist. */
async function identity(file: string): Promise<string | undefined> {
	try {
		const { dev, ino } = await stat(file, { bigint: true });
		return `${dev}:${ino}`;
	} catch {
		return undefined;
	}
}
