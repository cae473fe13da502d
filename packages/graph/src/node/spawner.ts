/** The spawner: the thread that flushes denormals to zero and starts the threads that inherit it (see threads.ts). */

import { assertDefined } from "@onevision/base";
import { Graph } from "../graph.ts";
import { encodeModel } from "../onnx/model.ts";
import { Identity } from "../ops.ts";
import { serve, type Thread } from "./calls.ts";
import type { SpawnerCalls } from "./protocol.ts";
import { nodeRuntime } from "./runtime.ts";
import { ownPort, startOn } from "./threads.ts";

/** onnxruntime applies the flush setting of the first session in the process to the thread that creates it. */
async function firstSession(): Promise<void> {
	const model = encodeModel({ y: Identity(new Graph("first").input("x", "float32", [1])) });
	const program = await nodeRuntime({ threads: 1 }).load(model);
	await program.close();
}

// A failure here recurs in the sessions of the other threads, which report it.
const ready = firstSession().catch(() => undefined);
const threads = new Map<number, Pick<Thread, "ending" | "stop">>();
let next = 0;

serve<SpawnerCalls>(ownPort(), {
	spawn: async (start) => {
		await ready;
		threads.set(next, startOn(start));
		return next++;
	},
	ending: async (id) => {
		const ending = await assertDefined(threads.get(id), `thread ${id}`).ending();
		threads.delete(id);
		return ending;
	},
	stop: async (id) => {
		await threads.get(id)?.stop();
		return undefined;
	},
});
