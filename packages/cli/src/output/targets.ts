/** Assigns each input its output path in a folder, preserving the tree of the given folders. */

import { basename, join, relative, sep } from "node:path";
import { OnevisionError } from "@onevision/base";

/**
 * `photo.jpg` becomes `photo.jpg` plus `extension` in the folder; `set/cat/1.jpg` in a given folder `set` becomes
 * `cat/1.jpg`. Paths are absolute; `folder` may be relative. Throws `invalid-input` if two inputs have the same
 * target.
 */
export function targetsOf(
	files: readonly string[],
	given: readonly string[],
	folder: string,
	extension: string,
): string[] {
	const taken = new Map<string, string>();
	return files.map((file) => {
		const root = given.find((path) => file.startsWith(`${path}${sep}`));
		const inside = root === undefined ? basename(file) : relative(root, file);
		const target = join(folder, `${inside}${extension}`);
		const other = taken.get(target);
		if (other !== undefined) {
			throw new OnevisionError(
				"invalid-input",
				`${file} and ${other} would both be written to ${target}; give a folder that holds both, or rename one`,
			);
		}
		taken.set(target, file);
		return target;
	});
}
