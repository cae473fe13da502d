/** What is asked of models that are to be deployed, and what is answered for each. */

import type { OnevisionError } from "@onevision/base";
import type { Checkpoint, RequestSetup, Sample, SampleLayout, Settings, Statistics } from "@onevision/core";
import type { ApiCount } from "../count.ts";
import type { PriceOverrides } from "../prices.ts";

/** A model to compare, with the settings it starts from. */
export interface DeploymentCandidate {
	/** What to call it in the answer. */
	readonly id: string;
	/** A checkpoint of your own, or any name of an open or a closed model. */
	readonly model: string | Checkpoint;
	readonly settings: Readonly<Record<string, unknown>>;
}

export interface DeploymentQuestion {
	/** The requests, each as often as the others; at least one. */
	readonly samples: readonly Sample[];
	/** Text of every request, tokens. */
	readonly text: { readonly promptTokens: number; readonly answerTokens: number };
	/** What open models run on. */
	readonly setup: RequestSetup;
	/** Most visual tokens of a request: then each model's best settings are searched. */
	readonly maxTokens?: number;
	/** Own prices of closed models. */
	readonly prices?: PriceOverrides;
}

/** One request under one model. */
export type RequestOutcome =
	| { readonly count: SampleLayout | ApiCount; readonly overLimit: boolean; readonly overContext: boolean }
	| { readonly refused: OnevisionError };

/** All requests under one model. Statistics are over the requests that it takes. */
export interface Deployment {
	readonly id: string;
	readonly kind: "open" | "closed";
	readonly title: string;
	/** Settings that the search changed; empty: those it started from are best, or nothing was searched. */
	readonly changed: Settings;
	/** Whether it takes videos at all; of a closed model, whether there is a rule to count them. */
	readonly takesVideo: boolean;
	/** In the order of the samples. */
	readonly outcomes: readonly RequestOutcome[];
	readonly refused: number;
	/** Requests above the question's limit, and above the model's context with text and answer. */
	readonly overLimit: number;
	readonly overContext: number;
	/** The four below are absent where every request is refused. Upper bounds where counts are ranges. */
	readonly visualTokens?: Statistics & { readonly total: number };
	/** Media, text and answer. */
	readonly contextTokens?: Statistics;
	/** Estimated; absent for closed models. */
	readonly secondsToFirstToken?: Statistics;
	/** Mean price, USD per 1,000 requests; absent: none is known. */
	readonly usdPer1000Requests?: number;
	/** The model's window; absent: not published. */
	readonly contextWindowTokens?: number;
	/** Accelerators of the setup that hold an open model and the largest request. */
	readonly accelerators?: number;
	/** Mean fidelity of the media, 0 to 1; a refused request keeps nothing. Of closed models an upper bound is known. */
	readonly qualityKept: { readonly value: number; readonly isBound: boolean };
}
