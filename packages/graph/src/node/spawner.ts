/** The thread that flushes denormal numbers and starts those that shall do so too. */

import { assertDefined } from "@onevision/base";
import { Graph } from "../graph.ts";
import { encodeModel } from "../onnx/model.ts";
import { Identity } from "../ops.ts";
import { serve, type Thread } from "./calls.ts";
import type { SpawnerCalls } from "./protocol.ts";
import { nodeRuntime } from "./runtime.ts";
import { ownPort, startOn } from "./threads.ts";

/** Its settings count for this thread if it is the first session of the process. */
async function firstSession(): Promise<void> {
	const model = encodeModel({ y: Identity(new Graph("first").input("x", "float32", [1])) });
	const program = await nodeRuntime({ threads: 1 }).load(model);
	await program.close();
}

// If it fails, so do the sessions of the other threads, which say why.
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
