/**
 * What a display matrix specifies, read as the `ffmpeg` command reads it (fftools/cmdutils.c `get_rotation`,
 * ffmpeg_filter.c).
 */

/**
 * Clockwise rotation in degrees, to the nearest quarter turn: 0, 90, 180 or 270. `matrix`: the nine numbers of
 * ISO/IEC 14496-12, 6.2.2.
 */
export function rotationOf(matrix: Int32Array | undefined): number {
	if (matrix === undefined) return 0;
	const [a = 0, b = 0, , c = 0, d = 0] = matrix;
	const [lengthA, lengthB] = [Math.hypot(a, c), Math.hypot(b, d)];
	if (lengthA === 0 || lengthB === 0) return 0;
	const degrees = (Math.atan2(b / lengthB, a / lengthA) * 180) / Math.PI;
	return (((Math.round(degrees / 90) % 4) + 4) % 4) * 90;
}

/** FFmpeg filters that rotate and mirror a frame for display, in order. */
export function orientationFilters(matrix: Int32Array | undefined): [name: string, args: string][] {
	if (matrix === undefined) return [];
	const [a = 0, , , c = 0, d = 0] = matrix;
	switch (rotationOf(matrix)) {
		case 90:
			return [["transpose", c > 0 ? "cclock_flip" : "clock"]];
		case 180:
			return [
				...(a < 0 ? [["hflip", ""] as [string, string]] : []),
				...(d < 0 ? [["vflip", ""] as [string, string]] : []),
			];
		case 270:
			return [["transpose", c < 0 ? "clock_flip" : "cclock"]];
		default:
			return d < 0 ? [["vflip", ""]] : [];
	}
}
