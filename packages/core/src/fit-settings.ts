/**
 * The best settings of a model under a limit: what keeps most of the media while every sample stays within so many
 * visual tokens and within the context. Searched are the settings that a released checkpoint takes without training.
 */

import { OnevisionError } from "@onevision/base";
import { createCounterFrom } from "./count.ts";
import type { Knob, Settings } from "./families/family.ts";
import type { Checkpoint } from "./families/index.ts";
import {
	type LimitedSample,
	type Measured,
	type SearchAnswer,
	type SearchProblem,
	searchSettings,
	type Tunable,
} from "./fit-search.ts";
import type { SampleLayout } from "./layout.ts";
import { DEFAULT_FIDELITY, type FidelityExponents, fidelityOf, keptShares } from "./plan/fidelity.ts";
import { mergeEqual } from "./plan/media-profile.ts";
import type { MediaItem, Sample } from "./sample.ts";

/** A limit for every sample. */
export interface SettingsLimits {
	/** Most visual tokens of a sample. A count that is a range is held to its upper bound. */
	readonly maxTokens: number;
	/** Most context tokens of a sample: media, markers and the sample's own text. Default: no limit. */
	readonly maxContextTokens?: number;
}

export interface SettingsFit {
	/** The settings that are changed; empty: what was given is best. */
	readonly settings: Settings;
	/**
	 * Whether every sample is within the limits. If not, `settings` are those that came nearest. Samples that the model
	 * refuses under the settings given are left out.
	 */
	readonly fits: boolean;
}

/**
 * The settings under which most is kept (`fidelityOfSample`, mean over the samples) and every sample fits. Listed values
 * of every setting are tried together; numbers in between are refined by halving. Every answer was counted.
 *
 * @param settings what stays as it is unless the search changes it, `parity` included
 * @throws OnevisionError `unknown-name`, `unknown-key`, `invalid-input`
 */
export function fitSettings(
	checkpoint: string | Checkpoint,
	samples: readonly Sample[],
	limits: SettingsLimits,
	settings: Readonly<Record<string, unknown>> = {},
): SettingsFit {
	const counter = createCounterFrom(checkpoint, settings);
	const { family, checkpoint: facts } = counter;
	const ignored = family.ignored?.[counter.settings.parity] ?? [];
	const knobs = family.knobs(facts.constants);
	const usable = (list: readonly Knob[]): readonly Tunable[] =>
		list.filter(({ setting, deployable }) => deployable && !ignored.includes(setting));
	const measurer = (changed: Settings) => {
		const { count } = createCounterFrom(checkpoint, { ...settings, ...changed });
		return (sample: Sample): Measured => {
			const layout = count(sample);
			const { visualTokens, contextTokens } = layout;
			return { tokens: visualTokens, contextTokens, score: fidelityOfSample(sample, layout) };
		};
	};
	return fitByKind(samples, limits, {
		measurer,
		knobs: {
			image: usable(
				samples.some(({ media }) => imagesOf(media) > 1) ? knobs["multi-image"] : knobs["single-image"],
			),
			video: usable(knobs.video),
		},
	});
}

/** Side of the square of pixels that one feature is measured against, so that models with other patches compare, px. */
const REFERENCE_PATCH = 14;

/**
 * Fidelity of a sample: the mean over its items, from 0 to 1. A plan's fidelity compares settings of one model and takes
 * its own patches as whole; here features are counted per 14×14 pixels that the tower sees, so that models compare.
 */
export function fidelityOfSample(
	{ media }: Sample,
	{ items }: Pick<SampleLayout, "items">,
	exponents: FidelityExponents = DEFAULT_FIDELITY,
): number {
	let sum = 0;
	for (const [index, layout] of items.entries()) {
		const { tileGrid, patchGrid, canvas } = layout;
		const kept = keptShares(media[index] as MediaItem, layout, exponents.secondsPerFrame);
		const patches = tileGrid.rows * patchGrid.rows * tileGrid.cols * patchGrid.cols;
		const patchPixels = (canvas.width * canvas.height) / patches;
		const density = Math.min(1, (kept.density * REFERENCE_PATCH ** 2) / patchPixels);
		sum += fidelityOf({ ...kept, density }, exponents);
	}
	return items.length === 0 ? 1 : sum / items.length;
}

/** How one model is searched. */
export interface KindProblem {
	readonly knobs: Readonly<Record<MediaItem["kind"], readonly Tunable[]>>;
	readonly measurer: SearchProblem["measurer"];
}

const KINDS = ["image", "video"] as const;
/** Shares of the limit that the images of a sample with a video may take. */
const IMAGE_SHARES = [1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 5 / 8, 3 / 4, 7 / 8, 15 / 16];

/** Images and videos have settings of their own: each kind is searched by itself, and the whole is counted again. */
export function fitByKind(
	given: readonly Sample[],
	{ maxTokens, maxContextTokens = Number.POSITIVE_INFINITY }: SettingsLimits,
	problem: KindProblem,
): SettingsFit {
	const limits = { maxTokens, maxContextTokens };
	const merged = mergeEqual(given.map((sample) => ({ sample, weight: 1 })));
	const samples = countable(
		merged.map((each) => ({ ...each, ...limits })),
		problem,
	);
	if (samples.length === 0) return { settings: {}, fits: false };
	const shared = sharedKnobs(samples, problem);
	if (shared !== undefined) {
		const { settings, fits } = searchSettings({ samples, knobs: shared, measurer: problem.measurer });
		return { settings, fits };
	}
	if (!samples.some(({ sample: { media } }) => isMixed(media)))
		return searchKinds(samples, problem, undefined);
	const whole = (settings: Settings): SearchAnswer =>
		searchSettings({ samples, knobs: [], measurer: (more) => problem.measurer({ ...settings, ...more }) });
	let best: SearchAnswer = { ...whole({}), settings: {} };
	for (const share of IMAGE_SHARES) {
		const { settings } = searchKinds(samples, problem, share);
		const answer = { ...whole(settings), settings };
		if (isBetter(answer, best)) best = answer;
	}
	return { settings: best.settings, fits: best.fits };
}

function isMixed(media: readonly MediaItem[]): boolean {
	const images = imagesOf(media);
	return images > 0 && images < media.length;
}

/** The knobs of both kinds where one setting acts on both and both occur: then they are searched together. */
function sharedKnobs(samples: readonly LimitedSample[], { knobs }: KindProblem): Tunable[] | undefined {
	const occurs = (kind: MediaItem["kind"]): boolean =>
		samples.some(({ sample }) => sample.media.some((item) => item.kind === kind));
	const { image, video } = knobs;
	const common = image.filter(({ setting }) => video.some((knob) => knob.setting === setting));
	if (common.length === 0 || !KINDS.every(occurs)) return undefined;
	return [
		...image.map((knob) => {
			const other = video.find(({ setting }) => setting === knob.setting);
			const values = [...new Set([...knob.values, ...(other?.values ?? [])])];
			return {
				...knob,
				values: values.every((value) => typeof value === "number") ? ascending(values) : values,
			};
		}),
		...video.filter(({ setting }) => !common.some((knob) => knob.setting === setting)),
	];
}

function ascending(values: readonly number[]): number[] {
	return [...values].sort((a, b) => a - b);
}

function isBetter(one: SearchAnswer, other: SearchAnswer): boolean {
	if (one.fits !== other.fits) return one.fits;
	return one.fits ? one.score > other.score + 1e-12 : one.load < other.load;
}

/** The samples that are counted under the settings given. */
function countable(samples: readonly LimitedSample[], { measurer }: KindProblem): LimitedSample[] {
	const measureOne = measurer({});
	return samples.filter(({ sample }) => {
		try {
			measureOne(sample);
			return true;
		} catch (error) {
			if (error instanceof OnevisionError) return false;
			throw error;
		}
	});
}

/** `imageShare` is what images may take of the limit in a sample that holds both kinds. */
function searchKinds(
	samples: readonly LimitedSample[],
	{ knobs, measurer }: KindProblem,
	imageShare: number | undefined,
): SettingsFit {
	let settings: Settings = {};
	let fits = true;
	for (const kind of KINDS) {
		const parts = samples.flatMap((limited) => partOf(limited, kind, imageShare));
		if (parts.length === 0) continue;
		const found = searchSettings({ samples: parts, knobs: knobs[kind], measurer });
		settings = { ...settings, ...found.settings };
		fits &&= found.fits;
	}
	return { settings, fits };
}

function partOf(limited: LimitedSample, kind: MediaItem["kind"], share: number | undefined): LimitedSample[] {
	const { media } = limited.sample;
	const part = media.filter((item) => item.kind === kind);
	if (part.length === 0) return [];
	if (part.length === media.length || share === undefined) {
		return [{ ...limited, sample: { ...limited.sample, media: part } }];
	}
	const own = kind === "image" ? share : 1 - share;
	const { maxTokens, maxContextTokens } = limited;
	return [
		{
			...limited,
			sample: { ...limited.sample, media: part },
			maxTokens: maxTokens * own,
			maxContextTokens: maxContextTokens * own,
		},
	];
}

function imagesOf(media: readonly MediaItem[]): number {
	return media.reduce((sum, { kind }) => sum + (kind === "image" ? 1 : 0), 0);
}
