/**
 * Any checkpoint: turns the files of a Hugging Face snapshot into a checkpoint that counts as transformers 5.18 would
 * with those files. Pure: the caller reads files and accesses the network.
 */

import { nearest } from "@onevision/base";
import { checkpointById, checkpointIdOfRepository } from "../checkpoints.ts";
import { resolveSettings } from "../count.ts";
import type { Settings } from "../families/family.ts";
import { type Checkpoint, type FamilyId, familyById } from "../families/index.ts";
import { type ModelType, SNAPSHOTS } from "../families/snapshots.ts";
import { checkIdleSteps, refuseOriginal } from "./checks.ts";
import {
	expectClass,
	modelTypeOf,
	type OpenSnapshot,
	openSnapshot,
	type SnapshotFiles,
} from "./open-snapshot.ts";
import { readPixels } from "./pixels.ts";
import {
	IGNORED_BY_PROCESSOR,
	IGNORED_BY_PROCESSORS,
	type SnapshotReader,
	type SnapshotReading,
	type SnapshotSupport,
} from "./reader.ts";
import { section, show, unsupported } from "./section.ts";

/** The reader for each `model_type`. */
export const READERS = Object.assign(
	{},
	...Object.values(SNAPSHOTS).map(({ readers }) => readers),
) as Readonly<Record<ModelType, SnapshotReader>>;

/** Model types, in table order. */
export const MODEL_TYPES = Object.keys(READERS) as readonly ModelType[];

/** A family's snapshot support. */
export function snapshotSupport(family: FamilyId): SnapshotSupport {
	return SNAPSHOTS[family];
}

/** A snapshot read as a checkpoint. */
export interface Snapshot {
	readonly checkpoint: Checkpoint;
	readonly modelType: ModelType;
	/**
	 * Settings where the files differ from the family's defaults. Pass them when counting, to count as transformers does.
	 */
	readonly settings: Settings;
	/** Notes for the user, one line each. */
	readonly notes: readonly string[];
}

export interface SnapshotOptions {
	/** Display name: a folder or a Hugging Face id. Default: the tower and the language model. */
	readonly name?: string;
}

/**
 * Reads the files of a snapshot. Constants come from the files, or from the class defaults of transformers 5.18.0 where
 * a key is absent. Unknown keys in processor files are refused, because they might change the count.
 *
 * @param files parsed JSON by file name; config.json is required, and so is one file with an image processor
 * @throws OnevisionError `unsupported` for a model or a value that no family counts, `unknown-key`, `invalid-input`,
 * `over-limit`
 */
export function checkpointFromSnapshot(files: SnapshotFiles, options: SnapshotOptions = {}): Snapshot {
	const modelType = findModelType(files, options.name);
	const reader: SnapshotReader = READERS[modelType];
	const snapshot = openSnapshot(files, options.name, releasedNames);
	checkProcessorClass(snapshot, reader);
	const reading = reader.read(snapshot);
	if (reader.remoteCode !== true) refuseFailingSteps(snapshot);
	refuseUnknownKeys(snapshot, reader, modelType);
	const checkpoint = checkpointOf(snapshot, reading, modelType, reader, options.name);
	const settings = { ...reading.settings } as Settings;
	// The values in the files must be valid for the family.
	resolveSettings(checkpoint, settings);
	return { checkpoint, modelType, settings, notes: reading.notes };
}

function findModelType(files: SnapshotFiles, name: string | undefined): ModelType {
	const config = section("config.json", files["config.json"]);
	const asked = modelTypeOf(files);
	const found = MODEL_TYPES.find((type) => type === asked);
	if (found !== undefined) return found;
	refuseOriginal({ config, releasedNames, ...(name === undefined ? {} : { name }) });
	if (asked === undefined) {
		throw unsupported("config.json model_type: missing; is this the folder of a Hugging Face model?");
	}
	// One name may contain another, so the longest match is the one meant.
	const hint = nearest(
		asked,
		[...MODEL_TYPES].sort((a, b) => b.length - a.length),
	);
	throw unsupported(
		`config.json model_type ${show(asked)}: not read yet${hint === undefined ? "" : `; the nearest is ${hint}`}; known: ${MODEL_TYPES.join(", ")}`,
	);
}

function checkProcessorClass(snapshot: OpenSnapshot, { processors }: SnapshotReader): void {
	for (const part of [snapshot.processor, snapshot.opened().image]) {
		if (part !== undefined) expectClass(part, "processor_class", processors);
	}
}

/** The table's checkpoint for a repository name: its id, followed by its other names. */
function releasedNames(repository: string): readonly string[] | undefined {
	const id = checkpointIdOfRepository(repository);
	return id === undefined ? undefined : [id, ...checkpointById(id).aliases];
}

/** Checks steps the class does not perform, because transformers validates their values for every class. */
function refuseFailingSteps(snapshot: OpenSnapshot): void {
	const { image, video } = snapshot.opened();
	for (const part of [image, video]) if (part !== undefined) checkIdleSteps(part);
}

function refuseUnknownKeys(snapshot: OpenSnapshot, { ignored }: SnapshotReader, modelType: string): void {
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
	reading: SnapshotReading<string, unknown, Settings>,
	modelType: string,
	reader: SnapshotReader,
	name: string | undefined,
): Checkpoint {
	const { family, constants, tower, projector, text, recommendedSettings, trainedFrames, pixels, positions } =
		reading;
	const source = `config.json and processor files of the snapshot; absent keys: ${reader.remoteCode === true ? "" : "transformers 5.18.0 "}${reader.source}`;
	const { title } = familyById(family as FamilyId);
	return {
		title: name === undefined ? `${title} (${modelType})` : `${name} (${title})`,
		family,
		aliases: [],
		constants,
		parts: { tower, projector, languageModel: text.languageModel },
		...(text.contextTokens === undefined ? {} : { contextTokens: text.contextTokens }),
		...(recommendedSettings === undefined ? {} : { recommendedSettings }),
		...(trainedFrames === undefined ? {} : { trainedFrames }),
		// Read after unknown keys were refused, because nothing read here affects the count.
		...(pixels === undefined ? {} : { pixels: readPixels(snapshot, pixels, source) }),
		...(positions === undefined ? {} : { positions }),
		source,
	} as Checkpoint;
}
