/**
 * Makes ../video/waiting.mp4, what a camera at a door sees: half a minute of nothing, the delivery, its cut to the
 * kitchen, and nothing again. Run with `npx tsx examples/make-media/waiting.ts`; needs ffmpeg.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const hold = "tpad=start_mode=clone:start_duration=30:stop_mode=clone:stop_duration=8,scale=320:180";
// One thread, so that the file is the same on every run.
const codec = ["-c:v", "libx264", "-preset", "slow", "-crf", "24", "-pix_fmt", "yuv420p", "-threads", "1"];
const { status, stderr } = spawnSync("ffmpeg", [
	...["-v", "error", "-y", "-i", path("media/delivery.mp4"), "-vf", hold, ...codec],
	...["-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", path("video/waiting.mp4")],
]);
if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
