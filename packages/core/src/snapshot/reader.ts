/** The result of reading a snapshot of one model type, before it becomes a checkpoint. */

import type { AnyCheckpointRow, ProjectorChoice } from "../families/checkpoint.ts";
import type { Settings } from "../families/family.ts";
import type { PositionRule } from "../positions/rule.ts";
import type { ReadLanguageModel } from "./language-models.ts";
import type { OpenSnapshot } from "./open-snapshot.ts";
import type { ClassPixels } from "./pixels.ts";
import type { AnyTower } from "./tower-shape.ts";

/** What one family's reader found in the files. */
export interface SnapshotReading<F extends string, Constants, S extends Settings> {
	readonly family: F;
	readonly constants: Constants;
	/** Settings whose value in the files differs from the family's default. */
	readonly settings?: Partial<S>;
	/** Same as in a checkpoint: the model card's sampling, for files that sample no frames. */
	readonly recommendedSettings?: Partial<S>;
	readonly trainedFrames?: number;
	readonly tower: AnyTower;
	readonly projector: ProjectorChoice;
	readonly text: ReadLanguageModel;
	/** Attributes of the processors' classes. Values in the files override them. */
	readonly pixels?: ClassPixels;
	/** Same as in a checkpoint: set when it differs from the family's rule. */
	readonly positions?: PositionRule;
	/** Notes for the user, one line each. */
	readonly notes: readonly string[];
}

/** How the files of one `model_type` are read. */
export interface SnapshotReader {
	readonly family: string;
	/** Values of `processor_class` this reader accepts. */
	readonly processors: readonly string[];
	/** Keys that do not affect the count, beyond those ignored for every processor. */
	readonly ignored: {
		readonly processor?: readonly string[];
		readonly image?: readonly string[];
		readonly video?: readonly string[];
	};
	/** Classes that the rule and its defaults were read from. */
	readonly source: string;
	/** Whether those classes are in the checkpoint's own repository, because transformers has no processor for it. */
	readonly remoteCode?: true;
	read(snapshot: OpenSnapshot): SnapshotReading<string, unknown, Settings>;
}

/** A family's snapshot support. */
export interface SnapshotSupport {
	/** Readers, keyed by `model_type` of config.json. */
	readonly readers: Readonly<Record<string, SnapshotReader>>;
	/** Why there is no reader. Set only when there is none. */
	readonly reason?: string;
	/**
	 * The parts of config.json that processor files are read against, for a checkpoint from the table. Absent when the
	 * family's adapters use files for remote code.
	 */
	configOf?(checkpoint: AnyCheckpointRow): Readonly<Record<string, unknown>>;
}

/** Keys of image and video processors that affect pixels or bookkeeping but never the number of tokens. */
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
