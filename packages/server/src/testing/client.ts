/** A server on a free port for tests, and requests to it. */

import type { Config } from "../config/config.ts";
import type { LogEntry } from "../http/log.ts";
import { type RunningServer, type ServeOptions, startServer } from "../http/serve.ts";

export interface TestServer extends RunningServer {
	readonly logged: LogEntry[];
	/** Status, body as JSON, headers. */
	ask(path: string, init?: RequestInit): Promise<Answer>;
	post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: tests read into answers of every form
	readonly body: any;
	readonly headers: Headers;
}

export async function testServer(
	config: Config = {},
	options: Omit<ServeOptions, "version" | "config"> = {},
): Promise<TestServer> {
	const logged: LogEntry[] = [];
	const server = await startServer({
		...{ port: 0, version: "0.0.0", log: (entry: LogEntry) => void logged.push(entry) },
		...{ config: { config, folder: process.cwd() }, ...options },
	});
	const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
		const response = await fetch(`${server.url}${path}`, init);
		const text = await response.text();
		const isJson = response.headers.get("content-type")?.includes("json") === true;
		return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
	};
	return {
		...{ ...server, logged, ask },
		post: (path, body, headers = {}) =>
			ask(path, {
				method: "POST",
				headers: { "content-type": "application/json", ...headers },
				body: typeof body === "string" ? body : JSON.stringify(body),
			}),
	};
}
