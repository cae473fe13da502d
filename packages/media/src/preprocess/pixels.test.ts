/** Every tensor of the goldens from transformers 5.18 on torchvision 0.28 and Pillow 12.3, bit for bit. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { madeOf, type PixelRow } from "../testing/goldens.ts";

const goldens = readFileSync(new URL("./goldens/pixels.json", import.meta.url), "utf8");
const { rows } = JSON.parse(goldens) as { readonly rows: readonly PixelRow[] };

/** For a folder, its model type. */
const nameOf = ({ checkpoint, files }: PixelRow): string =>
	checkpoint ?? `folder of ${(files?.["config.json"] as { readonly model_type: string }).model_type}`;

const titles = rows.map((row): [string, PixelRow] => {
	const what = row.video === undefined ? row.backend : `video of ${row.video.length}`;
	const sizes = (row.images ?? [row.video?.slice(0, 1) ?? []])
		.map((sample) => sample.map(([width, height]) => `${width}x${height}`).join(" + "))
		.join(", ");
	return [`${nameOf(row)} ${what} ${sizes}`, row];
});

describe("equals transformers", () => {
	test.each(titles)("%s", (_, row) => {
		expect(madeOf(row)).toEqual(row.tensors);
	});
});

test("plain JavaScript equals WebAssembly", () => {
	// Its frames are enlarged to 1536 px, which takes plain JavaScript seconds.
	const grown = ({ checkpoint, video }: PixelRow) => checkpoint === "smolvlm2-2.2b" && video !== undefined;
	const small = rows.filter(
		(row) => /^(llava-1.5|qwen2.5|smolvlm2-2|gemma-4)/.test(nameOf(row)) && !grown(row),
	);
	for (const row of small) expect(madeOf(row, { scalar: true })).toEqual(row.tensors);
	expect(small.length).toBeGreaterThan(10);
});
