/** The settings a model is counted with: those of its files, of its card for videos, and those asked for. */

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
	/** Take the frames that the implementation takes by itself, not those of the model's card. */
	readonly asIs?: boolean;
}

export interface ModelSettings {
	readonly settings: Readonly<Record<string, unknown>>;
	/** Absent for closed models: the provider samples. */
	readonly sampling?: VideoSampling;
}

/** What is asked for comes before the model's card, which comes before the model's files. */
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
