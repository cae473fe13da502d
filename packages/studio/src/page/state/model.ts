/** The model that is looked at, and its settings. */

import { apiModelById, resolveApiModelId } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { checkpointById, isCheckpointName, resolveCheckpointId, type SettingValue } from "@onevision/core";
import { computed, signal } from "@preact/signals";
import { type ChangedSettings, type ModelInUse, modelFor } from "./counter.ts";

export const DEFAULT_MODEL = "llava-onevision-qwen2-7b-ov";

export const modelId = signal(DEFAULT_MODEL);
/** Settings the user changed; all others are the model's. */
export const changed = signal<ChangedSettings>({});

/** The model in use, or why its settings are refused. */
export const inUse = computed<ModelInUse | OnevisionError>(() => {
	try {
		return modelFor(modelId.value, changed.value);
	} catch (error) {
		if (error instanceof OnevisionError) return error;
		throw error;
	}
});

export function chooseModel(id: string): void {
	if (id === modelId.value) return;
	changed.value = {};
	modelId.value = id;
}

export function changeSetting(key: string, value: SettingValue): void {
	changed.value = { ...changed.value, [key]: value };
}

export function resetSetting(key: string): void {
	const { [key]: _, ...rest } = changed.value;
	changed.value = rest;
}

export function titleOf(id: string): string {
	return isCheckpointName(id)
		? checkpointById(resolveCheckpointId(id)).title
		: apiModelById(resolveApiModelId(id)).title;
}
