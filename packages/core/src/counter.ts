/**
 * Counting for one family: turns its layout rules and a checkpoint's constants into a counter. This module imports no
 * list of families, so a program that imports one family bundles only that family.
 */

import { nearest, OnevisionError } from "@onevision/base";
import { unknownKey } from "@onevision/base/schema";
import type { AnyFamily, Family, ItemCounter, Parity, Settings, SettingValue } from "./families/family.ts";
import { type ItemLayout, type SampleLayout, sampleLayout } from "./layout.ts";
import { assertMedia, type MediaItem, type Sample } from "./sample.ts";

/** The settings a count was made with: every setting of the family, with defaults filled in. */
export interface ResolvedSettings {
	readonly parity: Parity;
	readonly values: Settings;
}

/** What counting needs from a checkpoint. */
export interface CountedCheckpoint<Constants> {
	readonly constants: Constants;
	/** Context length in positions, visual and text tokens together. Absent when unknown; then no sample exceeds it. */
	readonly contextTokens?: number;
}

/** A counter with fixed constants and settings. Call `count` once per sample. */
export interface FamilyCounter {
	readonly settings: ResolvedSettings;
	/** Throws `invalid-media` or `unsupported`, naming the offending item. */
	count(sample: Sample): SampleLayout;
}

/** Maximum number of media items per sample. */
export const MAX_ITEMS = 10_000;

/**
 * A counter for a checkpoint of one known family. `createCounter` is the version for any family. Example:
 * `counterOf(layout, checkpoints["llava-onevision-qwen2-7b-ov"], { anyres_max: 4 })`.
 *
 * @param layout export of the family's entry, `@onevision/core/families/<id>`
 * @throws OnevisionError `unknown-key`, `invalid-input`, `unsupported`
 */
export function counterOf<Constants, S extends Settings>(
	layout: Family<Constants, S>,
	checkpoint: CountedCheckpoint<Constants>,
	settings?: Partial<S> & { readonly parity?: Parity },
): FamilyCounter {
	return anyCounter(layout as unknown as AnyFamily, checkpoint, settings ?? {});
}

/** Same as `counterOf`, for unchecked external settings. */
export function anyCounter(
	family: AnyFamily,
	checkpoint: CountedCheckpoint<unknown>,
	asked: Readonly<Record<string, unknown>>,
): FamilyCounter {
	const settings = resolveFamilySettings(family, checkpoint.constants, asked);
	const items = family.counter(checkpoint.constants, settings.values, settings.parity);
	const contextTokens = checkpoint.contextTokens ?? Number.POSITIVE_INFINITY;
	return { settings, count: (sample) => layoutSample(items, sample, contextTokens) };
}

/** Fills in defaults and validates every value. Throws `unknown-key` or `invalid-input`. */
export function resolveFamilySettings(
	family: AnyFamily,
	constants: unknown,
	asked: Readonly<Record<string, unknown>>,
): ResolvedSettings {
	const { parity: askedParity, ...rest } = asked;
	const parity = resolveParity(family, askedParity);
	const known = Object.keys(family.settings);
	const values: Record<string, SettingValue> = { ...family.defaults(constants, parity) };
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

/**
 * Returns the value if the implementation reads it, or if it matches what the implementation does anyway. Throws
 * `unsupported` otherwise.
 */
function refuseIgnored(
	value: SettingValue,
	key: string,
	family: AnyFamily,
	parity: Parity,
	byDefault: SettingValue | undefined,
): SettingValue {
	if (value === byDefault || family.ignored?.[parity]?.includes(key) !== true) return value;
	throw new OnevisionError(
		"unsupported",
		`${key} ${value}: ${parity} does not read it for ${family.title} and does as with ${byDefault}; leave it out or choose another parity`,
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

/** Same as `layoutItem`, but errors name the item, because a sample may have several. */
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
		// The same item object always gets the same layout, so reuse it.
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
