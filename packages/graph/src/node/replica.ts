/** The worker thread of a replica: one model, run on request. Memory is handed over and back, not copied. */

import { assertInternal } from "../errors.ts";
import type { Program, Tensors } from "../runtime.ts";
import { serve } from "./calls.ts";
import type { ReplicaCalls } from "./protocol.ts";
import { buffersOf } from "./replicas.ts";
import { nodeRuntime } from "./runtime.ts";
import { ownPort } from "./threads.ts";

let started: Program | undefined;
let shared: Tensors = {};

function program(): Program {
	assertInternal(started !== undefined, "the replica was asked before it was started");
	return started;
}

serve<ReplicaCalls>(
	ownPort(),
	{
		start: async ({ model, load, runtime }) => {
			started = await nodeRuntime(runtime).load(model, load);
			return { inputs: started.inputs, outputs: started.outputs };
		},
		share: async (feeds) => {
			const former = shared;
			shared = feeds;
			program().share(feeds);
			return former;
		},
		run: async ({ feeds, outputs }) => ({ feeds, outputs: await program().run(feeds, outputs) }),
	},
	{ share: buffersOf, run: ({ feeds, outputs }) => [...buffersOf(feeds), ...buffersOf(outputs)] },
);
