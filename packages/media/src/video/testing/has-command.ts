/** Whether a command is installed. Tests of the `ffmpeg` decoder run where it is, as in continuous integration. */

import { spawnSync } from "node:child_process";

export function hasCommand(command: string): boolean {
	return spawnSync(command, ["-version"], { stdio: "ignore" }).status === 0;
}
