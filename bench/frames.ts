/**
 * Frames decoded against the `ffmpeg` command: some frames of a clip, as RGB, ours through each decoder and through one
 * `ffmpeg` process that decodes up to the last of them and writes the same frames. Alternating rounds, best of each.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseFrames } from "@onevision/media";
import { openVideo, VIDEO_DECODERS } from "@onevision/media/node";
import { ROOT } from "../scripts/files.ts";

const ROUNDS = 3;
const FRAMES = 32;

/** Clips that are drawn here: motion all over, key frames as the encoder spaces them by default and every second. */
const DRAWN = {
	"1080p, 20 s, a key frame every 250": ["testsrc2=size=1920x1080:rate=25:duration=20", "250"],
	"720p, 20 s, a key frame every 25": ["testsrc2=size=1280x720:rate=25:duration=20", "25"],
} as const;

export async function benchFrames(): Promise<void> {
	if (spawnSync("ffmpeg", ["-version"]).status !== 0) {
		return console.log(
			"  left out: it measures against the ffmpeg command and draws its clips with it; install FFmpeg",
		);
	}
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	try {
		await benchClip("examples/media/delivery.mp4", `${ROOT}examples/media/delivery.mp4`);
		for (const [name, [source, distance]] of Object.entries(DRAWN)) {
			const path = join(folder, `${distance}.mp4`);
			const codec = ["-c:v", "libx264", "-preset", "veryfast", "-g", distance, "-pix_fmt", "yuv420p"];
			run(["-f", "lavfi", "-i", source, ...codec, path]);
			await benchClip(name, path);
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function benchClip(name: string, path: string): Promise<void> {
	const video = await openVideo(path);
	const { frames } = video.index;
	const chosen = chooseFrames(video.index, { strategy: "uniform", frames: FRAMES });
	await video.close();
	const best = new Map<string, number>();
	const time = async (what: string, work: () => void | Promise<void>) => {
		const start = performance.now();
		await work();
		best.set(what, Math.min(best.get(what) ?? Number.POSITIVE_INFINITY, performance.now() - start));
	};
	for (let round = 0; round < ROUNDS; round++) {
		await time("command", () => select(path, chosen));
		for (const decoder of VIDEO_DECODERS) {
			await time(`${decoder}, opening included`, async () => {
				const opened = await openVideo(path, { decoder });
				await time(decoder, async () => {
					for await (const _ of opened.frames(chosen));
				});
				await opened.close();
			});
		}
	}
	const peer = best.get("command") ?? 0;
	console.log(`  ${name}: ${chosen.length} of ${frames.length} frames, ffmpeg command ${peer.toFixed(0)} ms`);
	for (const [what, ms] of best) {
		if (what === "command") continue;
		const rate = (chosen.length / ms) * 1000;
		console.log(
			`    ${what}: ${ms.toFixed(0)} ms, ${rate.toFixed(0)} frames/s, ratio ${(peer / ms).toFixed(2)}`,
		);
	}
}

function select(path: string, chosen: readonly number[]): void {
	const filter = `select=${chosen.map((frame) => `eq(n\\,${frame})`).join("+")}`;
	const output = ["-fps_mode", "passthrough", "-frames:v", String(chosen.length), "-pix_fmt", "rgb24"];
	run(["-noautorotate", "-i", path, "-vf", filter, ...output, "-f", "rawvideo", "-y", "/dev/null"]);
}

function run(args: readonly string[]): void {
	const { status, stderr } = spawnSync("ffmpeg", ["-v", "error", "-nostdin", ...args]);
	if (status !== 0) throw new Error(`ffmpeg: ${stderr}`);
}
