/** The loop around a training session: batches by step, checkpoints, and going on where a killed run stopped. */

import { access } from "node:fs/promises";
import type { Tensors } from "../runtime.ts";
import type { StepReport } from "../train/training.ts";
import type { TrainingSession } from "./session.ts";

export interface TrainOptions {
	/** Updates in all, those of earlier runs included. */
	readonly steps: number;
	/** The batches of update `step`, counted from 1. The same step must give the same batches for a run to be resumed exactly. */
	readonly batches: (step: number) => readonly Tensors[] | Promise<readonly Tensors[]>;
	/** Where to save and how often; a file that is there already is gone on from. */
	readonly checkpoint?: { readonly path: string; readonly every: number };
	readonly onStep?: (report: StepReport) => void;
}

/**
 * Trains up to `steps` updates and saves at the end. Stops with the session's error when a loss is not finite; the last
 * checkpoint stays as it is. Throws `unreadable-file` when the checkpoint it should go on from is damaged.
 */
export async function train(session: TrainingSession, options: TrainOptions): Promise<void> {
	const { steps, batches, checkpoint, onStep } = options;
	if (checkpoint !== undefined && (await exists(checkpoint.path))) await session.load(checkpoint.path);
	while (session.step < steps) {
		const report = await session.update(await batches(session.step + 1));
		onStep?.(report);
		if (checkpoint !== undefined && (report.step % checkpoint.every === 0 || report.step === steps)) {
			await session.save(checkpoint.path);
		}
	}
}

async function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
