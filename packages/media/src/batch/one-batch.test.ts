/** A batch made piece by piece equals the batch made in memory, byte for byte, for every family. */

import { copyFileSync, mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { planBatch, preprocessBatch } from "./one-batch.ts";

const fixture = (name: string): string => new URL(`../decode/fixtures/${name}`, import.meta.url).pathname;
const clip = new URL("../fixtures/mp4-h264-b-frames.mp4", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "onevision-one-batch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const images = [[fixture("jpeg-420.jpg")], [fixture("gif-smaller-frame.gif")], [fixture("jpeg-1x1.jpg")]];

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const copies: Buffer[] = [];
	for await (const chunk of chunks) copies.push(Buffer.from(chunk));
	return Buffer.concat(copies);
}

describe("chunks are the tensors' bytes", () => {
	test.each([
		["llava-1.5-7b", images, {}],
		["llava-onevision-qwen2-7b-ov", [[...images.flat()], images[0] ?? []], { dtype: "bfloat16" }],
		["qwen2.5-vl-7b", [...images.slice(0, 2), [clip]], { settings: { num_frames: 5 } }],
		["pixtral-12b", images, {}],
		["smolvlm2-500m", [...images.slice(0, 2)], {}],
		["llava-onevision-qwen2-7b-ov", [[clip], [clip]], { settings: { num_frames: 3 } }],
		["gemma-4-e4b", [...images.slice(0, 2)], {}],
		["llama-4-scout-17b-16e", images, {}],
	] as const)(
		"%s %#",
		async (model, samples, options) => {
			const { tensors, layouts } = await preprocessBatch(model, samples, options);
			const progress: string[] = [];
			const onImage = (done: number, all: number) => progress.push(`${done}/${all}`);
			const plan = await planBatch(model, samples, { ...options, onImage });
			const made = await whole(plan.chunks());
			const expected = Buffer.concat(
				Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
			);
			expect(made.equals(expected)).toBe(true);
			expect(plan.bytes).toBe(expected.length);
			expect(plan.layouts).toEqual(layouts);
			const shapes = Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }]);
			expect(Object.entries(plan.tensors)).toEqual(shapes);
			expect(progress.at(-1)).toBe(`${progress.length}/${progress.length}`);
		},
		180_000,
	);
});

test("layout errors come before decoding, decoding errors while it runs", async () => {
	await expect(planBatch("llava-1.5-7b", [[clip]])).rejects.toThrow("takes no video");
	await expect(planBatch("llava-1.5-7b", [[fixture("png-truncated.png"), clip]])).rejects.toThrow();
	const cut = join(folder, "cut.jpg");
	copyFileSync(fixture("jpeg-420.jpg"), cut);
	truncateSync(cut, 900);
	const plan = await planBatch("llava-1.5-7b", [[fixture("jpeg-444.jpg")], [cut]]);
	let chunks = 0;
	const read = async () => {
		for await (const _ of plan.chunks()) chunks++;
	};
	await expect(read()).rejects.toMatchObject({
		code: "unreadable-file",
		message: expect.stringContaining(cut),
	});
	expect(chunks).toBe(1);
});
