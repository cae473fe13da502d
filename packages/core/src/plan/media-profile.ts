/**
 * What a scenario's samples look like: measured from files, described in the request, or assumed and labeled as such.
 */

import { OnevisionError } from "@onevision/base";
import {
	type ImageItem,
	type Sample,
	SCENARIOS,
	type Scenario,
	scenarioOf,
	type VideoItem,
} from "../sample.ts";
import { isEvenly } from "./evenly.ts";
import type { PlanRequest } from "./request.ts";

export interface WeightedSample {
	readonly sample: Sample;
	/** Relative frequency, above 0. */
	readonly weight: number;
}

export interface ScenarioMedia {
	readonly samples: readonly WeightedSample[];
	readonly origin: "files" | "described" | "assumed";
	/** Where the samples came from, as text for people. */
	readonly note: string;
}

export type MediaProfile = { readonly [S in Scenario]: ScenarioMedia };

/**
 * Image sizes assumed when nothing is known about a scenario. Common device and document formats, not measured on any
 * data set: a camera photo at 4:3, full HD, a phone screenshot, an A4 page at 150 dpi, and a web image.
 */
const ASSUMED_IMAGES: readonly ImageItem[] = [
	{ kind: "image", width: 1600, height: 1200 },
	{ kind: "image", width: 1920, height: 1080 },
	{ kind: "image", width: 1170, height: 2532 },
	{ kind: "image", width: 1240, height: 1754 },
	{ kind: "image", width: 640, height: 480 },
];
const ASSUMED_VIDEOS: readonly VideoItem[] = [
	{ kind: "video", width: 1280, height: 720, frames: 900, fps: 30 },
	{ kind: "video", width: 1920, height: 1080, frames: 300, fps: 30 },
];
/** Default range of images per multi-image sample. LLaVA-OneVision's budget example is a handful. */
const ASSUMED_IMAGES_PER_SAMPLE = { min: 2, max: 6 };

/** Maximum image counts and sizes used to synthesize groups, spread evenly over all. */
const GROUP_COUNTS = 16;
const GROUP_SIZES = 200;

const DEFAULT_FPS = 30;

/** Samples per scenario, from the request's description and the samples read from files. */
export function profileMedia(described: PlanRequest["media"], files: readonly Sample[]): MediaProfile {
	const byScenario: Record<Scenario, WeightedSample[]> = { "single-image": [], "multi-image": [], video: [] };
	for (const sample of files) {
		const scenario = scenarioOf(sample);
		if (scenario !== undefined) byScenario[scenario].push({ sample, weight: 1 });
	}
	const images = describedImages(described);
	const videos = describedVideos(described);
	const singleImages = [...byScenario["single-image"], ...images];
	const given = (
		scenario: Scenario,
		described: readonly WeightedSample[],
		[one, many]: readonly [string, string],
	): ScenarioMedia | undefined => {
		const read = byScenario[scenario];
		if (read.length + described.length === 0) return undefined;
		const count = (samples: number, how: string): string[] =>
			samples === 0 ? [] : [`${samples} ${samples === 1 ? one : many} ${how}`];
		return {
			samples: [...read, ...described],
			origin: read.length > 0 ? "files" : "described",
			note: [...count(read.length, "from files"), ...count(described.length, "described")].join(", "),
		};
	};
	return {
		"single-image": given("single-image", images, ["image", "images"]) ?? {
			samples: ASSUMED_IMAGES.map((item) => ({ sample: { media: [item] }, weight: 1 })),
			origin: "assumed",
			note: `no images given: ${ASSUMED_IMAGES.length} common sizes assumed`,
		},
		"multi-image":
			given("multi-image", [], ["group of images", "groups of images"]) ??
			groupImages(singleImages, described?.imagesPerSample),
		video: given("video", videos, ["clip", "clips"]) ?? {
			samples: ASSUMED_VIDEOS.map((item) => ({ sample: { media: [item] }, weight: 1 })),
			origin: "assumed",
			note: "no videos given: 720p clips of 30 s and 1080p clips of 10 s assumed",
		},
	};
}

function describedImages(described: PlanRequest["media"]): WeightedSample[] {
	return (described?.images ?? []).flatMap(({ width, height, weight = 1 }) =>
		weight > 0 ? [{ sample: { media: [{ kind: "image", width, height } as const] }, weight }] : [],
	);
}

function describedVideos(described: PlanRequest["media"]): WeightedSample[] {
	return (described?.videos ?? []).flatMap(({ width, height, seconds, fps = DEFAULT_FPS, weight = 1 }) => {
		const frames = Math.max(1, Math.round(seconds * fps));
		return weight > 0
			? [{ sample: { media: [{ kind: "video", width, height, frames, fps } as const] }, weight }]
			: [];
	});
}

/**
 * Multi-image samples built from the available single images: every count in the range with every size, equally
 * weighted.
 */
function groupImages(
	singles: readonly WeightedSample[],
	asked: { readonly min?: number; readonly max?: number } | undefined,
): ScenarioMedia {
	const assumed = ASSUMED_IMAGES_PER_SAMPLE;
	const range = {
		min: asked?.min ?? Math.min(assumed.min, asked?.max ?? assumed.min),
		max: asked?.max ?? Math.max(assumed.max, asked?.min ?? assumed.max),
	};
	if (range.min > range.max) {
		throw new OnevisionError(
			"invalid-input",
			`media.imagesPerSample: min ${range.min} is above max ${range.max}; swap them`,
		);
	}
	const known =
		singles.length > 0 ? singles : ASSUMED_IMAGES.map((item) => ({ sample: { media: [item] }, weight: 1 }));
	const sizes = known.filter((_, index) => isEvenly(index, known.length, GROUP_SIZES));
	const counts = Array.from({ length: range.max - range.min + 1 }, (_, index) => range.min + index).filter(
		(_, index, all) => isEvenly(index, all.length, GROUP_COUNTS),
	);
	return {
		samples: counts.flatMap((images) =>
			sizes.map(({ sample, weight }) => ({
				sample: { media: Array.from({ length: images }, () => sample.media[0] as ImageItem) },
				weight,
			})),
		),
		origin: asked === undefined ? "assumed" : "described",
		note: `${range.min} to ${range.max} images per sample, ${asked === undefined ? "assumed" : "as described"}, in the sizes of the single images`,
	};
}

/** The same samples with duplicates merged, so that each is counted once and weighted by how often it occurs. */
export function mergeEqual(samples: readonly WeightedSample[]): WeightedSample[] {
	const merged = new Map<string, { sample: Sample; weight: number }>();
	for (const { sample, weight } of samples) {
		const key = sample.media
			.map((item) =>
				item.kind === "image"
					? `${item.width}x${item.height}`
					: `${item.width}x${item.height}@${item.fps}:${item.frames}`,
			)
			.join("+");
		const known = merged.get(key);
		if (known === undefined) merged.set(key, { sample, weight });
		else known.weight += weight;
	}
	return [...merged.values()];
}

/** Scenarios with a nonzero share in the mix, in fixed order. */
export function presentScenarios(mix: Readonly<Record<Scenario, number>>): Scenario[] {
	return SCENARIOS.filter((scenario) => mix[scenario] > 0);
}
