/** The options that ask for settings: `--set key=value`, `--parity`, `--as-is`. */

import type { AskedSettings } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import type { SettingValue } from "@onevision/core";

export interface SettingsOptions extends Pick<AskedSettings, "parity" | "asIs"> {
	readonly set?: readonly string[];
}

/** Throws `invalid-input` for a `--set` without an "=". */
export function askedSettings({ set = [], parity, asIs }: SettingsOptions): AskedSettings {
	return { settings: parseSettings(set), parity, asIs };
}

/** Converts numbers and true/false; anything else stays text. Throws `invalid-input` without an "=". */
function parseSettings(pairs: readonly string[]): Record<string, SettingValue> {
	const settings: Record<string, SettingValue> = Object.create(null) as Record<string, SettingValue>;
	for (const pair of pairs) {
		const at = pair.indexOf("=");
		const key = pair.slice(0, at).trim();
		if (at < 1 || key === "") {
			throw new OnevisionError("invalid-input", `--set ${pair}: expected key=value, e.g. num_frames=32`);
		}
		settings[key] = parseValue(pair.slice(at + 1).trim());
	}
	return settings;
}

function parseValue(text: string): SettingValue {
	if (text === "true" || text === "false") return text === "true";
	return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}
