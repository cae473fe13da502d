/** Exports the data of a set in a separate process that a test can kill: `export-process.ts SET OUT`. */

import { writeDataFiles } from "../export/data-files.ts";

const [path = "", out = ""] = process.argv.slice(2);
await writeDataFiles(
	{ paths: [path], target: "ms-swift", out, media: "embed", sizes: { json: 6000, shard: 6000, rows: 50 } },
	() => process.stdout.write(".\n"),
);
