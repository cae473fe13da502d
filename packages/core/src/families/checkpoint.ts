/** What a checkpoint is: a family plus its constants, the parts it is made of, and where each fact was read. */

import type { LanguageModel, LanguageModelId, UnknownLanguageModel } from "../facts/language-models.ts";
import type { CheckpointPixels } from "../facts/normalizations.ts";
import type { Tower, TowerId } from "../facts/towers.ts";
import type { PositionRule } from "../positions/rule.ts";
import type { Settings } from "./family.ts";

/** How tower features become language-model embeddings; widths follow from the tower and the language model. */
export type ProjectorChoice =
	/** `layers` of the tower side by side, where it reads more than one. */
	| { readonly kind: "mlp2x-gelu"; readonly layers?: number }
	| { readonly kind: "linear" }
	/** `merge` × `merge` patches become one embedding. */
	| { readonly kind: "patch-merger" | "pixel-shuffle"; readonly merge: number }
	/** A query transformer; its parameter count is given, its queries are the family's constant. */
	| { readonly kind: "q-former"; readonly parameters: number };

/** The three parts of the model: ids of the fact tables, or widths of their own (a checkpoint read from files). */
export interface ModelParts {
	readonly tower: TowerId | Tower;
	readonly projector: ProjectorChoice;
	readonly languageModel: LanguageModelId | LanguageModel | UnknownLanguageModel;
}

/** One checkpoint of a family with these constants and settings. */
export interface CheckpointRow<F extends string, Constants, S extends Settings> {
	readonly title: string;
	readonly family: F;
	/** Other names: Hugging Face repository ids and short forms, matched without regard to case. */
	readonly aliases: readonly string[];
	readonly constants: Constants;
	readonly parts: ModelParts;
	/** Positions the checkpoint was trained or configured for: visual and text tokens together. Absent: not known. */
	readonly contextTokens?: number;
	/** Frames per clip seen in training, where known. */
	readonly trainedFrames?: number;
	/** The last stage of LLaVA-OneVision's curriculum behind it; absent: all that are not a product's own. */
	readonly trainedThrough?: "single-image" | "onevision";
	/** Settings its model card or demo uses where transformers by itself would take every frame of a video. */
	readonly recommendedSettings?: Partial<S>;
	/** What is done to pixel values. Every checkpoint of a family whose pixels are made has it. */
	readonly pixels?: CheckpointPixels;
	/** How positions are numbered, where the members of a family differ. Default: as the family does. */
	readonly positions?: PositionRule;
	/**
	 * What no published file or copy was read for: the context length, the parts, constants by name. Absent: nothing.
	 * Shown wherever the number is.
	 */
	readonly unverified?: readonly ("contextTokens" | "parts" | (keyof Constants & string))[];
	/** False: configured in its training code, no weights released. Absent: released. */
	readonly isReleased?: false;
	/** Where the constants were read. */
	readonly source: string;
}

/** A row seen without its family's types. */
export type AnyCheckpointRow = Omit<CheckpointRow<string, unknown, Settings>, "unverified"> & {
	readonly unverified?: readonly string[];
};
