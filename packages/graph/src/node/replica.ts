/** The worker thread of a replica: one model, run on request. Memory is handed over and back, not copied. */

import { workerData } from "node:worker_threads";
import { assertInternal } from "../errors.ts";
import type { Program } from "../runtime.ts";
import { serve } from "./calls.ts";
import type { ReplicaCalls, ReplicaStart } from "./protocol.ts";
import { buffersOf } from "./replicas.ts";
import { nodeRuntime } from "./runtime.ts";

const { model, load, runtime } = workerData as ReplicaStart;
let program: Program | undefined;

serve<ReplicaCalls>(
	{
		start: async () => {
			program = await nodeRuntime(runtime).load(model, load);
			return { inputs: program.inputs, outputs: program.outputs };
		},
		run: async ({ feeds, outputs }) => {
			assertInternal(program !== undefined, "the replica was asked before it was started");
			return { feeds, outputs: await program.run(feeds, outputs) };
		},
	},
	{ run: buffersOf },
);
