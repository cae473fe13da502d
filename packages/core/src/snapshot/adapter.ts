/**
 * Adapters (LoRA and its kin): a folder with adapter_config.json and no config.json. Source: huggingface/peft
 * src/peft/config.py (`base_model_name_or_path`). Processor files in the adapter's folder come before the base's, as
 * AutoProcessor finds no others there.
 */

import { isRecord, text } from "@onevision/base/schema";
import { checkpointById, checkpointIdOfRepository } from "../checkpoints.ts";
import type { Checkpoint } from "../families/index.ts";
import { checkpointFromSnapshot, type Snapshot, snapshotSupport } from "./checkpoint.ts";
import type { ProcessorFiles, SnapshotFiles } from "./open-snapshot.ts";
import { section, show, unsupported } from "./section.ts";

export const ADAPTER_FILE = "adapter_config.json";

const base = text("A repository or a folder", 1000);

/** The model an adapter is for, as its file names it. Throws `unsupported` when it names none, `invalid-input`. */
export function baseOfAdapter(adapter: unknown): string {
	const named = section(ADAPTER_FILE, adapter).read("base_model_name_or_path", base);
	if (named !== undefined) return named;
	throw unsupported(
		`${ADAPTER_FILE} base_model_name_or_path: missing; name the folder of the base model with --config`,
	);
}

/** The files to read an adapter by: its own processor's, where it has an image processor, else those of the base too. */
export function adapterFiles(own: ProcessorFiles, base: SnapshotFiles): SnapshotFiles {
	const whole = own["processor_config.json"];
	const nested = isRecord(whole) && whole.image_processor !== undefined;
	if (own["preprocessor_config.json"] !== undefined || nested) {
		return { ...own, "config.json": base["config.json"] };
	}
	return { ...base, ...own };
}

/** An adapter on a checkpoint of the table. */
export type AdapterOnCheckpoint = Omit<Snapshot, "modelType">;

/**
 * An adapter on a checkpoint of the table, `undefined` where the base is none. Throws as `checkpointFromSnapshot` for
 * the adapter's own files, and `unsupported` where they cannot be read without the base's config.json.
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
