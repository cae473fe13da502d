/** Draws the example media in ../media. Run with `npx tsx examples/make-media/make.ts`; needs ffmpeg. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { chart } from "./chart.ts";
import { CLIP, clipFrame } from "./clip.ts";
import { documentPage } from "./document.ts";
import { conversation, shop } from "./phone.ts";
import { VIEWS } from "./road.ts";
import { harbour, market, panorama, stairs } from "./scenes.ts";

const FOLDER = fileURLToPath(new URL("../media/", import.meta.url));

/** Each image file and its drawing; the ending of the name is its format. */
const IMAGES: Readonly<Record<string, () => string>> = {
	"document.png": documentPage,
	"chart.png": chart,
	"screenshot.png": conversation,
	"harbour.jpg": harbour,
	"market.jpg": market,
	"stairs.jpg": stairs,
	"panorama.jpg": panorama,
	...Object.fromEntries(Object.entries(VIEWS).map(([name, draw]) => [`cameras/${name}.jpg`, draw])),
	"before-after/before.png": () => shop(false),
	"before-after/after.png": () => shop(true),
};

for (const folder of ["cameras", "before-after"]) await mkdir(`${FOLDER}${folder}`, { recursive: true });
for (const [name, draw] of Object.entries(IMAGES)) await writeImage(name, draw());
await writeClip("delivery.mp4");

async function writeImage(name: string, svg: string): Promise<void> {
	const image = sharp(Buffer.from(svg)).flatten();
	const encoded = name.endsWith(".png")
		? image.png({ compressionLevel: 9, palette: true, colors: 256, effort: 10, dither: 0 })
		: image.jpeg({ quality: 84, mozjpeg: true });
	const { width, height, size } = await encoded.toFile(`${FOLDER}${name}`);
	process.stdout.write(`${name} ${width}x${height} ${size} bytes\n`);
}

/** Pipes the frames as raw RGB to ffmpeg, in one thread so that the file is the same on every run. */
async function writeClip(name: string): Promise<void> {
	const { width, height, fps, frames } = CLIP;
	const input = [
		"-f",
		"rawvideo",
		"-pix_fmt",
		"rgb24",
		"-s",
		`${width}x${height}`,
		"-r",
		String(fps),
		"-i",
		"-",
	];
	const codec = ["-c:v", "libx264", "-preset", "slow", "-crf", "22", "-pix_fmt", "yuv420p", "-threads", "1"];
	const container = ["-fflags", "+bitexact", "-movflags", "+faststart", "-y", `${FOLDER}${name}`];
	const ffmpeg = spawn("ffmpeg", ["-loglevel", "error", ...input, ...codec, ...container], {
		stdio: ["pipe", "inherit", "inherit"],
	});
	const closed = once(ffmpeg, "close");
	for (let index = 0; index < frames; index++) {
		const { data } = await sharp(Buffer.from(clipFrame(index)))
			.removeAlpha()
			.raw()
			.toBuffer({ resolveWithObject: true });
		if (!ffmpeg.stdin.write(data)) await once(ffmpeg.stdin, "drain");
	}
	ffmpeg.stdin.end();
	const [code] = await closed;
	if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
	process.stdout.write(`${name} ${width}x${height} ${frames} frames\n`);
}
