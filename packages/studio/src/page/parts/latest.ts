/** Answers of the worker to a question that changes: only the newest counts, and one is asked at a time. */

import { OnevisionError } from "@onevision/base";
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { ask } from "../work/client.ts";
import type { Method, Methods } from "../work/protocol.ts";

export interface Latest<Answer> {
	/** The newest answer; it stays while a newer one is awaited. */
	readonly answer?: Answer;
	readonly problem?: string;
	/** Whether a newer answer is on its way. */
	readonly isPending: boolean;
}

/** Resolves behind the next frame, so that showing an answer never holds up the frame of what a person does. */
function painted(): Promise<void> {
	return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Asks whenever the question changes; `undefined` asks nothing. */
export function latest<M extends Method>(
	method: M,
	question: ReadonlySignal<Methods[M]["ask"] | undefined>,
): ReadonlySignal<Latest<Methods[M]["answer"]>> {
	const state = signal<Latest<Methods[M]["answer"]>>({ isPending: false });
	let isBusy = false;
	let waiting: Methods[M]["ask"] | undefined;
	const next = async (): Promise<void> => {
		while (waiting !== undefined) {
			const asked = waiting;
			waiting = undefined;
			isBusy = true;
			try {
				const answer = await ask(method, asked);
				await painted();
				state.value = { answer, isPending: waiting !== undefined };
			} catch (error) {
				const problem = error instanceof OnevisionError ? error.message : `it failed: ${String(error)}`;
				state.value = { problem, isPending: waiting !== undefined };
			}
		}
		isBusy = false;
	};
	effect(() => {
		waiting = question.value;
		if (waiting === undefined) return;
		state.value = { ...state.peek(), isPending: true };
		if (!isBusy) void next();
	});
	return state;
}
