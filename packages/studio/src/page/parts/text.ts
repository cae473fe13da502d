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

/** A share, small but not nothing: 0.0021 → "0.21 %", 0.873 → "87 %". */
export function percentText(share: number): string {
	const value = share * 100;
	return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}
