/** How the page counts with a model: the model card's sampling of videos below what the user changed, as the command. */

import { type AnyCounter, createAnyCounter } from "@onevision/api";
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

export type ChangedSettings = Readonly<Record<string, SettingValue>>;

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

/** Settings to count with. Throws what counting throws for a model's name or settings. */
export function settingsFor(id: string, asked: ChangedSettings): ChangedSettings {
	if (!isCheckpointName(id)) return asked;
	const { by, settings } = videoSampling(checkpointById(resolveCheckpointId(id)), asked);
	return { ...(by === "card" ? settings : {}), ...asked };
}

export function modelFor(id: string, asked: ChangedSettings): ModelInUse {
	const counter = createAnyCounter(id, settingsFor(id, asked));
	if (!isCheckpointName(id)) return { counter, loading: "stored" };
	const checkpoint = checkpointById(resolveCheckpointId(id));
	const { loading } = loadingOf(counter.settings.parity as Parity);
	return {
		counter,
		loading,
		open: { checkpoint, family: familyById(checkpoint.family), sampling: videoSampling(checkpoint, asked) },
	};
}
