/**
 * Any checkpoint: the files of a Hugging Face snapshot become a checkpoint that counts as transformers 5.18 does with
 * them. Pure: reading files and the network are the caller's.
 */

import { nearest } from "@onevision/base";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { resolveSettings } from "../count.ts";
import type { Settings } from "../families/family.ts";
import { familyById } from "../families/index.ts";
import { checkIdleSteps, refuseOriginal } from "./checks.ts";
import { COHERE_READERS } from "./cohere.ts";
import { DEEPSEEK_READERS } from "./deepseek.ts";
import { GEMMA_READERS } from "./gemma.ts";
import { GLM_READERS } from "./glm.ts";
import { IDEFICS2_READERS } from "./idefics2.ts";
import { INTERNVL_READERS } from "./internvl.ts";
import { INTERNVL_CHAT_READERS } from "./internvl-chat.ts";
import { KIMI_READERS } from "./kimi.ts";
import { LLAVA_READERS } from "./llava.ts";
import { LLAVA_ONEVISION_READERS } from "./llava-onevision.ts";
import { LLAVA_KIN_READERS } from "./llava-variants.ts";
import { META_READERS } from "./meta.ts";
import { MINICPM_READERS } from "./minicpm.ts";
import { NATIVE_READERS } from "./native.ts";
import {
	expectClass,
	modelTypeOf,
	type OpenSnapshot,
	openSnapshot,
	type SnapshotFiles,
} from "./open-snapshot.ts";
import { readPixels } from "./pixels.ts";
import { PIXTRAL_READERS } from "./pixtral.ts";
import { QUERY_READERS } from "./q-former.ts";
import { QWEN_READERS } from "./qwen.ts";
import { IGNORED_BY_PROCESSOR, IGNORED_BY_PROCESSORS, type Reader, type Reading } from "./reader.ts";
import { ORIGINAL_READERS } from "./remote-code.ts";
import { section, show, unsupported } from "./section.ts";
import { SMOLVLM_READERS } from "./smolvlm.ts";
import { TILED_READERS } from "./tiled.ts";
import { VILA_READERS } from "./vila.ts";

export {
	type ProcessorFiles,
	SNAPSHOT_FILES,
	type SnapshotFile,
	type SnapshotFiles,
} from "./open-snapshot.ts";

/** How the files of each `model_type` are read. */
export const READERS = {
	...LLAVA_READERS,
	...LLAVA_KIN_READERS,
	...LLAVA_ONEVISION_READERS,
	...IDEFICS2_READERS,
	...INTERNVL_READERS,
	...INTERNVL_CHAT_READERS,
	...GEMMA_READERS,
	...PIXTRAL_READERS,
	...QWEN_READERS,
	...SMOLVLM_READERS,
	...META_READERS,
	...COHERE_READERS,
	...DEEPSEEK_READERS,
	...TILED_READERS,
	...MINICPM_READERS,
	...GLM_READERS,
	...NATIVE_READERS,
	...QUERY_READERS,
	...KIMI_READERS,
	...ORIGINAL_READERS,
	...VILA_READERS,
} as const satisfies Record<string, Reader>;

/** A `model_type` of transformers that is read. */
export type ModelType = keyof typeof READERS;

/** In the order of the table. */
export const MODEL_TYPES = Object.keys(READERS) as readonly ModelType[];

/** A snapshot as a checkpoint. */
export interface Snapshot {
	readonly checkpoint: Checkpoint;
	readonly modelType: ModelType;
	/** Settings that the files set otherwise than the family's default; count with them to count as transformers does. */
	readonly settings: Settings;
	/** What a user should know, one line each. */
	readonly notes: readonly string[];
}

export interface SnapshotOptions {
	/** What to call it: a folder or a Hugging Face id. Default: the tower and the language model. */
	readonly name?: string;
}

/**
 * Reads the files of a snapshot. Constants come from them, or from the class defaults of transformers 5.18.0 where a
 * key is absent. Keys of the processors' files that are not known are refused: they may change the count.
 *
 * @param files parsed JSON by file name; config.json must be there, and one file with an image processor
 * @throws OnevisionError `unsupported` for a model or a value that no family counts, `unknown-key`, `invalid-input`,
 * `over-limit`
 */
export function checkpointFromSnapshot(files: SnapshotFiles, options: SnapshotOptions = {}): Snapshot {
	const modelType = findModelType(files, options.name);
	const reader: Reader = READERS[modelType];
	const snapshot = openSnapshot(files, options.name);
	checkProcessorClass(snapshot, reader);
	const reading = reader.read(snapshot);
	if (reader.original !== true) refuseFailingSteps(snapshot);
	refuseUnknownKeys(snapshot, reader, modelType);
	const checkpoint = checkpointOf(snapshot, reading, modelType, reader, options.name);
	const settings: Settings = { ...reading.settings };
	// The files' own values must be values the family takes.
	resolveSettings(checkpoint, settings);
	return { checkpoint, modelType, settings, notes: reading.notes };
}

function findModelType(files: SnapshotFiles, name: string | undefined): ModelType {
	const config = section("config.json", files["config.json"]);
	const asked = modelTypeOf(files);
	const found = MODEL_TYPES.find((type) => type === asked);
	if (found !== undefined) return found;
	refuseOriginal({ config, ...(name === undefined ? {} : { name }) });
	if (asked === undefined) {
		throw unsupported("config.json model_type: missing; is this the folder of a Hugging Face model?");
	}
	// Names contain one another; the longest is the one meant.
	const hint = nearest(
		asked,
		[...MODEL_TYPES].sort((a, b) => b.length - a.length),
	);
	throw unsupported(
		`config.json model_type ${show(asked)}: not read yet${hint === undefined ? "" : `; the nearest is ${hint}`}; known: ${MODEL_TYPES.join(", ")}`,
	);
}

function checkProcessorClass(snapshot: OpenSnapshot, { processors }: Reader): void {
	for (const part of [snapshot.processor, snapshot.opened().image]) {
		if (part !== undefined) expectClass(part, "processor_class", processors);
	}
}

/** Steps that a class does not take, and transformers checks for all classes alike. */
function refuseFailingSteps(snapshot: OpenSnapshot): void {
	const { image, video } = snapshot.opened();
	for (const part of [image, video]) if (part !== undefined) checkIdleSteps(part);
}

function refuseUnknownKeys(snapshot: OpenSnapshot, { ignored }: Reader, modelType: string): void {
	const { image, video } = snapshot.opened();
	const nested = ["image_processor", "video_processor", "feature_extractor"];
	snapshot.processor.refuseOthers(
		[...IGNORED_BY_PROCESSOR, ...nested, ...(ignored.processor ?? [])],
		modelType,
	);
	image?.refuseOthers([...IGNORED_BY_PROCESSORS, ...(ignored.image ?? [])], modelType);
	if (video !== undefined && video !== image) {
		video.refuseOthers([...IGNORED_BY_PROCESSORS, ...(ignored.video ?? [])], modelType);
	}
}

function checkpointOf(
	snapshot: OpenSnapshot,
	reading: Reading,
	modelType: string,
	reader: Reader,
	name: string | undefined,
): Checkpoint {
	const { family, constants, tower, projector, text, usual, trainedFrames, pixels, positions } = reading;
	const source = `config.json and processor files of the snapshot; absent keys: ${reader.original === true ? "" : "transformers 5.18.0 "}${reader.source}`;
	const { title } = familyById(family);
	return {
		title: name === undefined ? `${title} (${modelType})` : `${name} (${title})`,
		family,
		aliases: [],
		constants,
		parts: { tower, projector, languageModel: text.languageModel },
		...(text.contextTokens === undefined ? {} : { contextTokens: text.contextTokens }),
		...(usual === undefined ? {} : { usual }),
		...(trainedFrames === undefined ? {} : { trainedFrames }),
		// After unknown keys were refused: what is read here decides no count.
		...(pixels === undefined ? {} : { pixels: readPixels(snapshot, pixels, source) }),
		...(positions === undefined ? {} : { positions }),
		source,
	} as Checkpoint;
}
