/** The settings for counting with a model: from its files, from its model card for videos, and from the user. */

import {
	type Checkpoint,
	checkpointById,
	isCheckpointName,
	resolveCheckpointId,
	type VideoSampling,
	videoSampling,
} from "@onevision/core";
import type { ResolvedModel } from "./model.ts";
import { parseSettings } from "./settings.ts";

export interface AskedSettings {
	readonly set?: readonly string[];
	readonly parity?: string;
	/** Use the implementation's own frame sampling instead of the model card's. */
	readonly asIs?: boolean;
}

export interface ModelSettings {
	readonly settings: Readonly<Record<string, unknown>>;
	/** Absent for closed models, where the provider samples. */
	readonly sampling?: VideoSampling;
}

/** The user's settings override the model card's, which override those in the model's files. */
export function modelSettings(
	{ model, settings: files }: Pick<ResolvedModel, "model" | "settings">,
	{ set = [], parity, asIs = false }: AskedSettings,
): ModelSettings {
	const asked = { ...parseSettings(set), ...(parity === undefined ? {} : { parity }) };
	const checkpoint = checkpointOf(model);
	if (checkpoint === undefined) return { settings: { ...files, ...asked } };
	const sampling = videoSampling(checkpoint, asked, { asIs });
	const card = sampling.by === "card" ? sampling.settings : {};
	return { settings: { ...files, ...card, ...asked }, sampling };
}

function checkpointOf(model: string | Checkpoint): Checkpoint | undefined {
	if (typeof model !== "string") return model;
	return isCheckpointName(model) ? checkpointById(resolveCheckpointId(model)) : undefined;
}
