/**
 * The state of a profile's folder: what is profiled and how, which slices are done, and their totals. Written
 * atomically, so that a killed run resumes from it, and merged into one from those of shards.
 */

import { access, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { OnevisionError } from "@onevision/base";
import { writeAtomically } from "@onevision/base/node";
import { isRecord } from "@onevision/base/schema";
import type { Checkpoint } from "@onevision/core";
import type { DuplicatesMode } from "../duplicates/identity.ts";
import type { DataSet } from "../readers/index.ts";
import { type StoredTotals, Totals } from "./totals.ts";

/** Part `index` of `count`: the slices whose number leaves the remainder `index` when divided by `count`. */
export interface Shard {
	readonly index: number;
	readonly count: number;
}

/** What a profile is of, as plain data. */
export interface ProfileAbout {
	readonly sets: readonly Pick<DataSet, "path" | "format">[];
	readonly checkpoint: Checkpoint;
	/** With the parity; those that are not the default. */
	readonly settings: Readonly<Record<string, unknown>>;
	/** Whose count of the text this is. */
	readonly text: string;
	readonly applyOrientation: boolean;
	readonly applyRotation: boolean;
	readonly seed: number;
	/** How duplicates were found; absent if they were not looked for. */
	readonly duplicates?: DuplicatesMode;
}

export interface ProfileState {
	readonly version: 2;
	/** Hash of everything that decides the result; a folder can be resumed and shards merged only if it is equal. */
	readonly request: string;
	readonly about: ProfileAbout;
	/** Absent if the profile is not one of several shards. */
	readonly shard?: Shard;
	/** Slices that are done, as ascending ranges `[from, to)` of their numbers within the shard. */
	readonly done: readonly (readonly [from: number, to: number])[];
	readonly isDone: boolean;
	readonly totals: StoredTotals;
}

const STATE_FILE = "state.json";
/** Largest state read, bytes. */
const MAX_STATE_BYTES = 512 * 1024 * 1024;

/** Whether a folder is a profile's, finished or not. */
export async function isProfileFolder(folder: string): Promise<boolean> {
	return await access(join(folder, STATE_FILE)).then(
		() => true,
		() => false,
	);
}

/** `undefined` if the folder holds no profile. Throws `invalid-input` if its state is damaged. */
export async function readState(folder: string): Promise<ProfileState | undefined> {
	let text: string;
	try {
		text = await readFile(join(folder, STATE_FILE), "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR"].includes(String(error.code)))
			return undefined;
		throw new OnevisionError("unreadable-file", `${folder}: its ${STATE_FILE} cannot be read`);
	}
	const state = text.length > MAX_STATE_BYTES ? undefined : parseState(text);
	if (state !== undefined) return state;
	throw new OnevisionError(
		"invalid-input",
		`${folder}: its ${STATE_FILE} is not a profile's; give another folder, or remove this one`,
	);
}

function parseState(text: string): ProfileState | undefined {
	try {
		const state: unknown = JSON.parse(text);
		if (!isRecord(state) || state.version !== 2) return undefined;
		new Totals((state as unknown as ProfileState).totals).assertWhole();
		return state as unknown as ProfileState;
	} catch {
		return undefined;
	}
}

/** Creates the folder, too. Throws `unwritable-file`. */
export async function storeState(folder: string, state: ProfileState): Promise<void> {
	// Before anything is awaited: the totals go on growing.
	const text = new TextEncoder().encode(JSON.stringify(state));
	await makeFolder(folder);
	await writeAtomically(join(folder, STATE_FILE), [text]);
}

/** Throws `unwritable-file`. */
export async function makeFolder(folder: string): Promise<void> {
	try {
		await mkdir(join(folder, "parts"), { recursive: true });
	} catch (error) {
		const { code = "unknown" } = error as NodeJS.ErrnoException;
		throw new OnevisionError("unwritable-file", `${folder}: cannot be created (${code})`);
	}
}

/** Numbers of the parts that are done, ascending. */
export function partsIn({ done, shard = { index: 0, count: 1 } }: ProfileState): readonly number[] {
	return done.flatMap(([from, to]) =>
		Array.from({ length: to - from }, (_, index) => (from + index) * shard.count + shard.index),
	);
}

/** A set of numbers as ascending ranges. */
export class Ranges {
	#ranges: (readonly [from: number, to: number])[];

	constructor(ranges: ProfileState["done"] = []) {
		this.#ranges = [...ranges];
	}

	get ranges(): ProfileState["done"] {
		return this.#ranges;
	}

	has(value: number): boolean {
		return this.#ranges.some(([from, to]) => from <= value && value < to);
	}

	/** Adds a number that is not in it. */
	add(value: number): void {
		const left = this.#ranges.filter(([, to]) => to < value);
		const right = this.#ranges.filter(([from]) => from > value + 1);
		const joined = this.#ranges.filter(([from, to]) => to >= value && from <= value + 1);
		const from = Math.min(value, ...joined.map((range) => range[0]));
		const to = Math.max(value + 1, ...joined.map((range) => range[1]));
		this.#ranges = [...left, [from, to], ...right];
	}
}
