/**
 * Twenty small JPEG files to tensors, one call each, on one thread: ours against transformers on torchvision, in turns,
 * the best of their rounds. Small images are enlarged to many tiles or patches: what counts is what is written.
 * smolvlm-256m stands for granite-docling, whose processor has the same numbers.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createProcessor, decodeImage, type ProcessedBatch } from "@onevision/media/node";
import sharp from "sharp";
import { startPython } from "./peer.ts";

const MODELS = ["llava-1.5-7b", "internvl3-8b", "gemma-4-e4b", "smolvlm-256m", "qwen2.5-vl-7b"] as const;
const FILES = 20;
const ROUNDS = 7;

export async function benchSmall(python: string | undefined): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), "onevision-bench-"));
	try {
		const files = await smallJpegs(folder);
		for (const model of MODELS) await compare(model, files, python, join(folder, "tensor.bin"));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** 160x120 to 636x468, of all shapes between. */
async function smallJpegs(folder: string): Promise<string[]> {
	const source = fileURLToPath(new URL("../examples/media/market.jpg", import.meta.url));
	const files: string[] = [];
	for (let i = 0; i < FILES; i++) {
		const file = join(folder, `${i}.jpg`);
		const size = { width: 160 + ((i * 7919) % 480), height: 120 + ((i * 104_729) % 360) };
		await sharp(source).resize(size.width, size.height, { fit: "fill" }).jpeg({ quality: 90 }).toFile(file);
		files.push(file);
	}
	return files;
}

async function compare(
	model: (typeof MODELS)[number],
	files: readonly string[],
	python: string | undefined,
	target: string,
): Promise<void> {
	sharp.concurrency(1);
	const peer =
		python === undefined
			? undefined
			: startPython(python, "pixels_peer.py", [model, "torchvision", "1", target, ...files]);
	await peer?.read();
	const processor = createProcessor(model);
	const round = async (reuses: boolean): Promise<number> => {
		let last: ProcessedBatch | undefined;
		const start = performance.now();
		for (const file of files) {
			const made = processor.images([[await decodeImage(readFileSync(file))]], last);
			if (reuses) last = made;
		}
		return (performance.now() - start) / 1000;
	};
	const best = {
		reused: Number.POSITIVE_INFINITY,
		fresh: Number.POSITIVE_INFINITY,
		theirs: Number.POSITIVE_INFINITY,
	};
	for (let i = 0; i < ROUNDS; i++) {
		best.reused = Math.min(best.reused, await round(true));
		best.fresh = Math.min(best.fresh, await round(false));
		if (peer !== undefined) best.theirs = Math.min(best.theirs, Number(await peer.ask("round")));
	}
	const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(0)} ms`;
	const of = (seconds: number): string =>
		peer === undefined ? "" : ` (${(seconds / best.theirs).toFixed(2)} of its time)`;
	const theirs = peer === undefined ? "" : `, transformers ${milliseconds(best.theirs)}`;
	console.log(
		`  ${model}: ${milliseconds(best.reused)} in the same memory${of(best.reused)}, ${milliseconds(best.fresh)} in new memory${of(best.fresh)}${theirs}`,
	);
	peer?.stop();
}
