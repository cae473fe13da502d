/** What a family is: an algorithm that turns media into tokens, with its settings declared once. */

import { OnevisionError } from "@onevision/base";
import type { Schema } from "@onevision/base/schema";
import type { ItemLayout } from "../layout.ts";
import type { ImageItem, Scenario, VideoItem } from "../sample.ts";

/**
 * Whose arithmetic is followed where implementations differ: Hugging Face transformers, the model's own
 * repository, vLLM, the qwen-vl-utils helper that Qwen's model cards use, or Mistral's own mistral-common.
 */
export type Parity = "transformers" | "original" | "vllm" | "qwen-vl-utils" | "mistral-common";

export type SettingValue = number | string | boolean;

/** Values of a family's settings, in the spelling of the reference's own configuration. */
export type Settings = { readonly [key: string]: SettingValue };

/** A family with constants and settings fixed: sizes in, layouts out. */
export interface ItemCounter {
	/** `images` is how many images the sample holds; some families lay out one image and several differently. */
	image(item: ImageItem, images: number): ItemLayout;
	video(item: VideoItem): ItemLayout;
	/**
	 * The layout with the item's number written into its text, where the prompt numbers items; `ordinal` counts from 1
	 * among items of the kind.
	 */
	numbered?(layout: ItemLayout, ordinal: number): ItemLayout;
}

/** A setting the planner may turn for one scenario. */
export interface Knob {
	readonly setting: string;
	/** Values tried, any order. */
	readonly values: readonly SettingValue[];
	/** Whether a released checkpoint accepts other values than its own at inference time, without training. */
	readonly deployable: boolean;
	/** Set where training covered every value that is tried, not only the checkpoint's own. */
	readonly everyValueTrained?: true;
	/**
	 * Where `values` are a selection: every `step` from `from` to the highest of them does something of its own, and a
	 * higher one never takes fewer tokens by more than rounding.
	 */
	readonly range?: { readonly from: number; readonly step: number };
	/** Which bound of a plan request applies to the values. */
	readonly bound?: "frames" | "tiles" | "pooling";
	/** The value in words, for people: "grids of up to 9 tiles". `settings` are those of the knobs before it. */
	readonly label: (value: SettingValue, settings: Settings) => string;
	/** Whether the value does the same as another one that is tried, given the knobs before it. */
	readonly redundant?: (value: SettingValue, settings: Settings) => boolean;
}

/** A setting as the model's own processor takes it in transformers. Values are Python expressions. */
export interface ProcessorArguments {
	/** `images_kwargs` of the call. */
	readonly images?: Readonly<Record<string, string>>;
	/** `videos_kwargs` of the call. */
	readonly videos?: Readonly<Record<string, string>>;
	/** What is set before the call, one statement each. */
	readonly statements?: readonly string[];
	/** What arguments cannot say. */
	readonly notes?: readonly string[];
}

export interface Family<Constants, S extends Settings> {
	readonly title: string;
	/** Repository, file and commit, or documentation page, that the rule was read from. */
	readonly source: string;
	/** Implementations that can be followed; the first is the default. */
	readonly parities: readonly [Parity, ...Parity[]];
	readonly settings: { readonly [Key in keyof S]: Schema<S[Key]> };
	/** What the implementation does for these constants when nothing is set. */
	defaults(constants: Constants, parity: Parity): S;
	/** Settings an implementation does not read: it does as its defaults say, and another value is refused. */
	readonly ignored?: { readonly [P in Parity]?: readonly string[] };
	/**
	 * Throws `invalid-input` for values that contradict each other; `asked` are the settings that were given, the others
	 * hold their defaults. Absent: any combination is fine.
	 */
	check?(settings: S, parity: Parity, asked: ReadonlySet<string>): void;
	counter(constants: Constants, settings: S, parity: Parity): ItemCounter;
	/**
	 * How chosen settings of one scenario are given to the processor in transformers. Absent: as arguments of their own
	 * names, those of videos without `video_`.
	 */
	processorArguments?(chosen: Settings, constants: Constants): ProcessorArguments;
	/**
	 * Keys of vLLM's `--mm-processor-kwargs` by setting, with dots into nested objects. Absent: settings under their own
	 * names, those of videos without `video_`; where `processorArguments` is there, none but these.
	 */
	readonly vllmArguments?: Readonly<Record<string, string>>;
	/** How several images of one request are passed where a flat list of them is counted otherwise. */
	readonly severalImages?: string;
	/** What the planner may choose per scenario; an empty list means the family is fixed there. */
	knobs(constants: Constants): { readonly [S in Scenario]: readonly Knob[] };
	/** Scenarios the family can take at all. */
	readonly scenarios: readonly Scenario[];
}

/** A family seen without its own types: what shared code works with. */
export type AnyFamily = Family<unknown, Settings>;

/** The `image` of a family that takes none. */
export function noImage(title: string): (item: ImageItem) => never {
	return () => {
		throw new OnevisionError("unsupported", `${title} takes no image; choose another model or parity`);
	};
}

/** The `video` of a family that takes none. */
export function noVideo(title: string): (item: VideoItem) => never {
	return () => {
		throw new OnevisionError(
			"unsupported",
			`${title} takes no video; choose a model that does (onevision models)`,
		);
	};
}
