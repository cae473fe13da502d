/** What each task gives away: floors over a sample of its questions, as they stand in the documentation. */

import { SCENARIOS } from "@onevision/core";
import { groupBy } from "../group-by.ts";
import { type SampleSource, sampleAt } from "../samples/sample.ts";
import { TASK_IDS, type TaskId } from "../tasks/index.ts";
import { SCENE_RULES } from "../tasks/scenes.ts";
import type { Question } from "../tasks/task.ts";
import { type Floors, floorsOf } from "./evaluate.ts";

export interface TaskFloors {
	readonly task: TaskId;
	readonly example: Pick<Question, "text" | "answer">;
	/** Questions that the floors are computed from. */
	readonly questions: number;
	readonly floors: Floors;
}

/** Of `samples` samples of each scenario. */
export function floorsOfTasks(samples: number): TaskFloors[] {
	const source: SampleSource = {
		name: "evaluation",
		seed: 0,
		split: "train",
		tasks: TASK_IDS,
		questions: 4,
		rules: SCENE_RULES,
	};
	const asked = SCENARIOS.flatMap((scenario) =>
		Array.from({ length: samples }, (_, index) => sampleAt(source, scenario, index).questions).flat(),
	);
	const byTask = groupBy(asked, ({ task }) => task);
	return TASK_IDS.flatMap((task) => {
		const own = byTask.get(task) ?? [];
		const [first] = own;
		return first === undefined
			? []
			: [
					{
						task,
						example: { text: first.text, answer: first.answer },
						questions: own.length,
						floors: floorsOf(own),
					},
				];
	});
}
