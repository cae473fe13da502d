/**
 * The skill and the example that the command prints and plans, copied from the root of the repository into its package
 * before it is packed (`copy`) and taken out afterwards (`remove`).
 */

import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./files.ts";

const ASSETS = ["skills", "examples/request.yaml", "examples/media"];
const PACKAGE = join(ROOT, "packages/cli");

const [, , action] = process.argv;
if (action !== "copy" && action !== "remove")
	throw new Error(`assets: expected copy or remove, got ${action}`);
for (const folder of ["skills", "examples"]) rmSync(join(PACKAGE, folder), { recursive: true, force: true });
if (action === "copy") {
	for (const asset of ASSETS) cpSync(join(ROOT, asset), join(PACKAGE, asset), { recursive: true });
}
