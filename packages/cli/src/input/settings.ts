/** Parses `--set key=value` from the command line into typed settings. */

import { OnevisionError } from "@onevision/base";
import type { SettingValue } from "@onevision/core";

/** Converts numbers and true/false; anything else stays text. Throws `invalid-input` without an "=". */
export function parseSettings(pairs: readonly string[]): Record<string, SettingValue> {
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
