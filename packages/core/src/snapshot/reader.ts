/** What reading a snapshot of one model type yields, before it becomes a checkpoint. */

import type { ProjectorChoice } from "../checkpoints/checkpoint.ts";
import type { ConstantsOf, FamilyId, SettingsOf } from "../families/index.ts";
import type { PositionRule } from "../positions/rule.ts";
import type { ReadLanguageModel } from "./language-models.ts";
import type { OpenSnapshot } from "./open-snapshot.ts";
import type { ClassPixels } from "./pixels.ts";
import type { AnyTower } from "./tower-shape.ts";

/** What one family's reader found. */
export interface ReadingOf<F extends FamilyId> {
	readonly family: F;
	readonly constants: ConstantsOf<F>;
	/** Settings whose value in the files is not the family's default. */
	readonly settings?: Partial<SettingsOf<F>>;
	/** As in a checkpoint: what the model card does where the files sample no frames. */
	readonly usual?: Partial<SettingsOf<F>>;
	readonly trainedFrames?: number;
	readonly tower: AnyTower;
	readonly projector: ProjectorChoice;
	readonly text: ReadLanguageModel;
	/** Attributes of the processors' classes; the files' own values are read beside them. */
	readonly pixels?: ClassPixels;
	/** As in a checkpoint: where it is not the family's. */
	readonly positions?: PositionRule;
	/** What a user should know, one line each. */
	readonly notes: readonly string[];
}

export type Reading = { [F in FamilyId]: ReadingOf<F> }[FamilyId];

/** How the files of one `model_type` are read. */
export interface Reader {
	readonly family: FamilyId;
	/** Values of `processor_class` this reader stands for. */
	readonly processors: readonly string[];
	/** Keys that leave the count alone, beside those of every processor. */
	readonly ignored: {
		readonly processor?: readonly string[];
		readonly image?: readonly string[];
		readonly video?: readonly string[];
	};
	/** Classes the rule and its defaults were read from. */
	readonly source: string;
	/** Whether those are of the checkpoint's own repository; transformers has no processor for it. */
	readonly original?: true;
	read(snapshot: OpenSnapshot): Reading;
}

/** Keys of any image or video processor that change pixels or bookkeeping, never the number of tokens. */
export const IGNORED_BY_PROCESSORS = [
	"image_mean",
	"image_std",
	"do_rescale",
	"rescale_factor",
	"do_normalize",
	"do_convert_rgb",
	"resample",
	"data_format",
	"input_data_format",
	"device",
	"disable_grouping",
	"return_tensors",
	"return_metadata",
	"video_metadata",
	"auto_map",
	"_valid_processor_keys",
	"_processor_class",
	"feature_extractor_type",
	"image_processor_type",
	"video_processor_type",
	"processor_class",
	"image_seq_length",
	"transformers_version",
] as const;

/** Keys of processor_config.json that name tokens and files. */
export const IGNORED_BY_PROCESSOR = [
	"processor_class",
	"auto_map",
	"chat_template",
	"tokenizer",
	"image_token",
	"video_token",
	"transformers_version",
	"_name_or_path",
] as const;
