/** How files with a stored orientation were loaded, in one line for all. */

import { type FileLoading, LOADINGS } from "@onevision/media";

/** `undefined` if no file is stored turned. */
export function turnedNote(
	files: readonly { readonly name: string; readonly orientation: number }[],
	{ loading, by }: FileLoading,
): string | undefined {
	const turned = files.filter(({ orientation }) => orientation !== 1);
	const [first] = turned;
	if (first === undefined) return undefined;
	const which =
		turned.length === 1
			? `${first.name} is stored turned (EXIF orientation ${first.orientation})`
			: `${turned.length} images are stored turned, such as ${first.name} (EXIF orientation ${first.orientation})`;
	const as = `${loading === "stored" ? "taken as stored" : "turned upright"}${by === undefined ? "" : `, as ${by} does`}`;
	const other = LOADINGS.find((name) => name !== loading) ?? loading;
	return `${which}: ${as}; --loading ${other} ${other === "stored" ? "leaves" : "turns"} ${turned.length === 1 ? "it" : "them"}${other === "stored" ? " as stored" : " upright"}`;
}
