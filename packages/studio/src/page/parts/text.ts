/** Sizes and durations as people read them. */

import { formatDuration, formatInteger, type Size } from "@onevision/base";
import type { VideoFacts } from "../media/header.ts";

/** "1920×1080 px". */
export function px({ width, height }: Size): string {
	return `${width}×${height} px`;
}

/** "12 s", or the number of frames when the rate is unknown. */
export function seconds({ frames, fps }: Pick<VideoFacts, "frames" | "fps">): string {
	return fps === undefined ? `${formatInteger(frames)} frames` : formatDuration(frames / fps);
}

/** Three significant digits at most: 0.0432 → "0.0432", 12.34 → "12.3". */
export function short(value: number): string {
	return String(Number(value.toPrecision(3)));
}
