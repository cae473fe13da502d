/** The deployment question about a set of models, and the answer for each. */

import type { OnevisionError } from "@onevision/base";
import type { Checkpoint, RequestSetup, Sample, SampleLayout, Settings, Statistics } from "@onevision/core";
import type { ApiCount } from "../count.ts";
import type { PriceOverrides } from "../prices.ts";

/** A model to compare, with its initial settings. */
export interface DeploymentCandidate {
	/** Name of the candidate in the result. */
	readonly id: string;
	/** Your own checkpoint, or any name of an open or closed model. */
	readonly model: string | Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
}

export interface DeploymentQuestion {
	/** The requests, equally frequent; at least one. */
	readonly samples: readonly Sample[];
	/** Text of every request, in tokens. */
	readonly text: { readonly promptTokens: number; readonly answerTokens: number };
	/** Hardware for open models. */
	readonly setup: RequestSetup;
	/** Maximum visual tokens per request. If set, searches for each model's best settings under it. */
	readonly maxTokens?: number;
	/** Overrides for the prices of closed models. */
	readonly prices?: PriceOverrides;
}

/** The outcome of one request under one model. */
export type RequestOutcome =
	| { readonly count: SampleLayout | ApiCount; readonly overLimit: boolean; readonly overContext: boolean }
	| { readonly refused: OnevisionError };

/** All requests under one model. Statistics cover only the requests it accepts. */
export interface Deployment {
	readonly id: string;
	readonly kind: "open" | "closed";
	readonly title: string;
	/** Settings changed by the search. Empty if the initial ones are best, or nothing was searched. */
	readonly changed: Settings;
	/** Whether the model takes videos; for a closed model, whether there is a rule to count them. */
	readonly takesVideo: boolean;
	/** In the order of the samples. */
	readonly outcomes: readonly RequestOutcome[];
	readonly refused: number;
	/** Number of requests above the question's limit, and above the model's context including text and answer. */
	readonly overLimit: number;
	readonly overContext: number;
	/** The next four are absent if every request is rejected. They are upper bounds if counts are ranges. */
	readonly visualTokens?: Statistics & { readonly total: number };
	/** Total of media, text and answer. */
	readonly contextTokens?: Statistics;
	/** Estimated; absent for closed models. */
	readonly secondsToFirstToken?: Statistics;
	/** Mean price, USD per 1,000 requests; absent if unknown. */
	readonly usdPer1000Requests?: number;
	/** The model's context window; absent if not published. */
	readonly contextWindowTokens?: number;
	/** Number of the setup's accelerators needed to hold an open model and the largest request. */
	readonly accelerators?: number;
	/** Mean fidelity of the media, 0 to 1; a rejected request counts as 0. For closed models it is an upper bound. */
	readonly qualityKept: { readonly value: number; readonly isBound: boolean };
}
