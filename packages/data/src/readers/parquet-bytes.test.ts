/** What a profile reads of images that a table holds uncompressed, as `datasets` writes them: their places and headers. */

import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCounter } from "@onevision/core";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { profileData } from "../profile/run.ts";
import { folderOf } from "../testing/files.ts";
import { png } from "../testing/images.ts";
import { ESTIMATED_TEXT } from "../text/meter.ts";

test("an image in a table costs its first bytes, and where it is, the window that its length is read in", async () => {
	const images = Array.from(
		{ length: 30 },
		(_, index) => new Uint8Array(png(640, 300 + index, 200_000 + index)),
	);
	const path = join(folderOf(), "a.parquet");
	const table = parquetWriteBuffer({
		columnData: [
			{ name: "image", type: "BYTE_ARRAY", encoding: "PLAIN", codec: "UNCOMPRESSED", data: images },
			{ name: "text", type: "STRING", data: images.map((_, index) => `Image ${index}`) },
		],
	});
	writeFileSync(path, new Uint8Array(table));
	const { totals, read } = await profileData({
		...{ paths: [path], counter: createCounter("llava-onevision-qwen2-7b-ov"), text: ESTIMATED_TEXT },
		...{ applyOrientation: false, applyRotation: false },
	});
	expect(totals.profiled).toBe(30);
	const { size } = statSync(path);
	const tail = 64 * 1024;
	expect([read.media.bytes, read.media.reads]).toEqual([30 * 4 * 1024, 30]);
	// A window of 8 KiB at each length and at the header of each page, of 1 MiB; the footer and the texts besides.
	const windows = 8 * 1024 * (30 + Math.ceil(size / 2 ** 20) + 1);
	expect(read.sets.bytes).toBeLessThan(windows + 2 * tail);
	expect(read.sets.bytes + read.media.bytes).toBeLessThan(0.09 * size);
});
