/** Golden rows of vLLM, reproduced by oracle/vllm_repo.py, and what the table of its rules says. */

import { expect, test } from "vitest";
import type { ItemLayout } from "../layout.ts";
import { describeGoldens, type GoldenGroup, type GoldenRow } from "../testing/goldens.ts";
import { type FamilyId, familyById, VLLM_RULES } from "./index.ts";
import type { VllmRule } from "./vllm.ts";

/** Pixel limits of Qwen's clips, and the budget of Gemma 4's images. */
function settings({ constants, settings: given }: GoldenGroup): Record<string, unknown> {
	const size = constants.size as { shortest_edge: number; longest_edge: number } | undefined;
	return {
		parity: given.parity ?? "vllm",
		...(size === undefined
			? {}
			: { video_min_pixels: size.shortest_edge, video_max_pixels: size.longest_edge }),
		...(constants.max_soft_tokens === undefined ? {} : { max_soft_tokens: constants.max_soft_tokens }),
	};
}

/** All tokens written for a clip, with text counted in characters. */
function wholePrompt(row: GoldenRow, [item]: readonly ItemLayout[]): void {
	if (row.total === undefined || item === undefined) return;
	const { markers, text } = item.wrapper;
	expect(item.visualTokens + markers + text.join("").length).toBe(row.total);
}

describeGoldens({ file: "vllm", settings, also: wholePrompt });

test("a family has the parity that vLLM's row names, and no parity vllm without a row", () => {
	for (const [id, { parity }] of Object.entries(VLLM_RULES) as [FamilyId, VllmRule][]) {
		const { parities } = familyById(id);
		if (parity !== undefined) expect(parities, id).toContain(parity);
		expect(parities.includes("vllm"), id).toBe(parity === "vllm");
	}
});
