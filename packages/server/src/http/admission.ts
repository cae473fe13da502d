/** Back-pressure: so many requests at once, so many waiting, and a clear answer to the rest. */

import { ServerRefusal } from "../refusal.ts";

export interface Admission {
	/** Resolves to what must be called when the work is done. Throws `overloaded` when too many wait, or too long. */
	enter(signal?: AbortSignal): Promise<() => void>;
	readonly running: number;
	readonly waiting: number;
}

interface Waiter {
	readonly start: () => void;
}

export function createAdmission({
	atOnce,
	maxWaiting,
	waitSeconds,
}: {
	readonly atOnce: number;
	readonly maxWaiting: number;
	readonly waitSeconds: number;
}): Admission {
	let running = 0;
	const queue = new Set<Waiter>();
	const leave = (): void => {
		const [next] = queue;
		if (next === undefined) running--;
		else {
			queue.delete(next);
			next.start();
		}
	};
	/** Leaving twice must not free two places. */
	const once = (): (() => void) => {
		let left = false;
		return () => {
			if (left) return;
			left = true;
			leave();
		};
	};
	const overloaded = (why: string) =>
		new ServerRefusal("overloaded", `${why}; try again in a moment`, { "retry-after": "1" });
	return {
		get running() {
			return running;
		},
		get waiting() {
			return queue.size;
		},
		enter: (signal) => {
			if (running < atOnce) {
				running++;
				return Promise.resolve(once());
			}
			if (queue.size >= maxWaiting) return Promise.reject(overloaded("too many requests wait already"));
			return new Promise((resolve, reject) => {
				const settle = (act: () => void) => {
					queue.delete(waiter);
					clearTimeout(timer);
					signal?.removeEventListener("abort", abandon);
					act();
				};
				const abandon = () => settle(() => reject(overloaded("the client went away")));
				const waiter: Waiter = { start: () => settle(() => resolve(once())) };
				const timer = setTimeout(
					() => settle(() => reject(overloaded(`no place became free within ${waitSeconds} s`))),
					waitSeconds * 1000,
				);
				signal?.addEventListener("abort", abandon, { once: true });
				queue.add(waiter);
			});
		},
	};
}
