/**
 * Fixed against dynamic budgets: the same media under this plan's fixed budget and under Qwen2.5-VL's dynamic one, and
 * how each grows with duration and resolution. The fixed budget is predictable; the dynamic one follows the input.
 */

import { OnevisionError } from "@onevision/base";
import { checkpointById } from "../checkpoints.ts";
import { createCounterFrom } from "../count.ts";
import type { Parity } from "../families/family.ts";
import type { Checkpoint } from "../families/index.ts";
import type { MediaItem, Sample, Scenario } from "../sample.ts";
import type { Allocation } from "./allocate.ts";
import { mergeEqual, type WeightedSample } from "./media-profile.ts";
import { type Statistics, statistics } from "./statistics.ts";

/** The dynamic side, counted as its model cards use it: qwen-vl-utils at 2 frames per second. */
export const DYNAMIC_CHECKPOINT = "qwen2.5-vl-7b";
const DYNAMIC_SETTINGS = { parity: "qwen-vl-utils" } as const;

export interface FixedAgainstDynamic {
	readonly fixed: string;
	readonly dynamic: string;
	readonly scenarios: readonly {
		readonly scenario: Scenario;
		readonly fixed: Statistics;
		/** Absent when the dynamic model refuses every sample. */
		readonly dynamic?: Statistics;
	}[];
	/** A 720p clip at 30 fps, by duration. */
	readonly byDuration: readonly {
		readonly seconds: number;
		readonly fixed?: number;
		readonly dynamic?: number;
	}[];
	/** A 4:3 image, by size. */
	readonly byResolution: readonly {
		readonly width: number;
		readonly height: number;
		readonly fixed?: number;
		readonly dynamic?: number;
	}[];
}

const SECONDS = [5, 10, 30, 60, 300, 1800];
const WIDTHS = [320, 640, 1280, 2560, 4000];

/** Counts both sides. `allocations` and `samples` belong to the plan's scenarios. */
export function compareFixedAndDynamic(
	checkpoint: Checkpoint,
	parity: Parity | undefined,
	scenarios: readonly {
		readonly scenario: Scenario;
		readonly allocation: Allocation;
		readonly fixed: Statistics;
		readonly samples: readonly WeightedSample[];
	}[],
): FixedAgainstDynamic {
	const dynamicCheckpoint = checkpointById(DYNAMIC_CHECKPOINT);
	const dynamic = createCounterFrom(dynamicCheckpoint, DYNAMIC_SETTINGS);
	/** Counts tokens under the scenario's allocation. `undefined` when the mix lacks the scenario. */
	const fixedOf = (scenario: Scenario): Count | undefined => {
		const allocation = scenarios.find((entry) => entry.scenario === scenario)?.allocation;
		if (allocation === undefined) return undefined;
		return createCounterFrom(checkpoint, {
			...allocation.settings,
			...(parity === undefined ? {} : { parity }),
		}).count;
	};
	const video = fixedOf("video");
	const image = fixedOf("single-image");
	return {
		fixed: `this plan, ${checkpoint.title}`,
		dynamic: `dynamic, ${dynamicCheckpoint.title}`,
		scenarios: scenarios.map(({ scenario, fixed, samples }) => {
			const counted = countAll((sample) => dynamic.count(sample).visualTokens, samples);
			return { scenario, fixed, ...(counted === undefined ? {} : { dynamic: counted }) };
		}),
		byDuration: SECONDS.map((seconds) => {
			const clip: MediaItem = { kind: "video", width: 1280, height: 720, frames: seconds * 30, fps: 30 };
			return { seconds, ...both(clip, video, dynamic.count) };
		}),
		byResolution: WIDTHS.map((width) => {
			const item: MediaItem = { kind: "image", width, height: (width * 3) / 4 };
			return { width, height: item.height, ...both(item, image, dynamic.count) };
		}),
	};
}

type Count = (sample: Sample) => { readonly visualTokens: number };

function both(
	item: MediaItem,
	fixed: Count | undefined,
	dynamic: Count,
): { fixed?: number; dynamic?: number } {
	const sample = { media: [item] };
	const fixedTokens = fixed === undefined ? undefined : orRefused(() => fixed(sample).visualTokens);
	const dynamicTokens = orRefused(() => dynamic(sample).visualTokens);
	return {
		...(fixedTokens === undefined ? {} : { fixed: fixedTokens }),
		...(dynamicTokens === undefined ? {} : { dynamic: dynamicTokens }),
	};
}

/** The count, or `undefined` when the family refuses the media. */
function orRefused(count: () => number): number | undefined {
	try {
		return count();
	} catch (error) {
		if (error instanceof OnevisionError && error.code === "unsupported") return undefined;
		throw error;
	}
}

function countAll(
	count: (sample: Sample) => number,
	samples: readonly WeightedSample[],
): Statistics | undefined {
	const values: number[] = [];
	const weights: number[] = [];
	for (const { sample, weight } of mergeEqual(samples)) {
		const tokens = orRefused(() => count(sample));
		if (tokens === undefined) continue;
		values.push(tokens);
		weights.push(weight);
	}
	return values.length === 0 ? undefined : statistics(values, weights);
}
