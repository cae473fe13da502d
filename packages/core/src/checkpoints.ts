/** Every checkpoint by id, and lookup by any of its names. */

import { nearest, OnevisionError } from "@onevision/base";
import {
	type Checkpoint,
	type CheckpointId,
	type CheckpointOf,
	FAMILIES,
	type FamilyOf,
} from "./families/index.ts";

/** Every checkpoint of every family. */
export const CHECKPOINTS = Object.assign(
	{},
	...Object.values(FAMILIES).map(({ checkpoints }) => checkpoints),
) as {
	readonly [Id in CheckpointId]: CheckpointOf<FamilyOf<Id>>;
};

/** Checkpoint ids, in table order. */
export const CHECKPOINT_IDS = Object.keys(CHECKPOINTS) as readonly CheckpointId[];

const BY_NAME: ReadonlyMap<string, CheckpointId> = new Map(
	CHECKPOINT_IDS.flatMap((id) =>
		[id, ...CHECKPOINTS[id].aliases].map((name) => [name.toLowerCase(), id] as const),
	),
);

/** Whether some checkpoint has this name. */
export function isCheckpointName(name: string): boolean {
	return BY_NAME.has(name.toLowerCase());
}

/** Suffixes that quantization tools append to a repository name. Quantization changes no token count. */
const FEWER_BITS = /(-unsloth)?(-bnb-4bit|-awq|-gptq(-int[48])?|-fp8|-[348]bit)$/;

/**
 * The id of the checkpoint in a Hugging Face repository. Also matches copies under another owner and quantized copies.
 * Returns `undefined` when the repository is not known.
 */
export function checkpointIdOfRepository(repository: string): CheckpointId | undefined {
	const name = repository.toLowerCase();
	const own = BY_NAME.get(name);
	if (own !== undefined) return own;
	const last = (path: string): string => path.split("/").filter(Boolean).at(-1) ?? "";
	const copy = last(name).replace(FEWER_BITS, "");
	const found = [...BY_NAME].find(([known]) => known.includes("/") && last(known) === copy);
	return found?.[1];
}

/** Resolves a checkpoint id, Hugging Face repository id or short name to a checkpoint id. Throws `unknown-name`. */
export function resolveCheckpointId(name: string): CheckpointId {
	const id = BY_NAME.get(name.toLowerCase());
	if (id !== undefined) return id;
	const hint = nearest(name, [...BY_NAME.keys()]);
	throw new OnevisionError(
		"unknown-name",
		`model ${JSON.stringify(name.slice(0, 80))}: not known${hint === undefined ? "." : `; did you mean ${hint}?`} Run "onevision models" for the list`,
	);
}

/** The checkpoint with this id. */
export function checkpointById(id: CheckpointId): Checkpoint {
	return CHECKPOINTS[id];
}
