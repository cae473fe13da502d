/** Work that outlives a request: started, watched, stopped, and kept for a while when it is done. */

import { ServerRefusal } from "../refusal.ts";

export interface JobEvent {
	readonly event: "progress" | "done" | "failed";
	readonly data: unknown;
}

export interface Job {
	readonly id: string;
	readonly owner: string;
	state: "running" | "done" | "failed";
	/** The last progress, the result, or `{error}`. */
	data: unknown;
}

export interface Jobs {
	/** Starts `work`. Throws `overloaded` when as many run as may. */
	start(
		owner: string,
		work: (progress: (data: unknown) => void, signal: AbortSignal) => Promise<unknown>,
	): Job;
	/** Throws `not-found` for the job of somebody else, too. */
	find(id: string, owner: string): Job;
	/** Everything from now to the end; the current state first. */
	events(job: Job, signal: AbortSignal): AsyncGenerator<JobEvent>;
	stop(job: Job): void;
	/** Stops every job and resolves when all have ended. */
	close(): Promise<void>;
}

/** Finished jobs kept for reading; the oldest go first. */
const MAX_KEPT = 100;

interface Kept extends Job {
	readonly controller: AbortController;
	readonly watchers: Set<() => void>;
	ended: Promise<void>;
}

/** `failure` makes the answer of what was thrown. */
export function createJobs({
	atOnce,
	failure,
}: {
	readonly atOnce: number;
	failure(error: unknown): unknown;
}): Jobs {
	const jobs = new Map<string, Kept>();
	const running = () => [...jobs.values()].filter(({ state }) => state === "running");
	const change = (job: Kept, state: Job["state"], data: unknown): void => {
		job.state = state;
		job.data = data;
		for (const wake of job.watchers) wake();
	};
	const forget = (): void => {
		const done = [...jobs.values()].filter(({ state }) => state !== "running");
		for (const { id } of done.slice(0, Math.max(0, done.length - MAX_KEPT))) jobs.delete(id);
	};
	const kept = ({ id }: Job): Kept => {
		const found = jobs.get(id);
		if (found === undefined)
			throw new ServerRefusal("not-found", "this job is no longer kept; start it again");
		return found;
	};
	return {
		start: (owner, work) => {
			if (running().length >= atOnce) {
				throw new ServerRefusal("overloaded", `${atOnce} jobs run already; try again when one has ended`, {
					"retry-after": "5",
				});
			}
			const controller = new AbortController();
			const job: Kept = {
				...{ id: crypto.randomUUID(), owner, state: "running", data: {}, controller },
				watchers: new Set(),
				ended: Promise.resolve(),
			};
			jobs.set(job.id, job);
			job.ended = work((data) => change(job, "running", data), controller.signal)
				.then(
					(data) => change(job, "done", data),
					(error: unknown) => {
						change(job, "failed", failure(controller.signal.aborted ? controller.signal.reason : error));
					},
				)
				.finally(forget);
			return job;
		},
		find: (id, owner) => {
			const job = jobs.get(id);
			if (job !== undefined && job.owner === owner) return job;
			throw new ServerRefusal("not-found", "no such job; it may have ended long ago");
		},
		async *events(job, signal) {
			const watched = kept(job);
			let wake: () => void = () => undefined;
			const notify = (): void => wake();
			watched.watchers.add(notify);
			signal.addEventListener("abort", notify, { once: true });
			try {
				while (!signal.aborted) {
					const { state, data } = watched;
					yield { event: state === "running" ? "progress" : state, data };
					if (state !== "running") return;
					await new Promise<void>((resolve) => {
						wake = resolve;
						// It may have changed while the event was being sent.
						if (watched.data !== data || signal.aborted) resolve();
					});
				}
			} finally {
				watched.watchers.delete(notify);
				signal.removeEventListener("abort", notify);
			}
		},
		stop: (job) =>
			kept(job).controller.abort(new ServerRefusal("timeout", "the job was stopped by who asked for it")),
		close: async () => {
			for (const { controller } of running()) {
				controller.abort(new ServerRefusal("overloaded", "the server is shutting down; start the job again"));
			}
			await Promise.all([...jobs.values()].map(({ ended }) => ended));
		},
	};
}
