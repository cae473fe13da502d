/**
 * How well a few frames stand for a whole video: `npx tsx -C source examples/frame-choice.ts FILE`. Every frame is
 * compared with the nearest chosen one; a good choice leaves none far from all of them.
 */

import { chooseFrames, type Sampling } from "@onevision/media";
import { openVideo } from "@onevision/media/node";

/** Small enough to be quick, large enough to see a parcel. */
const SIZE = { width: 80, height: 45 };
const COUNTS = [4, 8, 16] as const;

const CHOICES: Readonly<Record<string, (frames: number) => Sampling>> = {
	"uniform, transformers": (frames) => ({ strategy: "uniform", frames, like: "transformers" }),
	"uniform, vLLM": (frames) => ({ strategy: "uniform", frames, like: "vllm" }),
	"key frames": (frames) => ({ strategy: "keyframes", maxFrames: frames }),
	"bit cost": (frames) => ({ strategy: "bit-cost", frames }),
};

const [file = "examples/media/delivery.mp4"] = process.argv.slice(2);
const video = await openVideo(file);
const thumbnails: Uint8Array[] = [];
const every = video.index.frames.map((_, frame) => frame);
for await (const { image } of video.frames(every, { size: SIZE })) thumbnails.push(image.data);
await video.close();

console.log(`${every.length} frames; difference to the nearest chosen frame, 0 to 255, mean and largest\n`);
console.log(`${"".padEnd(22)}${COUNTS.map((count) => `${count} frames`.padStart(14)).join("")}`);
for (const [name, sampling] of Object.entries(CHOICES)) {
	const cells = COUNTS.map((count) => coverage(chooseFrames(video.index, sampling(count))));
	console.log(`${name.padEnd(22)}${cells.map((cell) => cell.padStart(14)).join("")}`);
}
const eight = chooseFrames(video.index, { strategy: "bit-cost", frames: 8 });
const seconds = eight.map((frame) => (video.index.frames[frame]?.seconds ?? 0).toFixed(1));
console.log(`\n8 frames by bit cost, seconds: ${seconds.join(" ")}`);

function coverage(chosen: readonly number[]): string {
	const distances = thumbnails.map((thumbnail) =>
		chosen.reduce(
			(least, frame) => Math.min(least, difference(thumbnail, thumbnails[frame] ?? thumbnail)),
			255,
		),
	);
	const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
	return `${mean.toFixed(2)}  ${Math.max(...distances).toFixed(1)}`;
}

/** Mean difference of a value, 0 to 255. */
function difference(a: Uint8Array, b: Uint8Array): number {
	let sum = 0;
	for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
	return sum / a.length;
}
