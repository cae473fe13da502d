/** What the browser test runs in a page: one small training run, whose losses it hands back. */

import { startTraining, webRuntime } from "../web.ts";
import { xorBatch, xorTraining } from "./xor.ts";

export async function trainInPage(steps: number): Promise<number[]> {
	const { plan, state } = xorTraining();
	const training = await startTraining(
		plan,
		state,
		await webRuntime({ wasmPaths: `${location.origin}/ort/` }),
	);
	const losses: number[] = [];
	for (let step = 1; step <= steps; step++) losses.push((await training.update([xorBatch(step)])).loss);
	await training.close();
	return losses;
}

Object.assign(globalThis, { trainInPage });
