/**
 * What a released checkpoint saw in training, knob by knob: at most so many frames, tiles or pixels, pooled exactly so.
 * A setting beyond it is untrained: possible, at a loss that few have measured.
 */

import type { Knob, Settings, SettingValue } from "../families/family.ts";
import type { Checkpoint } from "../families/index.ts";
import { familyById } from "../families/index.ts";

/** Frames per clip the checkpoint was trained on at most; `undefined` where nobody published it. */
export function trainedFramesOf(checkpoint: Checkpoint): number | undefined {
	if (checkpoint.trainedFrames !== undefined) return checkpoint.trainedFrames;
	const { constants } = checkpoint;
	return "trainedFrames" in constants ? Number(constants.trainedFrames) : undefined;
}

/** A setting beyond training: its value, and the trained one. */
export interface UntrainedSetting {
	readonly setting: string;
	readonly value: SettingValue;
	readonly trained: SettingValue;
}

/** Which of an allocation's settings go beyond what the checkpoint was trained with. */
export function untrainedSettings(
	checkpoint: Checkpoint,
	knobs: readonly Knob[],
	settings: Settings,
): UntrainedSetting[] {
	return knobs.flatMap((knob) => {
		const { setting } = knob;
		if (knob.everyValueTrained) return [];
		const value = settings[setting];
		const trained = trainedValue(checkpoint, knob);
		if (value === undefined || trained === undefined || !goesBeyond(knob, value, trained)) return [];
		return [{ setting, value, trained }];
	});
}

/** How many of an allocation's settings differ from those of training at all: the simpler of two is nearer to it. */
export function changedSettings(checkpoint: Checkpoint, knobs: readonly Knob[], settings: Settings): number {
	return knobs.filter((knob) => {
		const trained = trainedValue(checkpoint, knob);
		return trained !== undefined && settings[knob.setting] !== trained;
	}).length;
}

/** The value of training; `undefined` where it is unknown or follows the input. */
export function trainedValue(checkpoint: Checkpoint, knob: Knob): SettingValue | undefined {
	if (knob.bound === "frames") {
		const frames = trainedFramesOf(checkpoint);
		if (frames !== undefined) return frames;
	}
	const family = familyById(checkpoint.family);
	const defaults: Settings = {
		...family.defaults(checkpoint.constants, family.parities[0]),
		...checkpoint.recommendedSettings,
	};
	const value = defaults[knob.setting];
	// "all" or "by_fps" where a number is chosen: as many frames as the clip brings.
	return typeof value === typeof knob.values[0] ? value : undefined;
}

function goesBeyond({ bound }: Knob, value: SettingValue, trained: SettingValue): boolean {
	const atMost = bound !== "pooling" && typeof value === "number" && typeof trained === "number";
	return atMost ? value > trained : value !== trained;
}
