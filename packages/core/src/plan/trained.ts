/**
 * What a released checkpoint saw in training, knob by knob: up to a number of frames, tiles or pixels, or exactly one
 * pooling. A setting beyond that is untrained: possible, at a loss few have measured.
 */

import type { Knob, Settings, SettingValue } from "../families/family.ts";
import type { Checkpoint } from "../families/index.ts";
import { familyById } from "../families/index.ts";

/** Maximum frames per clip the checkpoint was trained on. `undefined` when unpublished. */
export function trainedFramesOf(checkpoint: Checkpoint): number | undefined {
	if (checkpoint.trainedFrames !== undefined) return checkpoint.trainedFrames;
	const { constants } = checkpoint;
	return "trainedFrames" in constants ? Number(constants.trainedFrames) : undefined;
}

/** A setting beyond training: its value and the trained value. */
export interface UntrainedSetting {
	readonly setting: string;
	readonly value: SettingValue;
	readonly trained: SettingValue;
}

/** The settings of an allocation that go beyond what the checkpoint was trained with. */
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

/**
 * How many of an allocation's settings differ from training at all. Of two allocations, the one with fewer differences
 * is simpler.
 */
export function changedSettings(checkpoint: Checkpoint, knobs: readonly Knob[], settings: Settings): number {
	return knobs.filter((knob) => {
		const trained = trainedValue(checkpoint, knob);
		return trained !== undefined && settings[knob.setting] !== trained;
	}).length;
}

/** The value used in training. `undefined` when it is unknown or follows the input. */
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
	// With "all" or "by_fps" where a number is chosen, the clip itself decides how many frames are used.
	return typeof value === typeof knob.values[0] ? value : undefined;
}

function goesBeyond({ bound }: Knob, value: SettingValue, trained: SettingValue): boolean {
	const atMost = bound !== "pooling" && typeof value === "number" && typeof trained === "number";
	return atMost ? value > trained : value !== trained;
}
