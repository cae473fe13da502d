/** The plan's question as the page holds it, the request it makes, and the worker's answer. */

import { OnevisionError } from "@onevision/base";
import type { PlanRequest, Sample } from "@onevision/core";
import { computed, signal } from "@preact/signals";
import { entries } from "../media/entries.ts";
import { latest } from "../parts/latest.ts";
import { sampleOf } from "../state/counts.ts";
import { inUse, modelId } from "../state/model.ts";
import { view } from "../state/view.ts";
import type { PlanQuestion } from "../work/plan.ts";
import { requestOfOptions } from "./options.ts";
import type { PlanInput, PresetId } from "./plan-input.ts";
import { PRESETS } from "./presets.ts";

export const DEFAULT_PLAN: PlanInput = {
	budget: 3500,
	mix: [40, 30, 30],
	purpose: "train",
	media: "mine",
	accelerator: "h100-sxm",
	count: 64,
	start: "checkpoint",
	allow: [],
	options: {},
};

export const BUDGETS = { min: 256, max: 65_536 } as const;

export const input = signal<PlanInput>(DEFAULT_PLAN);

/** Samples of a profile that was opened, with the folder's name. */
export const profile = signal<{ readonly name: string; readonly samples: readonly Sample[] } | undefined>(
	undefined,
);

export function change(part: Partial<PlanInput>): void {
	input.value = { ...input.value, ...part };
}

export function applyPreset(id: PresetId): void {
	input.value = { ...DEFAULT_PLAN, ...PRESETS[id].input };
}

/** The request of the input: what `onevision plan` takes. */
function requestOf(asked: PlanInput, model: string): PlanRequest {
	const { budget, mix, purpose, media, describedBy, frames, accelerator, count, start, allow } = asked;
	const described = describedBy === undefined ? undefined : PRESETS[describedBy].media;
	const [single, multi, video] = mix;
	const more = requestOfOptions(asked.options);
	return {
		...more,
		model,
		purpose,
		budget,
		mix: { "single-image": single, "multi-image": multi, video },
		...(media === "described" && described !== undefined ? { media: described } : {}),
		...(frames === undefined ? {} : { limits: { ...more.limits, frames } }),
		hardware: { ...more.hardware, accelerator, count },
		...(start === "checkpoint" ? {} : { curriculum: { ...more.curriculum, start } }),
		...(allow.length === 0 ? {} : { allow: [...allow] }),
	};
}

/** What the plan cannot be made for, or nothing. */
export const refusal = computed<string | undefined>(() => {
	const model = inUse.value;
	if (model instanceof OnevisionError) return model.message;
	return model.open === undefined
		? `${model.counter.title} is a closed model: only open models are planned; choose another above.`
		: undefined;
});

export const samples = computed<readonly Sample[]>(() => {
	const model = inUse.value;
	if (input.value.media === "profile") return profile.value?.samples ?? [];
	if (input.value.media !== "mine" || model instanceof OnevisionError) return [];
	return entries.value.map((entry) => sampleOf(entry, model.loading));
});

export const question = computed<PlanQuestion>(() => ({
	request: requestOf(input.value, modelId.value),
	samples: samples.value,
}));

export const answer = latest(
	"plan",
	computed(() => (view.value === "plan" && refusal.value === undefined ? question.value : undefined)),
);
