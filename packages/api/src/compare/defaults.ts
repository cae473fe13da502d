/** Default assumptions of a comparison. */

import { DEFAULT_REQUEST_BATCH, HARDWARE, type HardwareId, type RequestSetup } from "@onevision/core";

/** Models that people commonly choose between, open and closed, plus the LLaVA family. */
export const USUAL_MODELS = [
	"llava-1.5-7b",
	"llava-v1.6-mistral-7b",
	"llava-onevision-qwen2-7b-ov",
	"llava-onevision-1.5-8b",
	"llava-onevision-2-8b",
	"nvila-8b",
	"qwen2.5-vl-7b",
	"qwen3-vl-8b",
	"internvl3-8b",
	"gemma-3-4b",
	"gpt-6-astra",
	"gpt-4o",
	"claude-opus-4-7",
	"gemini-3-pro",
] as const;

/** Default hardware for open models. */
export const DEFAULT_ACCELERATOR = "h100-sxm" satisfies HardwareId;

/** Text of a request, in tokens. */
export const DEFAULT_TEXT = { promptTokens: 128, answerTokens: 128 } as const;

/** Share of an accelerator's peak reached in prefill; same as in a plan request. */
const PREFILL_EFFICIENCY = 0.5;

/** An accelerator at its listed price, with a busy server's batch size. */
export function requestSetup(
	hardwareId: HardwareId,
	{
		pricePerHour,
		requestBatch = DEFAULT_REQUEST_BATCH,
	}: Partial<Pick<RequestSetup, "pricePerHour" | "requestBatch">> = {},
): RequestSetup {
	const hardware: RequestSetup["hardware"] = HARDWARE[hardwareId];
	const price = pricePerHour ?? hardware.pricePerHour?.value;
	return {
		hardware,
		prefillEfficiency: PREFILL_EFFICIENCY,
		requestBatch,
		...(price === undefined ? {} : { pricePerHour: price }),
	};
}
