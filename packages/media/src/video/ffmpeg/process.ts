/** Runs one FFmpeg command: starts it, watches it, and kills it when its owner is done. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { OnevisionError } from "@onevision/base";
import { DecoderMissing, type OpenSetup } from "../open-file.ts";

/** Maximum characters kept of a command's error output. */
const MAX_NOTE = 2000;
/** Restricts reading to the file itself, and to nothing the file refers to. */
export const INPUT_LIMITS = ["-protocol_whitelist", "file,pipe"] as const;

export interface Command {
	readonly child: ChildProcessByStdio<null, Readable, Readable>;
	/** Resolves with the exit status, -1 for a signal. Rejects with `DecoderMissing` if the command does not exist. */
	readonly ended: Promise<number>;
	kill(): void;
}

/** Starts a command without a shell. The caller has to consume its output. */
export function startCommand(command: "ffmpeg" | "ffprobe", args: readonly string[]): Command {
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
	const ended = new Promise<number>((resolve, reject) => {
		child.once("error", (error) =>
			reject("code" in error && error.code === "ENOENT" ? new DecoderMissing() : error),
		);
		child.once("close", (code) => resolve(code ?? -1));
	});
	// Whoever awaits this later gets the reason; until then it must not count as an unhandled rejection.
	ended.catch(() => undefined);
	const kill = () => {
		child.kill("SIGKILL");
		// Unread output would keep the process from exiting.
		child.stdout.destroy();
		child.stderr.destroy();
	};
	return { child, ended, kill };
}

/** The lines of a stream, as they arrive. Throws `unreadable-file` for an absurdly long line. */
export async function* linesOf(stream: Readable): AsyncGenerator<string, void> {
	let rest = "";
	for await (const chunk of stream.setEncoding("latin1")) {
		const lines = (rest + chunk).split(/\r?\n/);
		rest = lines.pop() ?? "";
		if (rest.length > 64 * MAX_NOTE) throw new Error("internal: a line without an end");
		yield* lines;
	}
	if (rest !== "") yield rest;
}

/** Reads a stream to its end and keeps the beginning. */
export async function noteOf(stream: Readable): Promise<string> {
	let note = "";
	try {
		for await (const chunk of stream) if (note.length < MAX_NOTE) note += String(chunk);
	} catch {
		// The command was killed; keep what it wrote until then.
	}
	return note.slice(0, MAX_NOTE);
}

/** Awaits `step`, but kills the command when the time limit passes or the signal aborts. */
export async function within<T>(
	step: Promise<T>,
	command: Command,
	{ path, timeoutSeconds, signal }: OpenSetup,
): Promise<T> {
	let stop: () => void = () => undefined;
	const interrupted = new Promise<never>((_, reject) => {
		const end = (reason: unknown) => {
			command.kill();
			reject(reason);
		};
		const onAbort = () => end(signal?.reason);
		const timer = setTimeout(() => {
			const why = `decoding stood still for ${timeoutSeconds} s; raise timeoutSeconds or leave it out`;
			end(new OnevisionError("over-limit", `${path}: ${why}`));
		}, timeoutSeconds * 1000);
		if (signal?.aborted) onAbort();
		signal?.addEventListener("abort", onAbort);
		stop = () => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", onAbort);
		};
	});
	try {
		return await Promise.race([step, interrupted]);
	} finally {
		stop();
	}
}
