/** Golden rows of the families that keep a picture's own shape, and of those with a fixed number of tokens. */

import { describe, expect, test } from "vitest";
import { count, createCounterFrom } from "../count.ts";
import { OnevisionError } from "../errors.ts";
import type { ItemLayout } from "../layout.ts";
import type { MediaItem } from "../sample.ts";
import { describeGoldens, type GoldenGroup, type GoldenRow, readGoldens } from "../testing/goldens.ts";

/** Text between special tokens, as a processor wrote it around runs like `<pad>×12`. */
function textOf(expansion: string): string {
	return expansion.replace(/<[^<>]+>(×\d+)?/g, "");
}

/** A video's or an image's text pieces stand in the expanded prompt, in order and with nothing between them. */
function checkText(row: GoldenRow, items: readonly ItemLayout[]): void {
	if (typeof row.text !== "string") return;
	expect(items.flatMap((item) => item.around.text).join("")).toBe(textOf(row.text));
}

/** Pixel limits of a group, for families that name them as Qwen does. */
function pixelLimits(group: GoldenGroup): Record<string, unknown> {
	const size = group.constants.size as { shortest_edge: number; longest_edge: number };
	const prefix = group.kind === "video" ? "video_" : "";
	const sampled = group.settings.do_sample_frames === false ? { num_frames: "all" } : {};
	return {
		[`${prefix}min_pixels`]: size.shortest_edge,
		[`${prefix}max_pixels`]: size.longest_edge,
		...(group.kind === "video" ? sampled : {}),
	};
}

const allFrames = (group: GoldenGroup): Record<string, unknown> =>
	group.settings.do_sample_frames === false ? { num_frames: "all" } : {};

const HELPERS = {
	"pixtral-12b, helper counts total": "checked with the column tokens",
	"mistral-small-3.1-24b, helper counts total": "checked with the column tokens",
} as const;

describeGoldens({
	file: "pixtral",
	column: "total",
	leftOut: HELPERS,
	// Rows with [IMG_BREAK] and [IMG_END]; [IMG] alone is `tokens`.
	also: (row, [item]) => expect(item?.parts.grid).toBe(row.tokens),
});
describeGoldens({
	file: "pixtral",
	leftOut: {
		"mistral-small-3.1-24b": "checked with the column total",
		"pixtral-12b": "checked with the column total",
	},
});

/** Tokens the fake tokenizer of the goldens makes of text: one per character, one per pair of newlines. */
const characters = (item: ItemLayout | undefined): number =>
	item?.around.text.join("").replaceAll("\n\n", "¶").length ?? 0;
const wholePrompt = (row: GoldenRow, [item]: readonly ItemLayout[]): void => {
	if (row.total === undefined) return;
	expect((item?.visualTokens ?? 0) + (item?.around.markers ?? 0) + characters(item)).toBe(row.total);
};

describeGoldens({
	file: "gemma3",
	settings: ({ settings }) => ({ ...settings }),
	also: (row, items) => {
		wholePrompt(row, items);
		checkText(row, items);
		if (row.crops !== undefined) expect(items[0]?.views).toBe(Number(row.crops) + 1);
	},
});
describeGoldens({ file: "gemma3n", also: wholePrompt });
describeGoldens({
	file: "gemma4",
	settings: (group) => ({
		[group.kind === "video" ? "video_max_soft_tokens" : "max_soft_tokens"]: group.constants.max_soft_tokens,
		...allFrames(group),
	}),
	also: (row, items) => {
		wholePrompt(row, items);
		checkText(row, items);
	},
});
describeGoldens({
	file: "paligemma",
	// `<bos>` and the newline after the prompt.
	also: (row, [item]) => {
		if (row.total !== undefined) expect(item?.visualTokens).toBe(Number(row.total) - 2);
	},
});
describeGoldens({ file: "glm4v", settings: pixelLimits, also: checkText });
describeGoldens({ file: "glm46v", settings: pixelLimits, also: checkText });
describeGoldens({ file: "ernie4_5_vl", settings: pixelLimits });
describeGoldens({
	file: "kimi_k25",
	settings: (group) => ({
		[group.kind === "video" ? "video_max_patches" : "max_patches"]: group.constants.max_patches,
		...allFrames(group),
	}),
	also: checkTextOfVideo,
});
describeGoldens({
	file: "minicpmv4_6",
	settings: ({ constants }) => ({ downsample_mode: constants.downsample_mode }),
	also: (row, items) => {
		wholePrompt(row, items);
		checkText(row, items);
	},
});
describeGoldens({ file: "video_llama_3", settings: compressionOff, also: checkText });
describeGoldens({
	file: "hunyuan_vl",
	checkpoint: () => "hunyuan-ocr",
	settings: pixelLimits,
	also: wholePrompt,
});
describeGoldens({
	file: "fuyu",
	column: "total",
	leftOut: { "helper counts total": "checked with the column tokens" },
	also: (row, [item]) => expect(item?.parts.grid).toBe(row.tokens),
});
describeGoldens({
	file: "fuyu",
	leftOut: { "one image, the <s> after it not counted": "checked with the column total" },
});
describeGoldens({ file: "kosmos2" });
describeGoldens({ file: "blip" });
describeGoldens({
	file: "llava",
	leftOut: {
		"llava-1.5-7b": "checked with LLaVA",
		"llava-1.5-7b helper": "checked with LLaVA",
		"clip-l-224 tower": "checked with LLaVA",
		"clip-l-224 tower helper": "checked with LLaVA",
		"siglip-384 tower": "checked with LLaVA",
		"siglip-384 tower helper": "checked with LLaVA",
	},
});

/** The word between an image's markers comes from the chat template, which the goldens don't apply. */
function checkTextOfVideo(row: GoldenRow, items: readonly ItemLayout[]): void {
	if (items[0]?.kind === "video") checkText(row, items);
}

function compressionOff(group: GoldenGroup): Record<string, unknown> {
	const { use_token_compression: compression = true } = group.constants;
	return { ...pixelLimits(group), use_token_compression: compression };
}
