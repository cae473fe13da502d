/**
 * Finds the best settings of a model under a limit: the settings that keep the most of the media while every sample
 * stays within a number of visual tokens and within the context. Only settings that a released checkpoint accepts
 * without training are searched.
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

/** Limits that apply to every sample. */
export interface SettingsLimits {
	/** Maximum visual tokens per sample. If a count is a range, its upper bound must fit. */
	readonly maxTokens: number;
	/** Maximum context tokens per sample: media, markers and the sample's own text. Default: no limit. */
	readonly maxContextTokens?: number;
}

export interface SettingsFit {
	/** The settings to change. Empty when the given settings are already best. */
	readonly settings: Settings;
	/**
	 * Whether every sample is within the limits. If not, `settings` are the ones that come closest. Samples that the model
	 * refuses under the given settings are left out.
	 */
	readonly fits: boolean;
}

/**
 * Finds the settings that keep the most (`fidelityOfSample`, averaged over the samples) while every sample fits. All
 * combinations of the listed values are tried; numbers in between are refined by bisection. Every answer has been
 * counted.
 *
 * @param settings base settings, including `parity`; they stay unchanged unless the search overrides them
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

/**
 * Reference patch side, px. Features are counted per square of this size, which makes models with different patch sizes
 * comparable.
 */
const REFERENCE_PATCH = 14;

/**
 * Fidelity of a sample: the mean over its items, from 0 to 1. A plan's fidelity compares settings of one model,
 * relative to that model's own patches. Here features are counted per 14×14 pixels seen by the tower, so that different
 * models can be compared.
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

/** What the search for one model needs. */
export interface KindProblem {
	readonly knobs: Readonly<Record<MediaItem["kind"], readonly Tunable[]>>;
	readonly measurer: SearchProblem["measurer"];
}

const KINDS = ["image", "video"] as const;
/** Fractions of the limit tried for the images in samples that also contain a video. */
const IMAGE_SHARES = [1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 5 / 8, 3 / 4, 7 / 8, 15 / 16];

/**
 * Images and videos have separate settings, so each kind is searched on its own and the combination is counted again.
 */
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

/** The knobs of both kinds, when one setting affects both and both occur. They are then searched jointly. */
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

/** The samples that can be counted under the given settings. */
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

/** `imageShare` is the fraction of the limit for images in samples that contain both kinds. */
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
