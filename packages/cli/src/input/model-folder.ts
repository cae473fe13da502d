/** The folder of a model that is run: one on this machine, or a repository of the hub, downloaded once. */

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { formatBytes, OnevisionError } from "@onevision/base";
import { isRepository } from "@onevision/model";
import { downloadSnapshot } from "@onevision/model/node";
import type { Terminal } from "../terminal.ts";

const SCHEME = "hf://";

/**
 * `hf://owner/name`, with `@revision` or without, is a repository; so is `owner/name` where no such folder is here. Throws as
 * `downloadSnapshot`.
 */
export async function modelFolder(terminal: Terminal, given: string, signal?: AbortSignal): Promise<string> {
	const path = resolve(terminal.cwd, given);
	const isHere = (await stat(path).catch(() => undefined)) !== undefined;
	const [name = ""] = given.split("@");
	if (!given.startsWith(SCHEME) && (isHere || !isRepository(name))) return path;
	const repository = given.startsWith(SCHEME) ? given.slice(SCHEME.length) : given;
	const progress = (text: string): void => {
		if (terminal.showsProgress) terminal.err(`\r${text}\u001b[K`);
	};
	try {
		return await downloadSnapshot(repository, {
			token: process.env.HF_TOKEN ?? "",
			...(signal === undefined ? {} : { signal }),
			onProgress: (done, total) =>
				progress(done === total ? "" : `downloading ${formatBytes(done)} of ${formatBytes(total)}`),
		});
	} catch (error) {
		if (!(error instanceof OnevisionError) || given.startsWith(SCHEME)) throw error;
		throw new OnevisionError(error.code, `${error.message} (and there is no folder ${given} here)`);
	} finally {
		progress("");
	}
}
