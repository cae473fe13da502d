/** Who decides a setting, and what samples the frames of a video. */

import { checkpointById } from "@onevision/core";
import { expect, test } from "vitest";
import { modelSettings } from "./model-settings.ts";

const SMOLVLM = "smolvlm2-2.2b";
const QWEN = "qwen2.5-vl-7b";

test("asked settings go before the files'", () => {
	const files = { min_pixels: 3136, max_pixels: 50176 };
	expect(modelSettings(QWEN, { settings: { max_pixels: 100352 } }, files).settings).toMatchObject({
		min_pixels: 3136,
		max_pixels: 100352,
	});
});

test("the model card samples videos unless the user or the implementation does", () => {
	const id = "llava-onevision-qwen2-7b-ov";
	const card = modelSettings(id, {});
	expect(card.sampling).toMatchObject({ by: "card" });
	const frames = card.sampling?.choosers[0] ?? "";
	expect(card.settings).toMatchObject(card.sampling?.settings ?? {});
	expect(modelSettings(id, { settings: { [frames]: 3 } }).sampling).toMatchObject({ by: "asked" });
	const asIs = modelSettings(id, { asIs: true });
	expect(asIs.settings).toEqual({});
	expect(asIs.sampling).toMatchObject({ by: "implementation", card: card.sampling?.settings });
});

test("a checkpoint counts like its name, and parity is passed on", () => {
	expect(modelSettings(checkpointById(SMOLVLM), {})).toEqual(modelSettings(SMOLVLM, {}));
	expect(modelSettings(QWEN, { parity: "vllm" }).settings).toMatchObject({ parity: "vllm" });
});

test("a closed model has no sampling of its own; an unknown name is left to the counter", () => {
	expect(modelSettings("gpt-4o", { settings: { detail: "low" } })).toEqual({ settings: { detail: "low" } });
	expect(modelSettings("gtp-5", {})).toEqual({ settings: {} });
});
