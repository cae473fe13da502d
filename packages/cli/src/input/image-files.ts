/** Images for a sheet: the files and folders on the command line, with sizes and names. */

import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { OnevisionError, type Size } from "@onevision/base";
import { missingCharacters } from "@onevision/draw";
import { resolveLoading } from "@onevision/media";
import type { Terminal } from "../terminal.ts";
import { reportTurned, type Upright } from "./images.ts";
import { readMedia, reportLeftOut } from "./media.ts";

export interface ImageFile {
	/** As a person would write it: relative to the given path. */
	readonly path: string;
	readonly size: Size;
}

/**
 * The images among the files and in the folders, in order. Files in a folder that are not images are skipped and
 * reported; a file given explicitly must be an image. Throws as `readHeader` does, and `unreadable-file` if there is
 * no image.
 */
export async function readImageFiles(
	terminal: Terminal,
	paths: readonly string[],
	{ applyOrientation = false }: Upright,
): Promise<ImageFile[]> {
	const loading = resolveLoading({ applyOrientation });
	const { files, leftOut } = await readMedia(terminal, paths, loading, true);
	const given = new Map(paths.map((path) => [resolve(terminal.cwd, path), path]));
	const refused = leftOut.find(({ path }) => given.has(path));
	if (refused !== undefined) {
		const shown = given.get(refused.path) ?? refused.path;
		throw new OnevisionError(
			"unreadable-file",
			refused.message.replace(refused.path, () => shown),
		);
	}
	reportLeftOut(terminal, leftOut);
	const images: ImageFile[] = [];
	const turned: { readonly path: string; readonly orientation: number }[] = [];
	for (const { path, header } of files) {
		const shown = given.get(path) ?? underGiven(path, given);
		if (header.kind === "video") {
			const message = `${shown}: is a video; give images, such as frames of it`;
			if (given.has(path)) throw new OnevisionError("unreadable-file", message);
			terminal.notes.push(`left out: ${message}`);
			continue;
		}
		images.push({ path: shown, size: { width: header.width, height: header.height } });
		if (!applyOrientation) turned.push({ path: shown, orientation: header.orientation });
	}
	reportTurned(terminal, turned);
	if (images.length > 0) return images;
	throw new OnevisionError("unreadable-file", `no images to read: ${paths.join(", ")} hold videos only`);
}

function underGiven(path: string, given: ReadonlyMap<string, string>): string {
	for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
		const name = given.get(folder);
		if (name !== undefined) return join(name, relative(folder, path));
	}
	return path;
}

/**
 * A name for each image: its file name, with the folder if two files share a name. A name that the font cannot draw
 * is replaced by the image's number, and reported.
 */
export function namesOf(terminal: Terminal, paths: readonly string[]): string[] {
	const bare = paths.map((path) => basename(path, extname(path)));
	const unwritable: string[] = [];
	const names = bare.map((name, index) => {
		const path = paths[index] ?? "";
		const isShared = paths.some((other, place) => bare[place] === name && other !== path);
		const folder = basename(dirname(resolve(terminal.cwd, path)));
		const full = isShared ? `${folder}/${name}` : name;
		if (full.trim() !== "" && missingCharacters(full).length === 0) return full;
		unwritable.push(path);
		return String(index + 1);
	});
	const [first, ...more] = unwritable;
	if (first !== undefined) {
		const which = more.length === 0 ? first : `${first} and ${more.length} more`;
		terminal.notes.push(
			`onevision: ${which}: the font cannot write the name, a number stands for it; see --labels`,
		);
	}
	return names;
}
