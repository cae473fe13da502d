/** The worker thread of an inference session: its models and caches. */

import { assertDefined } from "@onevision/base";
import type { CacheBinding } from "../cache-binding.ts";
import type { Program, Runtime } from "../runtime.ts";
import { appendRows, cacheFeeds, Numbered, RowCache } from "./cache.ts";
import { serve } from "./calls.ts";
import type { InferenceCalls } from "./inference-protocol.ts";
import { nodeRuntime } from "./runtime.ts";
import { ownPort } from "./threads.ts";

interface Loaded {
	readonly program: Program;
	readonly binding: CacheBinding | undefined;
}

let runtime: Runtime | undefined;
const models = new Numbered<Loaded>();
const caches = new Numbered<RowCache>();

serve<InferenceCalls>(ownPort(), {
	start: async (options) => {
		runtime = nodeRuntime(options);
		return undefined;
	},
	load: async ({ model, options, binding }) => {
		const program = await assertDefined(runtime, "the runtime").load(model, options);
		const { inputs, outputs } = program;
		return { id: models.add({ program, binding }), inputs, outputs };
	},
	run: async ({ id, feeds, caches: uses, rows }) => {
		const { program, binding } = models.get(id);
		if (binding === undefined) return program.run(feeds);
		const sequences = uses.map((use) => ({ cache: caches.get(use.id), length: use.length }));
		const outputs = await program.run({ ...feeds, ...cacheFeeds(binding, sequences) });
		return appendRows(binding, sequences, outputs, rows);
	},
	unload: async (id) => {
		await models.take(id)?.program.close();
		return undefined;
	},
	allocate: async (spec) => caches.add(new RowCache(spec)),
	release: async (id) => {
		caches.take(id);
		return undefined;
	},
});
