/** The loop around a training session: batches by step, checkpoints, resuming. */

import { access } from "node:fs/promises";
import type { Tensors } from "../runtime.ts";
import type { StepReport } from "../train/training.ts";
import type { TrainingSession } from "./session.ts";

export interface TrainOptions {
	/** Total updates, including those of earlier runs. */
	readonly steps: number;
	/** The batches of update `step`, counted from 1. A run resumes exactly only if a step always gives the same batches. */
	readonly batches: (step: number) => readonly Tensors[] | Promise<readonly Tensors[]>;
	/** Where to save, and every how many updates. An existing file is resumed from. */
	readonly checkpoint?: { readonly path: string; readonly every: number };
	readonly onStep?: (report: StepReport) => void;
}

/**
 * Trains to `steps` updates and saves at the end. Throws the session's error when a loss is not finite; the last
 * checkpoint stays. Throws `unreadable-file` when the checkpoint to resume from is damaged.
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
