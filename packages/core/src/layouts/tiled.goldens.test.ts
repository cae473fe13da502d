/** Golden rows of the tiled families, and ten sizes for each checkpoint. */

import { expect, test } from "vitest";
import { checkpointById } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import type { Checkpoint, CheckpointId } from "../families/index.ts";
import type { ItemLayout } from "../layout.ts";
import { describeGoldens, type GoldenRow } from "../testing/goldens.ts";

type Of<F extends Checkpoint["family"]> = Extract<Checkpoint, { family: F }>;

/**
 * Rows from a processor have features in `tokens` and the total in `total`; rows from a helper have the total in
 * `tokens`.
 */
const matchesTotals = (row: GoldenRow, items: readonly ItemLayout[]): void => {
	const [item] = items;
	if (item === undefined) return;
	const features = item.parts.overview + item.parts.grid;
	if (row.total !== undefined) expect([item.visualTokens, features]).toEqual([row.total, row.tokens]);
	else if (item.kind === "image") expect(item.visualTokens).toBe(row.tokens);
	else expect(features).toBe(row.tokens);
};

/** The pieces of text between runs of special tokens: "Frame1: <img><IMG_CONTEXT>×256</img>\nFrame2: …". */
const textPieces = (prompt: string): string => prompt.replace(/(?:<[^<>\s]+>(?:×\d+)?)+/g, "");

const matchesText = (
	row: GoldenRow,
	items: readonly ItemLayout[],
	wording = (text: string) => text,
): void => {
	if (typeof row.text !== "string") return;
	expect(items[0]?.wrapper.text.map(wording).join("")).toBe(textPieces(row.text));
};

/** A column that no file has, because `also` compares the counts. */
const BY_ALSO = "compared below";

describeGoldens({
	file: "internvl",
	column: BY_ALSO,
	settings: ({ constants, kind }) => (kind === "image" ? { max_patches: constants.max_patches } : {}),
	also: (row, items) => {
		matchesTotals(row, items);
		matchesText(row, items);
	},
});
describeGoldens({
	file: "got_ocr2",
	column: BY_ALSO,
	// The same image processor at 1024 px; its features are InternVL's tiles of 256 tokens.
	checkpoint: () => {
		const checkpoint = checkpointById("internvl3-8b") as Of<"internvl">;
		return { ...checkpoint, constants: { ...checkpoint.constants, tile: 1024, patch: 32 } };
	},
	settings: ({ settings }) => ({ ...settings }),
	also: (row, [item]) => expect((item?.parts.overview ?? 0) + (item?.parts.grid ?? 0)).toBe(row.tokens),
});
describeGoldens({
	file: "idefics3",
	column: BY_ALSO,
	settings: ({ settings }) => ({ ...settings }),
	also: matchesTotals,
});
describeGoldens({
	file: "smolvlm",
	column: BY_ALSO,
	settings: ({ settings: { do_sample_frames: _sampled, num2words: _words, ...settings } }) => settings,
	also: (row, items) => {
		matchesTotals(row, items);
		// The rows were written with digits instead of words.
		const digits = `of ${items[0]?.frames} frames`;
		matchesText(row, items, (text) => text.replace(/of [a-z -]+ frames/, digits));
	},
});
describeGoldens({ file: "aya_vision", column: BY_ALSO, also: matchesTotals });
describeGoldens({ file: "cohere2_vision", column: BY_ALSO, also: matchesTotals });
describeGoldens({
	file: "ovis2",
	column: BY_ALSO,
	settings: ({ constants }) => ({ max_patches: constants.max_patches }),
	also: matchesTotals,
});
describeGoldens({ file: "lfm2_vl", column: BY_ALSO, also: matchesTotals });
describeGoldens({ file: "phi4_multimodal" });
describeGoldens({ file: "llama4", column: BY_ALSO, also: matchesTotals });
describeGoldens({
	file: "mllama",
	also: (row, [item]) => {
		expect(item?.visualTokens).toBe(1);
		expect(item?.crossAttentionTokens).toBe(1601 * Number(row.tiles));
		expect(item?.tileGrid).toEqual({ rows: row.rows, cols: row.cols });
	},
});
describeGoldens({
	file: "perception_lm",
	settings: ({ constants, kind }) => (kind === "image" ? { max_num_tiles: constants.max_num_tiles } : {}),
});
describeGoldens({ file: "deepseek_vl" });
describeGoldens({
	file: "janus",
	also: (row, [item]) => expect(Number(item?.visualTokens) + Number(item?.wrapper.markers)).toBe(row.total),
});
describeGoldens({ file: "deepseek_ocr2", column: "total", checkpoint: () => "deepseek-ocr-2" });

const SIZES = [
	[224, 224],
	[336, 336],
	[640, 480],
	[1000, 1000],
	[1024, 768],
	[1920, 1080],
	[1080, 1920],
	[3840, 2160],
	[100, 2000],
	[4000, 300],
] as const;

const countImage = (id: CheckpointId | Checkpoint, width: number, height: number, copies = 1): ItemLayout =>
	createCounterFrom(id).count({
		media: Array.from({ length: copies }, () => ({ kind: "image", width, height })),
	}).items[0] as ItemLayout;

/** Visual tokens for the ten sizes, from the reference's helpers or processors. */
test.each<[CheckpointId, readonly number[]]>([
	["internvl3-8b", [258, 258, 3330, 2562, 3330, 2306, 2306, 2306, 3330, 3330]],
	["idefics3-8b", [2912, 2912, 2227, 2912, 2227, 2227, 2228, 2227, 860, 857]],
	["smolvlm-256m", [1127, 1127, 862, 1127, 862, 862, 863, 862, 335, 332]],
	["smolvlm2-500m", [1127, 1127, 862, 1127, 862, 862, 863, 862, 335, 332]],
	["smolvlm2-2.2b", [1416, 1416, 1083, 1416, 1083, 1083, 1084, 1083, 420, 417]],
	["aya-vision-8b", [172, 172, 2212, 1702, 2212, 1532, 1532, 1532, 2212, 2212]],
	["command-a-vision", [259, 259, 773, 1287, 1287, 3343, 3343, 3343, 1287, 2315]],
	["perception-lm-8b", [9472, 9472, 9216, 9472, 9216, 8448, 8448, 7424, 5376, 9472]],
	["llama-4-scout-17b-16e", [147, 147, 727, 1452, 1887, 2322, 2322, 2322, 1017, 1887]],
	["phi-4-multimodal-instruct", [545, 545, 1065, 2625, 1681, 3918, 3953, 7392, 673, 1868]],
	["ovis2-8b", [259, 259, 1286, 2571, 1800, 2314, 2314, 2314, 1543, 2571]],
	["llama-3.2-11b-vision", Array.from({ length: 10 }, () => 1)],
	["deepseek-vl-7b", Array.from({ length: 10 }, () => 576)],
])("%s: the ten sizes", (id, tokens) => {
	expect(SIZES.map(([width, height]) => countImage(id, width, height).visualTokens)).toEqual(tokens);
});
