/** Calls between threads: answers, failures, memory that changes hands, and a thread that ends. */

import { MessageChannel } from "node:worker_threads";
import { OnevisionError } from "@onevision/base";
import { expect, test } from "vitest";
import { buffersIn, Caller, type Ending, serve } from "./calls.ts";
import { spawnThread } from "./threads.ts";

interface Calls {
	readonly double: { readonly request: { readonly numbers: Float32Array }; readonly response: Float32Array };
	readonly fail: { readonly request: string; readonly response: undefined };
	/** The same memory in every answer. */
	readonly same: { readonly request: undefined; readonly response: Float32Array };
	readonly never: { readonly request: undefined; readonly response: undefined };
}

/** Both ends of a channel in this thread; `ending` is what the thread would have ended with. */
function pair(ending: Ending = { code: 3, thrown: undefined }) {
	const { port1, port2 } = new MessageChannel();
	const once = Float32Array.of(1);
	const stop = async () => port2.close();
	const caller = new Caller<Calls>({ port: port1, ending: async () => ending, stop }, "a thread");
	serve<Calls>(port2, {
		double: async ({ numbers }) => numbers.map((each) => 2 * each),
		fail: async (message) => {
			throw new OnevisionError("non-finite", message, 7);
		},
		same: async () => once,
		never: () => new Promise(() => undefined),
	});
	return caller;
}

test("answers, and failures with their code, come back in order", async () => {
	const caller = pair();
	const numbers = Float32Array.of(1, 2);
	const answers = await Promise.allSettled([
		caller.call("fail", "no"),
		caller.call("double", { numbers }, [numbers.buffer]),
		caller.call("double", { numbers: Float32Array.of(4) }),
	]);
	expect(answers[0]).toMatchObject({ reason: { code: "non-finite", message: "no", step: 7 } });
	expect(answers.slice(1)).toMatchObject([{ value: Float32Array.of(2, 4) }, { value: Float32Array.of(8) }]);
	expect(numbers.length).toBe(0);
	await caller.stop();
});

test("what cannot be sent is refused, and the next call goes through", async () => {
	const caller = pair();
	const wrong = { numbers: (() => undefined) as unknown as Float32Array };
	await expect(caller.call("double", wrong)).rejects.toThrow(/could not be cloned/);
	expect(await caller.call("double", { numbers: Float32Array.of(1) })).toEqual(Float32Array.of(2));
	await caller.stop();
});

test("a response that cannot be read is an error, and the next call goes through", async () => {
	const caller = pair();
	expect(await caller.call("same", undefined)).toEqual(Float32Array.of(1));
	await expect(caller.call("same", undefined)).rejects.toThrow();
	expect(await caller.call("double", { numbers: Float32Array.of(1) })).toEqual(Float32Array.of(2));
	await caller.stop();
});

test.each([
	[{ code: 3, thrown: undefined }, "training: a thread has ended (exit 3)"],
	[{ code: 1, thrown: "out of memory\nat line 5" }, /^training: a thread has ended \(out of memory\)$/],
])("calls that wait when a thread ends are refused, and all later ones", async (ending, message) => {
	const caller = pair(ending);
	const waiting = expect(caller.call("never", undefined)).rejects.toThrow(message);
	expect(caller.alive).toBe(true);
	await Promise.all([caller.stop(), caller.stop()]);
	await waiting;
	expect(caller.alive).toBe(false);
	await expect(caller.call("never", undefined)).rejects.toThrow(message);
});

test("why a spawned thread has ended reaches the caller; to stop it again is no error", async () => {
	const thread = await spawnThread("replica");
	const caller = new Caller<Calls>(thread, "a thread");
	thread.port.postMessage(null);
	const refused = await caller.call("never", undefined).catch((error: Error) => error);
	expect(refused).toBeInstanceOf(OnevisionError);
	expect(refused).toMatchObject({
		code: "runtime",
		message: expect.stringMatching(/^training: a thread has ended \(Cannot destructure/),
	});
	await caller.stop();
});

test("memory in plain data is found once, however deep", () => {
	const shared = new Float32Array(4);
	const found = buffersIn({
		a: [shared.subarray(1), { b: shared }],
		c: undefined,
		d: new Uint8Array(2),
		e: "x",
	});
	expect(found.map(({ byteLength }) => byteLength)).toEqual([16, 2]);
});
