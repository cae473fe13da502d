/**
 * What a checkpoint computes, as plain data: the shapes of its tower, projector and decoder, and its special tokens. Widths
 * come from the checkpoint that counting reads; config.json gives what counting does not need. Absent keys take the class
 * defaults of transformers 5.18, models/<type>/configuration_<type>.py.
 */

import { OnevisionError } from "@onevision/base";
import { type Checkpoint, modelOf, type PositionRule, positionRuleOf } from "@onevision/core";
import { MODEL_FAMILIES, type ModelFamily, modelFamily } from "../families/index.ts";
import type { DecoderShape } from "../modules/decoder.ts";
import { readDecoder } from "./decoder.ts";
import { type NativeVision, readNative } from "./native.ts";
import { ConfigSection } from "./section.ts";
import { readTiles, type TilesVision } from "./tiles.ts";

/** A tower and its projector, by the form in which views go through them. */
type Vision = TilesVision | NativeVision;

export type Architecture<V extends Vision = Vision> = V & {
	readonly family: ModelFamily;
	readonly decoder: DecoderShape;
	/** How tokens are numbered. */
	readonly positions: PositionRule;
	/** Positions that the decoder can number, and that its attention sees; `undefined` when unknown. */
	readonly contextTokens: number | undefined;
	/** Ids of the placeholders. */
	readonly placeholders: { readonly image: number; readonly video?: number };
};

/**
 * Reads an architecture. Throws `unsupported` for families and modules that are not run here, `invalid-input` for values
 * out of range.
 */
export function readArchitecture(checkpoint: Checkpoint, configFile: unknown): Architecture {
	const family = modelFamily(checkpoint.family);
	if (family === undefined) {
		throw new OnevisionError(
			"unsupported",
			`${checkpoint.title} can be counted, not run; families that run: ${MODEL_FAMILIES.join(", ")}`,
		);
	}
	const config = new ConfigSection("config.json", configFile);
	const { tower, languageModel, projector } = modelOf(checkpoint.parts);
	const vision =
		family.vision.form === "tiles"
			? readTiles(config, tower, languageModel, family.vision)
			: readNative(config, tower, languageModel, projector);
	const positions = positionRuleOf(checkpoint);
	const decoder = readDecoder(config, languageModel, positions);
	const video = config.id("video_token_index") ?? config.id("video_token_id") ?? family.placeholders.video;
	return {
		...vision,
		family,
		decoder: decoder.shape,
		positions,
		contextTokens: smallest(checkpoint.contextTokens, decoder.window),
		placeholders: {
			image: config.id("image_token_index") ?? config.id("image_token_id") ?? family.placeholders.image,
			...(video === undefined ? {} : { video }),
		},
	};
}

/** As `readArchitecture`, of models whose tower takes views of one size. */
export function readTilesArchitecture(
	checkpoint: Checkpoint,
	configFile: unknown,
): Architecture<TilesVision> {
	const architecture = readArchitecture(checkpoint, configFile);
	if (architecture.form === "tiles") return architecture;
	throw new OnevisionError("unsupported", `${checkpoint.title} is run here, not trained`);
}

function smallest(...limits: readonly (number | undefined)[]): number | undefined {
	const known = limits.filter((limit) => limit !== undefined);
	return known.length === 0 ? undefined : Math.min(...known);
}
