/** The worker thread of a training session. */

import { assertInternal } from "@onevision/base";
import type { Training } from "../train/training.ts";
import { serve } from "./calls.ts";
import { saveCheckpoint } from "./files.ts";
import type { SessionCalls } from "./protocol.ts";
import { startReplicas } from "./replicas.ts";
import { ownPort } from "./threads.ts";

let started: Training | undefined;

function training(): Training {
	assertInternal(started !== undefined, "the worker has not been started");
	return started;
}

serve<SessionCalls>(ownPort(), {
	start: async ({ plan, state, runtime, replicas }) => {
		started = await startReplicas(plan, state, replicas, runtime);
		return started.step;
	},
	update: (batches) => training().update(batches),
	evaluate: (batches) => training().evaluate(batches),
	state: () => training().state(),
	restore: async (from) => {
		await training().restore(from);
		return training().step;
	},
	save: async (path) => {
		await saveCheckpoint(path, await training().state());
		return training().step;
	},
	close: async () => {
		await training().close();
		return undefined;
	},
});
