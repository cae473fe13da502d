/** `/v1/profile`: start a job, read its state, watch it over server-sent events, stop it. */

import type { Admission } from "../http/admission.ts";
import { assertType, type Exchange, fieldsOf, type Mount } from "../http/app.ts";
import { parseJsonBody, readBody } from "../http/body.ts";
import type { OperationContext } from "../operations/operation.ts";
import type { Job, JobEvent, Jobs } from "./jobs.ts";
import { profileInput, profileJob } from "./profile.ts";

const PATH = "/v1/profile";
/** A comment in a quiet stream, so that proxies keep it open, milliseconds. */
const KEEP_ALIVE_MS = 15_000;

export function profileRoutes(
	jobs: Jobs,
	context: Omit<OperationContext, "uploads">,
	maxBodyBytes: number,
	admission: Admission,
): readonly Mount[] {
	const found = ({ params, caller }: Exchange): Job => jobs.find(params.id ?? "", caller.name);
	return [
		{
			...{ method: "POST", path: PATH, route: PATH, fields: fieldsOf({ input: profileInput }) },
			handle: async ({ incoming, caller, request }) => {
				assertType(incoming, false);
				const leave = await admission.enter(request.signal);
				try {
					const body = parseJsonBody(await readBody(incoming, maxBodyBytes));
					const asked = profileInput.parse(body, "");
					const job = jobs.start(caller.name, await profileJob(asked, { ...context, uploads: new Map() }));
					return Response.json(stateOf(job), { status: 202, headers: { location: `${PATH}/${job.id}` } });
				} finally {
					leave();
				}
			},
		},
		{
			...{ method: "GET", path: `${PATH}/:id`, route: `${PATH}/:id` },
			handle: async (exchange) => Response.json(stateOf(found(exchange))),
		},
		{
			...{ method: "DELETE", path: `${PATH}/:id`, route: `${PATH}/:id` },
			handle: async (exchange) => {
				const job = found(exchange);
				jobs.stop(job);
				return Response.json(stateOf(job));
			},
		},
		{
			...{ method: "GET", path: `${PATH}/:id/events`, route: `${PATH}/:id/events` },
			handle: async (exchange) => eventStream(jobs, found(exchange), exchange.request.signal),
		},
	];
}

function stateOf({ id, state, data }: Job) {
	const links = { self: `${PATH}/${id}`, events: `${PATH}/${id}/events` };
	return { ...{ id, state }, [FIELD[state]]: data, links };
}

const FIELD = { running: "progress", done: "result", failed: "error" } as const satisfies Record<
	Job["state"],
	string
>;

function eventStream(jobs: Jobs, job: Job, signal: AbortSignal): Response {
	const encoder = new TextEncoder();
	const stopped = new AbortController();
	const events = jobs.events(job, AbortSignal.any([signal, stopped.signal]));
	const keepAlive: { timer?: ReturnType<typeof setInterval> } = {};
	const stream = new ReadableStream<Uint8Array>({
		start: (controller) => {
			keepAlive.timer = setInterval(() => {
				if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(": still running\n\n"));
			}, KEEP_ALIVE_MS);
		},
		// Pulled when the client has read: progress that nobody reads is skipped, not stored.
		pull: async (controller) => {
			const next = await events.next();
			if (next.done === true) {
				clearInterval(keepAlive.timer);
				controller.close();
			} else controller.enqueue(encoder.encode(eventText(next.value)));
		},
		cancel: () => {
			clearInterval(keepAlive.timer);
			stopped.abort();
		},
	});
	return new Response(stream, {
		headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
	});
}

function eventText({ event, data }: JobEvent): string {
	return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
