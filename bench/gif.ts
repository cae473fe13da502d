/** GIF files to RGB: ours against Pillow, in turns, the best of their rounds; a photograph and a screen, 1080p. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeImage } from "@onevision/media/node";
import sharp from "sharp";
import { startPython } from "./peer.ts";

const IMAGES = { photograph: "harbour.jpg", screen: "screenshot.png" };
const ROUNDS = 15;

export async function benchGif(python: string | undefined): Promise<void> {
	if (python === undefined) return console.log("  nothing without Pillow to compare with");
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	const peer = startPython(python, "decode_peer.py", []);
	try {
		const version = await peer.read();
		for (const [title, name] of Object.entries(IMAGES)) {
			const file = join(folder, `${title}.gif`);
			const source = fileURLToPath(new URL(`../examples/media/${name}`, import.meta.url));
			await sharp(source).resize(1920, 1080, { fit: "fill" }).gif().toFile(file);
			let ours = Number.POSITIVE_INFINITY;
			let theirs = Number.POSITIVE_INFINITY;
			for (let round = 0; round < ROUNDS; round++) {
				const start = performance.now();
				await decodeImage(readFileSync(file));
				ours = Math.min(ours, (performance.now() - start) / 1000);
				theirs = Math.min(theirs, Number(await peer.ask(file)));
			}
			const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(1);
			console.log(
				`  ${title}: ${milliseconds(ours)} ms, Pillow ${version} ${milliseconds(theirs)} ms: ${(ours / theirs).toFixed(2)} of its time`,
			);
		}
	} finally {
		peer.stop();
		rmSync(folder, { recursive: true });
	}
}
