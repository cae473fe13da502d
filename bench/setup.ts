/**
 * Installs what the benches measure against: `npm run bench:setup`. Python's libraries go to bench/.venv, in the versions
 * of bench/requirements.txt, those of JavaScript to bench/peers. What follows `--` is passed on to pip, e.g.
 * `--extra-index-url https://download.pytorch.org/whl/cpu` for builds of torch without CUDA, which are a tenth as large.
 */

import { spawnSync } from "node:child_process";
import { ROOT } from "../scripts/files.ts";
import { PEERS_PYTHON, VENV } from "./venv.ts";

run("python3", ["-m", "venv", VENV]);
const requirements = ["--requirement", `${ROOT}bench/requirements.txt`];
run(PEERS_PYTHON, [
	"-m",
	"pip",
	"install",
	"--quiet",
	"--retries",
	"0",
	...requirements,
	...process.argv.slice(2),
]);
run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", `${ROOT}bench/peers`]);
console.log("installed; npm run bench measures against them");

function run(command: string, args: readonly string[]): void {
	const { status, error } = spawnSync(command, args, { stdio: "inherit" });
	if (status === 0) return;
	console.error(
		`bench:setup: ${command} ${args.join(" ")} failed${error === undefined ? "" : `: ${error.message}`}`,
	);
	process.exit(1);
}
