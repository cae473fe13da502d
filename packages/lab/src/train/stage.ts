/** A stage as the lab trains it, and the packed batches it consists of: decided from sizes alone, before anything is drawn. */

import { assertDefined } from "@onevision/base";
import { SCENARIOS, type Scenario } from "@onevision/core";
import { assignItems, histogramOf, planPacks } from "@onevision/data";
import type { BatchShape, TrainedPart } from "@onevision/model/training";
import type { LabModel } from "../model/snapshot.ts";
import { randomOf, seedOf } from "../random.ts";
import { type SampleSize, sizeOf } from "../samples/prepare.ts";
import { type LabSample, type SampleSource, sampleAt } from "../samples/sample.ts";

export interface StageSpec {
	/** Its name in the curriculum. */
	readonly name: string;
	readonly samples: number;
	/** Shares of the scenarios. */
	readonly mixture: Readonly<Record<Scenario, number>>;
	readonly trainable: readonly TrainedPart[];
	/** Of every trained part, or by part. */
	readonly learningRate: number | { readonly [P in TrainedPart]?: number };
	readonly schedule: "constant" | "cosine" | "linear";
	/** Share of the steps. */
	readonly warmup: number;
	/** Rate at the end as a share of the peak; not used by `constant`. */
	readonly floor: number;
}

/** How samples become sequences. */
export const ARRANGEMENTS = ["packed", "padded"] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];

export interface BatchRules {
	/** Packs of a step. */
	readonly packs: number;
	/** Tokens of a pack; longer samples are refused. */
	readonly capacity: number;
	/** `padded` gives each sample of a step a sequence of its own, as long as the longest sample. */
	readonly arrangement: Arrangement;
}

/** A sample's place in its stream. */
export interface SamplePlace {
	readonly scenario: Scenario;
	readonly index: number;
}

/** The batches of a stage. */
export interface StageBatches {
	readonly shape: BatchShape;
	/** By step, by sequence. */
	readonly steps: readonly (readonly (readonly SamplePlace[])[])[];
	/** Share of the batches' tokens, and of their views, that samples fill. */
	readonly fill: { readonly tokens: number; readonly views: number };
}

/** Samples of each scenario: whole numbers with the largest remainders. */
function samplesByScenario({ samples, mixture }: Pick<StageSpec, "samples" | "mixture">) {
	const total = SCENARIOS.reduce((sum, scenario) => sum + mixture[scenario], 0);
	const exact = SCENARIOS.map((scenario) => ({ scenario, share: (samples * mixture[scenario]) / total }));
	const counts = new Map(exact.map(({ scenario, share }) => [scenario, Math.floor(share)]));
	const rest = samples - [...counts.values()].reduce((sum, count) => sum + count, 0);
	const byRemainder = [...exact].sort((a, b) => (b.share % 1) - (a.share % 1));
	for (const { scenario } of byRemainder.slice(0, rest))
		counts.set(scenario, (counts.get(scenario) ?? 0) + 1);
	return counts;
}

/** Plans every batch. Throws `over-limit` when a sample is longer than a pack. */
export function planBatches(
	model: LabModel,
	source: SampleSource,
	stage: Pick<StageSpec, "samples" | "mixture">,
	{ packs: perStep, capacity, arrangement }: BatchRules,
): StageBatches {
	const places = [...samplesByScenario(stage)].flatMap(([scenario, count]) =>
		Array.from({ length: count }, (_, index): SamplePlace => ({ scenario, index })),
	);
	const sizes = places.map((place) => sizeOf(model, placed(source, place)));
	const steps = packedSteps(sizes, perStep, Math.max(capacity, ...sizes.map(({ tokens }) => tokens)), source);
	const arranged = arrangement === "packed" ? steps : steps.map((step) => step.flat().map((item) => [item]));
	const sizesOf = (items: readonly number[]) => items.map((item) => assertDefined(sizes[item], "a size"));
	const sum = (items: readonly number[], of: (size: SampleSize) => number) =>
		sizesOf(items).reduce((total, size) => total + of(size), 0);
	const largest = (of: (step: readonly (readonly number[])[]) => number) => Math.max(...arranged.map(of));
	const shape: BatchShape = {
		sequences: largest((step) => step.length),
		length: largest((step) => Math.max(...step.map((items) => sum(items, ({ tokens }) => tokens)))),
		views: largest((step) => sum(step.flat(), ({ views }) => views)),
		answers: largest((step) => sum(step.flat(), ({ answers }) => answers)),
		pooling: { stride: Number(model.settings.video_pooling), mode: "bilinear" },
	};
	const all = sizes.map((_, item) => item);
	return {
		shape,
		steps: arranged.map((step) =>
			step.map((items) => items.map((item) => assertDefined(places[item], "a sample"))),
		),
		fill: {
			tokens: sum(all, ({ tokens }) => tokens) / (steps.length * shape.sequences * shape.length),
			views: sum(all, ({ views }) => views) / (steps.length * shape.views),
		},
	};
}

export function placed(source: SampleSource, { scenario, index }: SamplePlace): LabSample {
	return sampleAt(source, scenario, index);
}

/**
 * Packs by length, then deals packs out to steps from those with the most views down, to and fro, so that steps have nearly
 * equal work for the tower and the same mix; steps then come in random order.
 */
function packedSteps(
	sizes: readonly SampleSize[],
	perStep: number,
	capacity: number,
	{ seed }: SampleSource,
): number[][][] {
	const items = { length: Uint32Array.from(sizes, ({ tokens }) => tokens) };
	const assignment = assignItems(planPacks(histogramOf(items), [capacity]), items, seedOf("packs", seed));
	const packs = Array.from({ length: assignment.packs }, (_, pack) => [...assignment.packAt(pack).items]);
	const random = randomOf("steps", seed);
	const viewsOf = (pack: readonly number[]) =>
		pack.reduce((total, item) => total + (sizes[item]?.views ?? 0), 0);
	const sorted = packs
		.map((pack) => ({ pack, views: viewsOf(pack), tie: random.uniform() }))
		.sort((a, b) => b.views - a.views || a.tie - b.tie);
	const count = Math.ceil(packs.length / perStep);
	const steps = Array.from({ length: count }, () => ({ packs: [] as number[][], order: random.uniform() }));
	for (const [index, { pack }] of sorted.entries()) {
		const [round, place] = [Math.floor(index / count), index % count];
		steps[round % 2 === 0 ? place : count - 1 - place]?.packs.push(pack);
	}
	return steps.sort((a, b) => a.order - b.order).map((step) => step.packs);
}
