/** What a checkpoint is: a family plus its constants, the model parts it consists of, and the source of each fact. */

import type { LanguageModel, LanguageModelId, UnknownLanguageModel } from "../facts/language-models.ts";
import type { CheckpointPixels } from "../facts/normalizations.ts";
import type { Tower, TowerId } from "../facts/towers.ts";
import type { PositionRule } from "../positions/rule.ts";
import type { Settings } from "./family.ts";

/**
 * The projector from tower features to language-model embeddings. Widths follow from the tower and the language model.
 */
export type ProjectorChoice =
	/** `layers` of the tower are concatenated, when the projector reads more than one. */
	| { readonly kind: "mlp2x-gelu"; readonly layers?: number }
	| { readonly kind: "linear" }
	/** `merge` × `merge` patches become one embedding. */
	| { readonly kind: "patch-merger" | "pixel-shuffle"; readonly merge: number }
	/** A query transformer. Its parameter count is given; the number of queries is the family's constant. */
	| { readonly kind: "q-former"; readonly parameters: number };

/** The three parts of the model: ids in the fact tables, or explicit widths (for a checkpoint read from files). */
export interface ModelParts {
	readonly tower: TowerId | Tower;
	readonly projector: ProjectorChoice;
	readonly languageModel: LanguageModelId | LanguageModel | UnknownLanguageModel;
}

/** One checkpoint of a family, with its constants and settings. */
export interface CheckpointRow<F extends string, Constants, S extends Settings> {
	readonly title: string;
	readonly family: F;
	/** Other names: Hugging Face repository ids and short forms, matched case-insensitively. */
	readonly aliases: readonly string[];
	readonly constants: Constants;
	readonly parts: ModelParts;
	/**
	 * Context length the checkpoint was trained or configured for, visual and text tokens together. Absent when unknown.
	 */
	readonly contextTokens?: number;
	/** Frames per clip in training. Absent when unknown. */
	readonly trainedFrames?: number;
	/** The last completed stage of LLaVA-OneVision's curriculum. Absent: every stage except task transfer. */
	readonly trainedThrough?: "single-image" | "onevision";
	/** Settings from its model card or demo, for checkpoints where transformers alone would use every frame of a video. */
	readonly recommendedSettings?: Partial<S>;
	/** What is done to pixel values. Present for every checkpoint of a family that `media` can preprocess. */
	readonly pixels?: CheckpointPixels;
	/** How positions are numbered, when members of a family differ. Default: the family's rule. */
	readonly positions?: PositionRule;
	/**
	 * What no published file or copy confirms: the context length, the parts, or constants by name. Absent: nothing.
	 * Displayed wherever the number is.
	 */
	readonly unverified?: readonly ("contextTokens" | "parts" | (keyof Constants & string))[];
	/** False when configured in its training code but without released weights. Absent: released. */
	readonly isReleased?: false;
	/** Where the constants were read. */
	readonly source: string;
}

/** A checkpoint row without its family's types. */
export type AnyCheckpointRow = Omit<CheckpointRow<string, unknown, Settings>, "unverified"> & {
	readonly unverified?: readonly string[];
};
