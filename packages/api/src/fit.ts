/** Finds the best settings of a closed model under a limit. */

import type { Measured, Settings } from "@onevision/core";
import {
	DEFAULT_FIDELITY,
	durationSeconds,
	fidelityOf,
	fitByKind,
	type MediaItem,
	type Sample,
	type SettingsFit,
	type SettingsLimits,
} from "@onevision/core";
import { type ApiCount, countApiFrom, modelOn } from "./count.ts";
import { resolveApiModelId } from "./models.ts";

const NOTHING = { image: [], video: [] } as const;

/**
 * Finds the settings under which every sample fits and the media take the most tokens. Providers do not publish how
 * much detail a closed model sees, so tokens stand in for detail; compare them only within one model.
 *
 * @param settings as for `countApi`; kept unless the search changes them
 * @throws OnevisionError what `countApi` throws for a model or a setting
 */
export function fitApiSettings(
	model: string,
	samples: readonly Sample[],
	limits: SettingsLimits,
	settings: Readonly<Record<string, unknown>> = {},
): SettingsFit {
	const id = resolveApiModelId(model);
	const { rule, version } = modelOn(id, settings.date);
	return fitByKind(samples, limits, {
		knobs: rule.knobs?.(version.constants) ?? NOTHING,
		measurer:
			(changed: Settings) =>
			(sample: Sample): Measured => {
				const { visualTokens, contextTokens } = countApiFrom(id, sample, { ...settings, ...changed });
				return { tokens: visualTokens, contextTokens, score: visualTokens };
			},
	});
}

/**
 * Upper bound on how much of a sample a closed model can keep, 0 to 1: the fidelity of the pixels and the duration it
 * is documented to process, as if its tower pooled nothing. A bound of 1 carries no information.
 */
export function apiFidelityBound({ media }: Sample, { items }: Pick<ApiCount, "items">): number {
	let sum = 0;
	for (const [index, { resized, frames }] of items.entries()) {
		const item = media[index] as MediaItem;
		const seconds = item.kind === "video" ? durationSeconds(item) : undefined;
		const kept = {
			resolution: Math.min(1, resized.width / item.width) * Math.min(1, resized.height / item.height),
			density: 1,
			duration:
				seconds === undefined ? 1 : Math.min(1, (frames * DEFAULT_FIDELITY.secondsPerFrame) / seconds),
		};
		sum += fidelityOf(kept, DEFAULT_FIDELITY);
	}
	return items.length === 0 ? 1 : sum / items.length;
}
