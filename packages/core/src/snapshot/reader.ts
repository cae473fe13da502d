/** What reading a snapshot of one model type yields, before it becomes a checkpoint. */

import type { AnyCheckpointRow, ProjectorChoice } from "../families/checkpoint.ts";
import type { Settings } from "../families/family.ts";
import type { PositionRule } from "../positions/rule.ts";
import type { ReadLanguageModel } from "./language-models.ts";
import type { OpenSnapshot } from "./open-snapshot.ts";
import type { ClassPixels } from "./pixels.ts";
import type { AnyTower } from "./tower-shape.ts";

/** What one family's reader found. */
export interface SnapshotReading<F extends string, Constants, S extends Settings> {
	readonly family: F;
	readonly constants: Constants;
	/** Settings whose value in the files is not the family's default. */
	readonly settings?: Partial<S>;
	/** As in a checkpoint: what the model card does where the files sample no frames. */
	readonly recommendedSettings?: Partial<S>;
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

/** How the files of one `model_type` are read. */
export interface SnapshotReader {
	readonly family: string;
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
	readonly remoteCode?: true;
	read(snapshot: OpenSnapshot): SnapshotReading<string, unknown, Settings>;
}

/** What a family says of snapshots. */
export interface SnapshotSupport {
	/** By `model_type` of config.json. */
	readonly readers: Readonly<Record<string, SnapshotReader>>;
	/** Why there is no reader; set where there is none. */
	readonly reason?: string;
	/**
	 * What config.json of a checkpoint of the table says, as far as processors' files are read against it. Absent: files of
	 * the family's adapters are for code of their own.
	 */
	configOf?(checkpoint: AnyCheckpointRow): Readonly<Record<string, unknown>>;
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
