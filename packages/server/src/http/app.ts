/** The HTTP application: routes from their declarations, and around every one the same order of checks. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { OnevisionError } from "@onevision/base";
import { isRecord } from "@onevision/base/schema";
import { type Context, Hono } from "hono";
import type { MediaAccess } from "../media/open-media.ts";
import { ROUTES, type Route } from "../operations/index.ts";
import type { ModelSource, Operation, OperationContext } from "../operations/operation.ts";
import { CLIENT_CLOSED, type Refused, refusalOf, refused, ServerRefusal } from "../refusal.ts";
import type { Access, Caller } from "./access.ts";
import type { Admission } from "./admission.ts";
import { parseFormBody, parseJsonBody, readBody } from "./body.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { openApiDocument } from "./openapi.ts";

export interface AppParts {
	readonly version: string;
	readonly access: Access;
	readonly admission: Admission;
	readonly metrics: Metrics;
	readonly log: Log;
	readonly media: MediaAccess;
	readonly models: ModelSource;
	readonly maxBodyBytes: number;
	/** Host names that requests may come to; any other is DNS rebinding. `undefined`: all. */
	readonly hosts: ReadonlySet<string> | undefined;
	/** Whether new requests are still taken. */
	readonly isOpen: () => boolean;
	/** Routes of other parts: the gateway, MCP, the studio. */
	readonly mounts: readonly Mount[];
}

/** A part that answers on the socket itself. */
export interface Mount {
	readonly method: "GET" | "POST" | "ALL" | "DELETE";
	readonly path: string;
	/** Its name in metrics and logs. */
	readonly route: string;
	readonly isPublic?: boolean;
	/** Keys of its request, which a refusal may name as the place. */
	readonly fields?: readonly string[];
	/** A web response, or nothing once it has answered on `outgoing`. */
	handle(exchange: Exchange): Promise<Response | undefined>;
	/** The body of a refusal, where it is not `{error: {code, message, hint, where}}`. */
	refuse?(refused: Refused): unknown;
}

export interface Exchange {
	readonly id: string;
	readonly incoming: IncomingMessage;
	readonly outgoing: ServerResponse;
	readonly request: Request;
	readonly params: Readonly<Record<string, string>>;
	readonly caller: Caller;
	/** Fields for the log line of this request. */
	readonly noted: Record<string, string | number | boolean>;
	readonly log: Log;
}

type Env = { Bindings: HttpBindings };
/** A handler that has passed the checks. */
type Handle = (exchange: Exchange) => Promise<Response | undefined>;

const NOBODY: Caller = { name: "anonymous", key: undefined, isOurs: false };

export function createApp(parts: AppParts): Hono<Env> {
	const app = new Hono<Env>();
	const { version } = parts;
	const document = openApiDocument(version);
	const open = (route: string, handle: Handle) => serve(parts, { route, isPublic: true }, handle);
	app.get(
		"/healthz",
		open("/healthz", async () =>
			Response.json(
				{ status: parts.isOpen() ? "ok" : "closing", version },
				{ status: parts.isOpen() ? 200 : 503 },
			),
		),
	);
	app.get(
		"/metrics",
		serve(parts, { route: "/metrics" }, async () => {
			const { registry } = parts.metrics;
			return new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
		}),
	);
	app.get(
		"/openapi.json",
		open("/openapi.json", async () => Response.json(document)),
	);
	for (const route of ROUTES) {
		const fields = fieldsOf(route.operation);
		app.on(
			route.method.toUpperCase(),
			route.path,
			serve(parts, { route: route.path, fields }, (exchange) => answer(route, exchange, parts)),
		);
	}
	for (const mount of parts.mounts) {
		app.on(
			mount.method === "ALL" ? ["GET", "POST", "DELETE"] : [mount.method],
			[mount.path],
			serve(parts, mount, (exchange) => mount.handle(exchange)),
		);
	}
	const paths = new Set([...ROUTES, ...parts.mounts].map(({ path }) => path));
	app.notFound((context) =>
		serve(parts, { route: "unknown", isPublic: true }, async () => {
			if (paths.has(context.req.path)) {
				throw new ServerRefusal(
					"method-not-allowed",
					`${context.req.method} is not taken here; see /openapi.json`,
				);
			}
			throw new ServerRefusal("not-found", "no such route; see /openapi.json");
		})(context),
	);
	return app;
}

export function fieldsOf({ input }: Pick<Operation, "input">): readonly string[] {
	const { properties } = input.json;
	return ["body", ...(isRecord(properties) ? Object.keys(properties) : [])];
}

async function answer(
	route: Route,
	{ request, incoming, params }: Exchange,
	parts: AppParts,
): Promise<Response> {
	const { operation, method, takesFiles } = route;
	const context: Omit<OperationContext, "uploads"> = parts;
	if (method === "get") {
		const query = Object.fromEntries(new URL(request.url).searchParams);
		const asked = operation.input.parse({ ...query, ...params }, "");
		return Response.json(await operation.run(asked, { ...context, uploads: new Map() }));
	}
	assertType(incoming, takesFiles);
	const { "content-type": type = "" } = incoming.headers;
	const leave = await parts.admission.enter(request.signal);
	try {
		const bytes = await readBody(incoming, parts.maxBodyBytes);
		const { request: body, uploads } = FORM.test(type)
			? await parseFormBody(bytes, type)
			: { request: parseJsonBody(bytes), uploads: new Map<string, Uint8Array>() };
		return Response.json(await operation.run(operation.input.parse(body, ""), { ...context, uploads }));
	} finally {
		leave();
	}
}

const FORM = /^multipart\/form-data\s*;/i;

/** JSON, or where files are taken a form; not text/plain, which a page of another site could send. */
export function assertType(incoming: IncomingMessage, takesFiles: boolean): void {
	const { "content-type": type = "" } = incoming.headers;
	if (/^application\/json\s*(;|$)/i.test(type) || (takesFiles && FORM.test(type))) return;
	throw new OnevisionError(
		"invalid-input",
		`body: content-type has to be application/json${takesFiles ? " or multipart/form-data" : ""}`,
	);
}

type Served = Pick<Mount, "route" | "isPublic" | "fields" | "refuse">;

/** Checks who asks and where, runs the handler, and logs and measures every outcome alike. */
function serve(parts: AppParts, { route, isPublic = false, fields = [], refuse }: Served, handle: Handle) {
	return async (context: Context<Env>): Promise<Response> => {
		const { incoming, outgoing } = context.env as { incoming: IncomingMessage; outgoing: ServerResponse };
		const start = performance.now();
		const id = crypto.randomUUID();
		const noted: Record<string, string | number | boolean> = {};
		let status = 500;
		const done = (): void => {
			const seconds = (performance.now() - start) / 1000;
			const { method = "" } = incoming;
			parts.metrics.requests.inc({ route, method: METHODS.has(method) ? method : "other", status });
			parts.metrics.seconds.observe({ route }, seconds);
			const level = status >= 500 ? "error" : "info";
			parts.log({
				level,
				event: "request",
				id,
				method,
				route,
				status,
				ms: Math.round(seconds * 1e5) / 100,
				...noted,
			});
		};
		try {
			assertHost(parts, incoming);
			if (!parts.isOpen() && route !== "/healthz") {
				throw new ServerRefusal("overloaded", "the server is shutting down; try again", {
					"retry-after": "1",
				});
			}
			const caller = isPublic ? NOBODY : parts.access.admit(incoming.headers);
			if (!isPublic) noted.caller = caller.name;
			const exchange: Exchange = {
				...{ id, incoming, outgoing, caller, noted, log: parts.log },
				params: context.req.param() as Record<string, string>,
				request: context.req.raw,
			};
			const response = await handle(exchange);
			status = response?.status ?? (outgoing.headersSent ? outgoing.statusCode : CLIENT_CLOSED);
			response?.headers.set("x-request-id", id);
			return response ?? RESPONSE_ALREADY_SENT;
		} catch (error) {
			const { signal } = context.req.raw;
			if (signal.aborted && error === signal.reason) {
				status = CLIENT_CLOSED;
				return RESPONSE_ALREADY_SENT;
			}
			const found = refusalOf(error, fields) ?? internal(error, id, parts.log);
			status = found.status;
			noted.code = found.problem.code;
			// An answer that has begun cannot become another one; a torn connection is an error to every client.
			if (outgoing.headersSent || outgoing.destroyed) {
				if (!outgoing.headersSent) status = CLIENT_CLOSED;
				outgoing.destroy();
				return RESPONSE_ALREADY_SENT;
			}
			const body = refuse === undefined ? { error: found.problem } : refuse(found);
			// A body left unread belongs to no next request.
			const close = incoming.complete ? {} : { connection: "close" };
			return Response.json(body, { status, headers: { ...found.headers, ...close, "x-request-id": id } });
		} finally {
			done();
		}
	};
}

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"]);

/** A page of another site can have its own name resolve to this machine; its requests carry that name as their host. */
function assertHost({ hosts }: AppParts, incoming: IncomingMessage): void {
	if (hosts === undefined) return;
	const name = (incoming.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
	if (hosts.has(name)) return;
	throw new ServerRefusal(
		"forbidden",
		"the server is not asked under this host name; use localhost or 127.0.0.1",
	);
}

/** What a job that failed answers. */
export function failureOf(error: unknown, log: Log): Refused["problem"] {
	return (refusalOf(error) ?? internal(error, crypto.randomUUID(), log)).problem;
}

/** Our bug: its text, which may hold anything, is for the log of whoever runs the server. */
function internal(error: unknown, id: string, log: Log): Refused {
	const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
	log({ level: "error", event: "internal", id, error: stack.slice(0, 4000) });
	return refused("internal", `unexpected failure, request ${id}; please report it`);
}
