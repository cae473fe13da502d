/** What a family is: an algorithm that turns media into tokens. Its settings are declared once. */

import { OnevisionError } from "@onevision/base";
import type { Schema } from "@onevision/base/schema";
import type { ItemLayout } from "../layout.ts";
import type { ImageItem, Scenario, VideoItem } from "../sample.ts";

/**
 * Which implementation's arithmetic to follow when implementations differ: Hugging Face transformers, the model's own
 * repository, vLLM, the qwen-vl-utils helper used by Qwen's model cards, or Mistral's mistral-common.
 */
export type Parity = "transformers" | "original" | "vllm" | "qwen-vl-utils" | "mistral-common";

export type SettingValue = number | string | boolean;

/** Values of a family's settings, named as in the reference's own configuration. */
export type Settings = { readonly [key: string]: SettingValue };

/** A family with fixed constants and settings: takes sizes, returns layouts. */
export interface ItemCounter {
	/** `images` is the number of images in the sample. Some families lay out single and multiple images differently. */
	image(item: ImageItem, images: number): ItemLayout;
	video(item: VideoItem): ItemLayout;
	/**
	 * Writes the item's number into the text of its layout, for prompts that number items. `ordinal` counts from 1 among
	 * items of the same kind.
	 */
	numbered?(layout: ItemLayout, ordinal: number): ItemLayout;
}

/** A setting the planner may change for one scenario. */
export interface Knob {
	readonly setting: string;
	/** Values to try, in any order. */
	readonly values: readonly SettingValue[];
	/** Whether a released checkpoint accepts values other than its own at inference time, without training. */
	readonly deployable: boolean;
	/** Set when training covered every value tried, not just the checkpoint's own. */
	readonly everyValueTrained?: true;
	/**
	 * Set when `values` is a selection. Every `step` from `from` up to the largest value has a distinct effect, and a
	 * larger value never yields fewer tokens, except for rounding.
	 */
	readonly range?: { readonly from: number; readonly step: number };
	/** Which bound of a plan request limits the values. */
	readonly bound?: "frames" | "tiles" | "pooling";
	/** Describes the value for people: "grids of up to 9 tiles". `settings` contains the values of the preceding knobs. */
	readonly label: (value: SettingValue, settings: Settings) => string;
	/** Whether the value has the same effect as another one that is tried, given the preceding knobs. */
	readonly redundant?: (value: SettingValue, settings: Settings) => boolean;
}

/** A setting in the form that the model's processor in transformers accepts. Values are Python expressions. */
export interface ProcessorArguments {
	/** `images_kwargs` of the call. */
	readonly images?: Readonly<Record<string, string>>;
	/** `videos_kwargs` of the call. */
	readonly videos?: Readonly<Record<string, string>>;
	/** Statements to run before the call, one each. */
	readonly statements?: readonly string[];
	/** What arguments cannot express. */
	readonly notes?: readonly string[];
}

export interface Family<Constants, S extends Settings> {
	readonly title: string;
	/** Source of the rule: repository, file and commit, or documentation page. */
	readonly source: string;
	/** Implementations that can be followed. The first is the default. */
	readonly parities: readonly [Parity, ...Parity[]];
	readonly settings: { readonly [Key in keyof S]: Schema<S[Key]> };
	/** The implementation's behavior for these constants when no setting is given. */
	defaults(constants: Constants, parity: Parity): S;
	/** Settings that an implementation does not read. It always uses their defaults, so other values are refused. */
	readonly ignored?: { readonly [P in Parity]?: readonly string[] };
	/**
	 * Throws `invalid-input` for contradictory values. `asked` contains the settings that were given; the others hold
	 * their defaults. Absent: any combination is valid.
	 */
	check?(settings: S, parity: Parity, asked: ReadonlySet<string>): void;
	counter(constants: Constants, settings: S, parity: Parity): ItemCounter;
	/**
	 * How to pass the chosen settings of one scenario to the processor in transformers. Absent: as arguments of the same
	 * names, without the `video_` prefix for videos.
	 */
	processorArguments?(chosen: Settings, constants: Constants): ProcessorArguments;
	/**
	 * Keys of vLLM's `--mm-processor-kwargs` by setting, with dots for nested objects. Absent: settings under their own
	 * names, without the `video_` prefix; but if `processorArguments` is present, only the settings listed here can be
	 * passed.
	 */
	readonly vllmArguments?: Readonly<Record<string, string>>;
	/** How to pass several images of one request, for processors that count a flat list of images differently. */
	readonly severalImages?: string;
	/** What the planner may choose per scenario. An empty list means the family is fixed there. */
	knobs(constants: Constants): { readonly [S in Scenario]: readonly Knob[] };
	/** Scenarios the family supports. */
	readonly scenarios: readonly Scenario[];
}

/** A family without its own types, as used by shared code. */
export type AnyFamily = Family<unknown, Settings>;

/** The `image` function of a family that accepts no images. */
export function noImage(title: string): (item: ImageItem) => never {
	return () => {
		throw new OnevisionError("unsupported", `${title} takes no image; choose another model or parity`);
	};
}

/** The `video` function of a family that accepts no videos. */
export function noVideo(title: string): (item: VideoItem) => never {
	return () => {
		throw new OnevisionError(
			"unsupported",
			`${title} takes no video; choose a model that does (onevision models)`,
		);
	};
}
