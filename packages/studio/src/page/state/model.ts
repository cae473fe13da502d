/** The model that is looked at, its settings, and its counter. */

import { type AnyCounter, apiModelById, createAnyCounter, resolveApiModelId } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import {
	type AnyFamily,
	type Checkpoint,
	checkpointById,
	familyById,
	isCheckpointName,
	type Parity,
	resolveCheckpointId,
	type SettingValue,
	type VideoSampling,
	videoSampling,
} from "@onevision/core";
import { type Loading, loadingOf } from "@onevision/media";
import { computed, signal } from "@preact/signals";

export const DEFAULT_MODEL = "llava-onevision-qwen2-7b-ov";

export type ChangedSettings = Readonly<Record<string, SettingValue>>;

export const modelId = signal(DEFAULT_MODEL);
/** Settings the user changed; all others are the model's. */
export const changed = signal<ChangedSettings>({});

export interface OpenModel {
	readonly checkpoint: Checkpoint;
	readonly family: AnyFamily;
	readonly sampling: VideoSampling;
}

/** A counter, and for open models what it is made of. */
export interface ModelInUse {
	readonly counter: AnyCounter;
	readonly open?: OpenModel;
	readonly loading: Loading;
}

/** The settings that counting uses: the model card's sampling of videos below what the user changed. */
export function modelInUse(id: string, asked: ChangedSettings): ModelInUse {
	if (!isCheckpointName(id)) return { counter: createAnyCounter(id, asked), loading: "stored" };
	const checkpoint = checkpointById(resolveCheckpointId(id));
	const sampling = videoSampling(checkpoint, asked);
	const card = sampling.by === "card" ? sampling.settings : {};
	const counter = createAnyCounter(id, { ...card, ...asked });
	const { loading } = loadingOf(counter.settings.parity as Parity);
	return { counter, loading, open: { checkpoint, family: familyById(checkpoint.family), sampling } };
}

/** The model in use, or why its settings are refused. */
export const inUse = computed<ModelInUse | OnevisionError>(() => {
	try {
		return modelInUse(modelId.value, changed.value);
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
