/** The model a command line names, with the settings of its files. */

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
	/** Repository on the hub, `owner/name` or `owner/name@revision`. */
	readonly hub?: string;
}

/** A model to count with, and the settings its files ask for. */
export interface ResolvedModel {
	readonly model: Checkpoint | string;
	/** Settings of the snapshot that differ from its family's defaults; the user's own override them. */
	readonly settings: Settings;
}

/**
 * The checkpoint of the snapshot that was given, else the name as it is. Notes about the snapshot go to standard error.
 * Throws `invalid-input`, `unreadable-file`, `over-limit`, or what the files are refused for.
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
	for (const note of notes) terminal.err(`note: ${note}\n`);
	return { model: checkpoint, settings };
}

/** The tokenizer of `--tokenizer`, if it was given. Throws `unreadable-file`. */
export async function readTokenizer(
	terminal: Terminal,
	{ tokenizer }: { readonly tokenizer?: string },
): Promise<CountText | undefined> {
	if (tokenizer === undefined) return undefined;
	return readTokenizerFile(resolve(terminal.cwd, tokenizer), `--tokenizer ${tokenizer}`);
}
