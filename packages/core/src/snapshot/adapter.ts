/**
 * Adapters (LoRA and similar): a folder with adapter_config.json and no config.json. Source: huggingface/peft
 * src/peft/config.py (`base_model_name_or_path`). If the adapter's folder has processor files, they take precedence
 * over the base's, because AutoProcessor then looks nowhere else.
 */

import { isRecord, text } from "@onevision/base/schema";
import { checkpointById, checkpointIdOfRepository } from "../checkpoints.ts";
import type { Checkpoint } from "../families/index.ts";
import { checkpointFromSnapshot, type Snapshot, snapshotSupport } from "./checkpoint.ts";
import type { ProcessorFiles, SnapshotFiles } from "./open-snapshot.ts";
import { section, show, unsupported } from "./section.ts";

export const ADAPTER_FILE = "adapter_config.json";

const base = text("A repository or a folder", 1000);

/** The base model an adapter names in its file. Throws `unsupported` when it names none, or `invalid-input`. */
export function baseOfAdapter(adapter: unknown): string {
	const named = section(ADAPTER_FILE, adapter).read("base_model_name_or_path", base);
	if (named !== undefined) return named;
	throw unsupported(
		`${ADAPTER_FILE} base_model_name_or_path: missing; name the folder of the base model with --config`,
	);
}

/**
 * The files to read an adapter with: its own processor files if they include an image processor, otherwise supplemented
 * by the base's.
 */
export function adapterFiles(own: ProcessorFiles, base: SnapshotFiles): SnapshotFiles {
	const whole = own["processor_config.json"];
	const nested = isRecord(whole) && whole.image_processor !== undefined;
	if (own["preprocessor_config.json"] !== undefined || nested) {
		return { ...own, "config.json": base["config.json"] };
	}
	return { ...base, ...own };
}

/** An adapter on a checkpoint from the table. */
export type AdapterOnCheckpoint = Omit<Snapshot, "modelType">;

/**
 * Reads an adapter on a checkpoint from the table. Returns `undefined` when its base is not in the table. Throws the
 * same errors as `checkpointFromSnapshot` for the adapter's own files, and `unsupported` when they cannot be read
 * without the base's config.json.
 */
export function checkpointFromAdapter(
	repository: string,
	own: ProcessorFiles,
	name: string,
): AdapterOnCheckpoint | undefined {
	const id = checkpointIdOfRepository(repository);
	if (id === undefined) return undefined;
	const row: Checkpoint = checkpointById(id);
	const note = `an adapter: counted as ${id}, the base that ${ADAPTER_FILE} names`;
	const titled = { ...row, title: `${name} (adapter on ${row.title})`, aliases: [] } as Checkpoint;
	if (Object.keys(own).length === 0) return { checkpoint: titled, settings: {}, notes: [note] };
	const config = snapshotSupport(row.family).configOf?.(row);
	if (config === undefined) {
		throw unsupported(
			`the adapter's processor files cannot be read without config.json of ${show(repository)}; copy it into the folder`,
		);
	}
	const files: SnapshotFiles = { ...own, "config.json": config };
	const { checkpoint, settings } = checkpointFromSnapshot(files, { name });
	const { constants, pixels, recommendedSettings } = checkpoint;
	const counted = {
		...titled,
		constants,
		...(pixels === undefined ? {} : { pixels }),
		...(recommendedSettings === undefined ? {} : { recommendedSettings }),
	} as Checkpoint;
	return { checkpoint: counted, settings, notes: [note, "processor files are the adapter's own"] };
}
