/** Counting: a checkpoint, a sample and settings in; a layout with exact token counts out. */

import { nearest, OnevisionError } from "@onevision/base";
import { unknownKey } from "@onevision/base/schema";
import { type CHECKPOINTS, checkpointById, resolveCheckpointId } from "./checkpoints.ts";
import type { AnyFamily, ItemCounter, Parity, Settings, SettingValue } from "./families/family.ts";
import type { Checkpoint, CheckpointId } from "./families/index.ts";
import { familyById, type SettingsOf } from "./families/index.ts";
import { type ItemLayout, type SampleLayout, sampleLayout } from "./layout.ts";
import { assertMedia, type MediaItem, type Sample } from "./sample.ts";

/** Settings one may give for a checkpoint: those of its family, and whose arithmetic to follow. */
export type CountSettings<Id extends CheckpointId> = Partial<
	SettingsOf<(typeof CHECKPOINTS)[Id]["family"]>
> & {
	readonly parity?: Parity;
};

/** What a count was made with: every setting of the family, defaults filled in. */
export interface ResolvedSettings {
	readonly parity: Parity;
	readonly values: Settings;
}

/** A checkpoint with settings fixed. Call `count` once per sample. */
export interface Counter {
	readonly checkpoint: Checkpoint;
	readonly family: AnyFamily;
	readonly settings: ResolvedSettings;
	/** Throws `invalid-media` or `unsupported`, naming the item. */
	count(sample: Sample): SampleLayout;
}

/** Most media items one sample may hold. */
export const MAX_ITEMS = 10_000;

/**
 * Lays out one sample: canvas, tile grid, tower tokens, pooled and unpadded grids, newlines, markers and visual tokens
 * per media item, and their sums. Exact for the implementation named by `parity` (default: the family's first, mostly
 * transformers 5.18), unless an item says so with `range`.
 *
 * @param checkpoint id, e.g. `"llava-onevision-qwen2-7b-ov"`, or a checkpoint of your own
 * @throws OnevisionError `invalid-media`, `unsupported`, `unknown-key`, `invalid-input`
 */
export function count<const Id extends CheckpointId>(
	checkpoint: Id | Checkpoint,
	sample: Sample,
	settings?: CountSettings<Id>,
): SampleLayout {
	return counterFor(checkpoint, settings).count(sample);
}

/** As `count`, for many samples: settings are checked once. */
export function createCounter<const Id extends CheckpointId>(
	checkpoint: Id | Checkpoint,
	settings?: CountSettings<Id>,
): Counter {
	return counterFor(checkpoint, settings);
}

/** As `createCounter`, for names and settings that come from outside: any name of a checkpoint, unchecked values. */
export function createCounterFrom(
	checkpoint: string | Checkpoint,
	settings: Readonly<Record<string, unknown>> = {},
): Counter {
	return counterFor(typeof checkpoint === "string" ? resolveCheckpointId(checkpoint) : checkpoint, settings);
}

const defaultCounters = new Map<CheckpointId, Counter>();

function counterFor(
	checkpoint: CheckpointId | Checkpoint,
	asked: Readonly<Record<string, unknown>> | undefined,
): Counter {
	if (isCheckpoint(checkpoint)) return buildCounter(checkpoint, asked ?? {});
	if (asked !== undefined) return buildCounter(checkpointById(resolveCheckpointId(checkpoint)), asked);
	const known = defaultCounters.get(checkpoint);
	if (known !== undefined) return known;
	const built = buildCounter(checkpointById(resolveCheckpointId(checkpoint)), {});
	defaultCounters.set(checkpoint, built);
	return built;
}

function isCheckpoint(value: CheckpointId | Checkpoint): value is Checkpoint {
	return typeof value !== "string";
}

function buildCounter(checkpoint: Checkpoint, asked: Readonly<Record<string, unknown>>): Counter {
	const family = familyById(checkpoint.family);
	const settings = resolveSettings(checkpoint, asked);
	const items = family.counter(checkpoint.constants, settings.values, settings.parity);
	return {
		checkpoint,
		family,
		settings,
		count: (sample) => layoutSample(items, sample, checkpoint.contextTokens ?? Number.POSITIVE_INFINITY),
	};
}

/** Fills in defaults and checks every value. Throws `unknown-key` or `invalid-input`. */
export function resolveSettings(
	checkpoint: Checkpoint,
	asked: Readonly<Record<string, unknown>>,
): ResolvedSettings {
	const family = familyById(checkpoint.family);
	const { parity: askedParity, ...rest } = asked;
	const parity = resolveParity(family, askedParity);
	const known = Object.keys(family.settings);
	const values: Record<string, SettingValue> = { ...family.defaults(checkpoint.constants, parity) };
	for (const [key, value] of Object.entries(rest)) {
		const schema = Object.hasOwn(family.settings, key) ? family.settings[key] : undefined;
		if (schema === undefined) {
			throw known.length === 0
				? new OnevisionError("unknown-key", `${key}: ${family.title} has no settings`)
				: unknownKey(`setting ${key}`, key, [...known, "parity"]);
		}
		if (value !== undefined)
			values[key] = refuseIgnored(schema.parse(value, key), key, family, parity, values[key]);
	}
	const given = Object.keys(rest).filter((key) => rest[key] !== undefined);
	family.check?.(values, parity, new Set(given));
	return { parity, values };
}

/** The value, when the implementation reads it or does the same anyway. Throws `unsupported`. */
function refuseIgnored(
	value: SettingValue,
	key: string,
	family: AnyFamily,
	parity: Parity,
	usual: SettingValue | undefined,
): SettingValue {
	if (value === usual || family.ignored?.[parity]?.includes(key) !== true) return value;
	throw new OnevisionError(
		"unsupported",
		`${key} ${value}: ${parity} does not read it for ${family.title} and does as with ${usual}; leave it out or choose another parity`,
	);
}

function resolveParity(family: AnyFamily, asked: unknown): Parity {
	if (asked === undefined) return family.parities[0];
	const found = family.parities.find((parity) => parity === asked);
	if (found !== undefined) return found;
	const hint = typeof asked === "string" ? nearest(asked, family.parities) : undefined;
	throw new OnevisionError(
		"invalid-input",
		`parity ${typeof asked === "string" ? JSON.stringify(asked.slice(0, 40)) : typeof asked}: ${family.title} has ${family.parities.join(", ")}${hint === undefined ? "" : `; did you mean ${hint}?`}`,
	);
}

function layoutItem(counter: ItemCounter, item: MediaItem, images: number): ItemLayout {
	assertMedia(item);
	return item.kind === "image" ? counter.image(item, images) : counter.video(item);
}

/** As `layoutItem`; an error names the item, since there are several. */
function layoutNamedItem(counter: ItemCounter, item: MediaItem, images: number, index: number): ItemLayout {
	try {
		return layoutItem(counter, item, images);
	} catch (error) {
		if (!(error instanceof OnevisionError)) throw error;
		throw new OnevisionError(error.code, `media[${index}]: ${error.message}`);
	}
}

function layoutSample(counter: ItemCounter, sample: Sample, contextLimit: number): SampleLayout {
	const { media, textTokens = 0 } = sample;
	if (!Array.isArray(media)) {
		throw new OnevisionError("invalid-input", "media: expected a list of images and videos");
	}
	if (media.length > MAX_ITEMS) {
		throw new OnevisionError(
			"over-limit",
			`${media.length} media items in one sample: at most ${MAX_ITEMS}; split the sample`,
		);
	}
	if (!Number.isSafeInteger(textTokens) || textTokens < 0) {
		throw new OnevisionError(
			"invalid-input",
			`textTokens: expected a whole number from 0, got ${textTokens}`,
		);
	}
	let images = 0;
	for (const item of media) if (item?.kind === "image") images++;
	const items: ItemLayout[] = [];
	let previous: MediaItem | undefined;
	let layout: ItemLayout | undefined;
	const ordinals = { image: 0, video: 0 };
	for (let index = 0; index < media.length; index++) {
		const item = media[index] as MediaItem;
		// The very same item again has the very same layout.
		if (layout === undefined || item !== previous) {
			layout =
				media.length === 1
					? layoutItem(counter, item, images)
					: layoutNamedItem(counter, item, images, index);
			previous = item;
		}
		items.push(counter.numbered?.(layout, ++ordinals[item.kind]) ?? layout);
	}
	return sampleLayout(items, textTokens, contextLimit);
}
