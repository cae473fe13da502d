/** The thread that flushes denormal numbers and starts those that shall do so too. */

import { present } from "../errors.ts";
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

// Where onnxruntime does not load, the threads say so themselves.
const ready = firstSession().catch(() => undefined);
const threads = new Map<number, Pick<Thread, "ending" | "stop">>();
let next = 0;

function threadOf(id: number): Pick<Thread, "ending" | "stop"> {
	return present(threads.get(id), `thread ${id}`);
}

serve<SpawnerCalls>(ownPort(), {
	spawn: async (start) => {
		await ready;
		threads.set(next, startOn(start));
		return next++;
	},
	ending: async (id) => {
		const ending = await threadOf(id).ending();
		threads.delete(id);
		return ending;
	},
	stop: async (id) => {
		await threadOf(id).stop();
		return undefined;
	},
});
