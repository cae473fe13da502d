/** The model named on the command line, with the settings from its files. */

import { resolve } from "node:path";
import { OnevisionError } from "@onevision/base";
import type { Checkpoint, Settings } from "@onevision/core";
import { type CountText, type HubAccess, readHubSnapshot } from "@onevision/model";
import { readSnapshotFolder, readTokenizerFile } from "@onevision/model/node";
import type { Terminal } from "../terminal.ts";

export interface ModelOptions {
	readonly model: string;
	/** Folder of a snapshot. */
	readonly config?: string;
	/** Repository on the Hub, `owner/name` or `owner/name@revision`. */
	readonly hub?: string;
}

/** A model to count with, and the settings from its files. */
export interface ResolvedModel {
	readonly model: Checkpoint | string;
	/** Settings of the snapshot that differ from its family's defaults; the user's own settings override them. */
	readonly settings: Settings;
}

/**
 * The checkpoint of the given snapshot, otherwise the name unchanged. Prints notes about the snapshot to stderr.
 * Throws `invalid-input`, `unreadable-file`, `over-limit`, or the error for which the files are rejected.
 */
export async function resolveModel(
	terminal: Terminal,
	{ model, config, hub }: ModelOptions,
	access: HubAccess = {},
): Promise<ResolvedModel> {
	if (config !== undefined && hub !== undefined) {
		throw new OnevisionError("invalid-input", "--config and --hub both name a model: give one of them");
	}
	if (config === undefined && hub === undefined) return { model, settings: {} };
	const { checkpoint, settings, notes } =
		config !== undefined
			? await readSnapshotFolder(resolve(terminal.cwd, config), `--config ${config}`)
			: await readHubSnapshot(hub ?? "", { token: process.env.HF_TOKEN ?? "", ...access });
	for (const note of notes) terminal.notes.push(`note: ${note}`);
	return { model: checkpoint, settings };
}

/** Reads the tokenizer of `--tokenizer`, if given. Throws `unreadable-file`. */
export async function readTokenizer(
	terminal: Terminal,
	{ tokenizer }: { readonly tokenizer?: string },
): Promise<CountText | undefined> {
	if (tokenizer === undefined) return undefined;
	return readTokenizerFile(resolve(terminal.cwd, tokenizer), `--tokenizer ${tokenizer}`);
}
