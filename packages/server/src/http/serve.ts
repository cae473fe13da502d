/** Starts the server: configuration in, a listening socket out, and a shutdown that finishes what has begun. */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { OnevisionError } from "@onevision/base";
import type { ServedModel } from "../chat/endpoint.ts";
import { serveChat } from "../chat/index.ts";
import type { LoadedConfig } from "../config/config.ts";
import { readModelMap } from "../config/model-map.ts";
import { createGateway } from "../gateway/gateway.ts";
import { memoryLedger } from "../gateway/ledger.ts";
import { redisLedger } from "../gateway/redis-ledger.ts";
import { createJobs } from "../jobs/jobs.ts";
import { profileRoutes } from "../jobs/routes.ts";
import { mcpRoute } from "../mcp/mcp-route.ts";
import type { Network } from "../media/fetch.ts";
import type { MediaAccess } from "../media/open-media.ts";
import { openRoots } from "../media/roots.ts";
import { createAccess } from "./access.ts";
import { createAdmission } from "./admission.ts";
import { createApp, failureOf, type Mount } from "./app.ts";
import { type Log, SILENT } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { pageRoutes } from "./static.ts";

export interface ServeOptions {
	/** Address to listen on (default 127.0.0.1). */
	readonly host?: string;
	/** Port; 0 takes a free one (default 8080). */
	readonly port?: number;
	readonly config?: LoadedConfig;
	/** Folders whose files requests may name. */
	readonly roots?: readonly string[];
	/** The planner's skill, Markdown: a prompt of the MCP server. */
	readonly skill?: string;
	/** Folder of a built page to serve at `/`. */
	readonly page?: string;
	/** A model that answers at /v1/chat/completions, and is the caller's to close. */
	readonly served?: ServedModel;
	/** Lets everyone who reaches an address that is not this machine's own ask without a key. */
	readonly isOpenToAll?: boolean;
	readonly log?: Log;
	/** Version that `/healthz` and `/openapi.json` state. */
	readonly version: string;
	readonly env?: Readonly<Record<string, string | undefined>>;
	/** The time, milliseconds since 1970; tests replace it. */
	readonly now?: () => number;
	/** How names of `fetch` resolve; tests replace it. */
	readonly network?: Network;
}

export interface RunningServer {
	/** `http://127.0.0.1:8080` */
	readonly url: string;
	/** Takes no new requests, finishes the ones it has, and resolves; after `seconds`, cuts what is left. */
	close(seconds?: number): Promise<void>;
}

const MIB = 1024 * 1024;
/** Profiles that run at the same time. */
const MAX_JOBS = 2;
/** Most time to send the headers, and the whole request, milliseconds. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 300_000;
/** How long an idle connection stays open: longer than load balancers keep theirs (AWS: 60 s), milliseconds. */
const IDLE_MS = 75_000;
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** Throws what reading the configuration's files throws, and `invalid-input` for an address open to all by mistake. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
	const { host = "127.0.0.1", port = 8080, config: loaded = { config: {}, folder: process.cwd() } } = options;
	const { config } = loaded;
	const { limits = {} } = config;
	const access = createAccess(config.keys, options.env);
	const isLoopback = LOOPBACK.has(host);
	if (!isLoopback && !access.hasKeys && options.isOpenToAll !== true) {
		throw new OnevisionError(
			"invalid-input",
			`--host ${host}: others reach this address, and no keys are configured; give keys in --config, or --open`,
		);
	}
	const log = options.log ?? SILENT;
	const maxBodyBytes = limits.bodyBytes ?? 64 * MIB;
	const admission = createAdmission({
		atOnce: limits.atOnce ?? 8,
		maxWaiting: limits.waiting ?? 256,
		waitSeconds: limits.waitSeconds ?? 10,
	});
	const media: MediaAccess = {
		roots: await openRoots(options.roots ?? []),
		maxPixels: limits.imagePixels ?? 178_956_970,
		...(options.network === undefined ? {} : { network: options.network }),
		...(config.fetch === undefined
			? {}
			: {
					fetch: {
						allow: config.fetch.allow,
						maxBytes: config.fetch.maxBytes ?? 32 * MIB,
						maxSeconds: config.fetch.maxSeconds ?? 10,
					},
				}),
	};
	const map = await readModelMap(loaded);
	const chat = serveChat(options.served, map, { media, reading: admission, maxBodyBytes, now: options.now });
	const { models } = chat;
	const streams = createAdmission({ atOnce: limits.streams ?? 1000, maxWaiting: 0, waitSeconds: 1 });
	const metrics = createMetrics({ questions: admission, streams, ...chat.admissions });
	const gateway = await createGateway({
		...{ config, folder: loaded.folder, env: options.env ?? process.env, models: map, media },
		...{ counting: admission, streams, metrics, maxBodyBytes },
		...(options.now === undefined ? {} : { now: options.now }),
		ledger: config.redis === undefined ? memoryLedger() : await redisLedger(config.redis, log),
	});
	const jobs = createJobs({ atOnce: MAX_JOBS, failure: (error) => failureOf(error, log) });
	const hosts = isLoopback ? new Set([...LOOPBACK, "[::1]"]) : undefined;
	const mcp = mcpRoute(
		{
			...{ version: options.version, context: { media, models } },
			...(options.skill === undefined ? {} : { skill: options.skill }),
			within: async (work) => {
				const leave = await admission.enter();
				try {
					return await work();
				} finally {
					leave();
				}
			},
			onInternal: (error) => void failureOf(error, log),
		},
		maxBodyBytes,
		hosts,
	);
	const mounts: readonly Mount[] = [
		...mcp.mounts,
		...chat.mounts,
		...gateway.mounts,
		...profileRoutes(jobs, { media, models }, maxBodyBytes, admission),
		...(options.page === undefined ? [] : await pageRoutes(options.page)),
	];
	let isOpen = true;
	const app = createApp({
		...{ version: options.version, access, admission, metrics, log, media, models, mounts },
		maxBodyBytes,
		hosts,
		isOpen: () => isOpen,
	});
	const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
	const server = createServer(
		{
			headersTimeout: HEADERS_MS,
			requestTimeout: REQUEST_MS,
			keepAliveTimeout: IDLE_MS,
			maxHeaderSize: 32 * 1024,
		},
		(incoming, outgoing) => void listener(incoming, outgoing),
	);
	await listen(server, host, port);
	const address = server.address() as AddressInfo;
	const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
	log({ level: "info", event: "listening", host: address.address, port: address.port });
	return {
		url: `http://${name}:${address.port}`,
		close: async (seconds = 30) => {
			isOpen = false;
			await jobs.close();
			await mcp.close();
			await shut(server, seconds);
			await gateway.close();
			await chat.close();
			log({ level: "info", event: "closed" });
		},
	};
}

function listen(server: Server, host: string, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", (error: NodeJS.ErrnoException) => {
			reject(
				new OnevisionError(
					"invalid-input",
					`${host}:${port}: ${error.code === "EADDRINUSE" ? "another program listens there; give another --port" : error.code}`,
				),
			);
		});
		server.listen(port, host, resolve);
	});
}

/** Idle connections end at once; busy ones get until the deadline. */
async function shut(server: Server, seconds: number): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	server.closeIdleConnections();
	// A connection that was busy a moment ago is idle later.
	const idle = setInterval(() => server.closeIdleConnections(), 50);
	const deadline = setTimeout(() => server.closeAllConnections(), seconds * 1000);
	await closed;
	clearInterval(idle);
	clearTimeout(deadline);
}
