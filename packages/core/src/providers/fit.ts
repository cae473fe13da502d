/** The best settings of a closed model under a limit. */

import type { Settings } from "../families/family.ts";
import type { Measured } from "../fit-search.ts";
import { fitByKind, type SettingsFit, type SettingsLimits } from "../fit-settings.ts";
import type { Sample } from "../sample.ts";
import { countApiFrom, modelOn } from "./count.ts";
import { resolveApiModelId } from "./models.ts";

const NOTHING = { image: [], video: [] } as const;

/**
 * The settings under which every sample fits and the media take the most tokens: how closely a closed model looks at a
 * picture is not published, so tokens stand for detail, within one model only.
 *
 * @param settings as for `countApi`; they stay unless the search changes them
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
