/** The packs that docs/pack.md shows: those of a made set, because no example set is large enough to fill them. */

import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInMemory } from "../packages/cli/src/testing/terminal.ts";
import { madeMix } from "../packages/data/src/testing/made-mix.ts";
import { profileFolder } from "../packages/data/src/testing/profile-folder.ts";

/** A command and its output on a profile of 20,000 made samples. */
export async function packExample(): Promise<string> {
	const cwd = mkdtempSync(join(tmpdir(), "onevision-docs-pack-"));
	try {
		renameSync(profileFolder(madeMix(20_000, 1), 10_000), join(cwd, "profile"));
		const options = "--capacity 8192 --over-length truncate --ranks 8 --explain 3";
		const { out, err } = await runInMemory(["pack", "profile", ...options.split(" ")], { cwd });
		return `\`\`\`text\n$ onevision pack profile ${options}\n${out.trimEnd()}${err}\n\`\`\``;
	} finally {
		rmSync(cwd, { recursive: true });
	}
}
