/**
 * The settings for counting with a model, open or closed: from its own files, from its model card for videos, and
 * from the user.
 */

import {
	type Checkpoint,
	checkpointById,
	isCheckpointName,
	resolveCheckpointId,
	type Settings,
	type VideoSampling,
	videoSampling,
} from "@onevision/core";

export interface AskedSettings {
	readonly settings?: Settings;
	/** Implementation to match. Checked by the counter. */
	readonly parity?: string | undefined;
	/** Use the implementation's own frame sampling instead of the model card's. Default false. */
	readonly asIs?: boolean | undefined;
}

/** What `createAnyCounter` takes beside the model, and how frames of a video are chosen. */
export interface ModelSettings {
	readonly settings: Readonly<Record<string, unknown>>;
	/** Absent for closed models, where the provider samples. */
	readonly sampling?: VideoSampling;
}

/**
 * The asked settings override the model card's, which override those in the model's files.
 *
 * @param files settings of a snapshot that differ from its family's defaults
 */
export function modelSettings(
	model: string | Checkpoint,
	{ settings, parity, asIs = false }: AskedSettings,
	files: Settings = {},
): ModelSettings {
	const asked = { ...settings, ...(parity === undefined ? {} : { parity }) };
	const checkpoint = checkpointOf(model);
	if (checkpoint === undefined) return { settings: { ...files, ...asked } };
	const sampling = videoSampling(checkpoint, asked, { asIs });
	const card = sampling.by === "card" ? sampling.settings : {};
	return { settings: { ...files, ...card, ...asked }, sampling };
}

/** The checkpoint of a model; `undefined` for a closed model or an unknown name. */
function checkpointOf(model: string | Checkpoint): Checkpoint | undefined {
	if (typeof model !== "string") return model;
	return isCheckpointName(model) ? checkpointById(resolveCheckpointId(model)) : undefined;
}
