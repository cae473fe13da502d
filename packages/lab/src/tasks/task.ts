/**
 * What a task is: a question grammar over the scenes of one scenario. A task is one file; it never draws, and it says of each
 * question what could be answered without seeing what it asks about.
 */

import type { Scenario } from "@onevision/core";
import type { Scenes } from "./scenes.ts";

export interface Question {
	/** Words of the task, separated by spaces. The model answers behind the last one. */
	readonly text: string;
	/** One of the task's answers. */
	readonly answer: string;
	/** Answers that remain plausible to someone who sees the scene but binds nothing: 1 / candidates is a floor. */
	readonly candidates: number;
}

export interface Task<S extends Scenario = Scenario> {
	readonly scenario: S;
	/** What it asks, in one sentence. */
	readonly title: string;
	/** All words its questions may use, besides the answers. */
	readonly words: readonly string[];
	/** All answers. */
	readonly answers: readonly string[];
	/** Every question that the scene answers without doubt; none where it does not. */
	questions(scene: Scenes[S]): readonly Question[];
}

/** Keeps the scenario of a task in its type. */
export function task<const S extends Scenario>(definition: Task<S>): Task<S> {
	return definition;
}
