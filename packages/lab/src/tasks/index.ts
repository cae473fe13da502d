/** Every task. One file each, and one line here. */

import { nearest, OnevisionError } from "@onevision/base";
import type { Scenario } from "@onevision/core";
import { createVocabulary, type Vocabulary } from "../model/vocabulary.ts";
import { counting as multiCounting } from "./multi-image/counting.ts";
import { same } from "./multi-image/same.ts";
import { which } from "./multi-image/which.ts";
import { color } from "./single-image/color.ts";
import { counting } from "./single-image/counting.ts";
import { relation } from "./single-image/relation.ts";
import type { Task } from "./task.ts";
import { color as videoColor } from "./video/color.ts";
import { counting as videoCounting } from "./video/counting.ts";
import { first, last } from "./video/order.ts";

export const TASKS = {
	"single-image.counting": counting,
	"single-image.color": color,
	"single-image.relation": relation,
	"multi-image.counting": multiCounting,
	"multi-image.which": which,
	"multi-image.same": same,
	"video.counting": videoCounting,
	"video.color": videoColor,
	"video.first": first,
	"video.last": last,
} as const satisfies Record<string, Task<"single-image"> | Task<"multi-image"> | Task<"video">>;

export type TaskId = keyof typeof TASKS;
export const TASK_IDS = Object.keys(TASKS) as readonly TaskId[];

/** Throws `unknown-name`, with the nearest task there is. */
export function taskNamed(name: string): TaskId {
	const found = TASK_IDS.find((id) => id === name);
	if (found !== undefined) return found;
	const hint = nearest(name, TASK_IDS);
	throw new OnevisionError(
		"unknown-name",
		`no task ${JSON.stringify(name.slice(0, 60))}${hint === undefined ? "" : `; did you mean ${hint}?`} There are ${TASK_IDS.join(", ")}`,
	);
}

/** Tasks of a scenario, among those given. */
export function tasksOf(scenario: Scenario, ids: readonly TaskId[]): readonly TaskId[] {
	return ids.filter((id) => TASKS[id].scenario === scenario);
}

/** The words of all tasks, whichever of them are trained, so that models of different runs compare. */
export function vocabularyOfTasks(): Vocabulary {
	const tasks: readonly Pick<Task, "words" | "answers">[] = Object.values(TASKS);
	return createVocabulary([
		...tasks.flatMap(({ words }) => words),
		...tasks.flatMap(({ answers }) => answers),
	]);
}
