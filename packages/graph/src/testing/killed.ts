/** A training run in a process of its own, for the test that kills it: prints each step's loss as it is done. */

import { startSession } from "../node/session.ts";
import { train } from "../node/train.ts";
import { xorBatch, xorTraining } from "./xor.ts";

const [path = "", steps = "0", replicas = "1"] = process.argv.slice(2);
const { plan, state } = xorTraining();
const session = await startSession(plan, state, { threads: 1, replicas: Number(replicas) });
await train(session, {
	steps: Number(steps),
	batches: (step) => [xorBatch(step), xorBatch(-step)],
	checkpoint: { path, every: 3 },
	onStep: ({ step, loss }) => console.log(JSON.stringify({ step, loss })),
});
await session.close();
