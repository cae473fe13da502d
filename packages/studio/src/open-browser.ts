/** Opens an address in the user's browser, where there is one. */

import { spawn } from "node:child_process";

const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly [command: string, ...args: string[]]>>> = {
	darwin: ["open"],
	win32: ["cmd", "/c", "start", ""],
};

/** Asks the system to open it. A machine without a browser, such as a server, is not an error. */
export function openBrowser(url: string): void {
	const [command, ...args] = COMMANDS[process.platform] ?? ["xdg-open"];
	const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
	child.on("error", () => undefined);
	child.unref();
}
