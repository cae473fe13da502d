/**
 * Samples: a scene with its questions. A sample is a function of its seed and number, so a stream needs no storage, can be
 * read from anywhere, and is planned and packed before a pixel is drawn.
 */

import type { Scenario } from "@onevision/core";
import { randomOf } from "../random.ts";
import { TASKS, type TaskId, tasksOf } from "../tasks/index.ts";
import { pick, SCENE_MAKERS, type SceneRules, type Scenes, type Split } from "../tasks/scenes.ts";
import type { Question, Task } from "../tasks/task.ts";

export interface AskedQuestion extends Question {
	readonly task: TaskId;
}

export interface LabSample<S extends Scenario = Scenario> {
	readonly scenario: S;
	readonly scene: Scenes[S];
	readonly questions: readonly AskedQuestion[];
}

/** What samples are drawn from. */
export interface SampleSource {
	/** Sources of different names share no sample. */
	readonly name: string;
	readonly seed: number;
	readonly split: Split;
	readonly tasks: readonly TaskId[];
	/** Most questions of a sample. */
	readonly questions: number;
	readonly rules: SceneRules;
}

/** Scenes drawn until one has a question. */
const MAX_SCENES = 1000;

/** Sample `index` of a scenario. Throws when no scene has a question for the tasks. */
export function sampleAt<S extends Scenario>(source: SampleSource, scenario: S, index: number): LabSample<S> {
	const { name, seed, split, rules } = source;
	const random = randomOf(name, seed, split, scenario, index);
	const tasks = tasksOf(scenario, source.tasks);
	for (let scenes = 0; scenes < MAX_SCENES; scenes++) {
		const scene = SCENE_MAKERS[scenario](random, split, rules);
		const asked: AskedQuestion[] = [];
		const open = new Map(tasks.map((id) => [id, [...questionsOf(id, scene)]]));
		while (asked.length < source.questions && open.size > 0) {
			const id = pick(random, [...open.keys()]);
			const left = open.get(id) ?? [];
			if (left.length === 0) {
				open.delete(id);
				continue;
			}
			// The answer first, so that answers with many questions do not crowd out the others.
			const answer = pick(random, [...new Set(left.map((question) => question.answer))]);
			const question = pick(
				random,
				left.filter((each) => each.answer === answer),
			);
			asked.push({ ...question, task: id });
			open.set(
				id,
				left.filter((each) => each !== question),
			);
		}
		if (asked.length > 0) return { scenario, scene, questions: asked };
	}
	throw new Error(`internal: no ${scenario} scene in ${MAX_SCENES} has a question for ${tasks.join(", ")}`);
}

function questionsOf<S extends Scenario>(id: TaskId, scene: Scenes[S]): readonly Question[] {
	const task = TASKS[id] as unknown as Task<S>;
	return task.questions(scene);
}
