/** The thread of a replica. */

import { assertInternal } from "@onevision/base";
import { type Replica, startReplica } from "../train/replica.ts";
import { serve } from "./calls.ts";
import type { ReplicaCalls } from "./protocol.ts";
import { nodeRuntime } from "./runtime.ts";
import { ownPort } from "./threads.ts";

let started: Replica | undefined;

function replica(): Replica {
	assertInternal(started !== undefined, "the replica has not been started");
	return started;
}

serve<ReplicaCalls>(ownPort(), {
	start: async ({ setup, runtime }) => {
		started = await startReplica(setup, nodeRuntime(runtime));
		return undefined;
	},
	run: (request) => replica().run(request),
	add: (request) => replica().add(request),
	update: (request) => replica().update(request),
	state: () => replica().state(),
	restore: async (state) => {
		await replica().restore(state);
		return undefined;
	},
});
