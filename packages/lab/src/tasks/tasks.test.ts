/** Every task: its questions are answered right, its words are declared, held-out kinds are never trained. */

import { SCENARIOS } from "@onevision/core";
import { expect, test } from "vitest";
import { floorsOfTasks } from "../evaluate/floors.ts";
import { randomOf } from "../random.ts";
import { type SampleSource, sampleAt } from "../samples/sample.ts";
import { DRAWINGS } from "./draw.ts";
import { TASK_IDS, TASKS, vocabularyOfTasks } from "./index.ts";
import { SCENE_MAKERS, SCENE_RULES, type SceneObject, type Split, type Timeline } from "./scenes.ts";

const source: SampleSource = {
	name: "test",
	seed: 0,
	split: "train",
	tasks: TASK_IDS,
	questions: 4,
	rules: SCENE_RULES,
};

test("a sample is a function of its seed and number", () => {
	for (const scenario of SCENARIOS) {
		expect(sampleAt(source, scenario, 7)).toEqual(sampleAt(source, scenario, 7));
		expect(sampleAt(source, scenario, 7)).not.toEqual(sampleAt(source, scenario, 8));
		expect(sampleAt({ ...source, seed: 1 }, scenario, 7)).not.toEqual(sampleAt(source, scenario, 7));
	}
});

test("every word of every question is in the vocabulary, every answer among the task's", () => {
	const vocabulary = vocabularyOfTasks();
	const asked = new Set<string>();
	for (const scenario of SCENARIOS) {
		for (let index = 0; index < 100; index++) {
			for (const { task, text, answer, candidates } of sampleAt(source, scenario, index).questions) {
				asked.add(task);
				expect(vocabulary.encode(text).length).toBeGreaterThan(1);
				expect(TASKS[task].answers).toContain(answer);
				expect(candidates).toBeGreaterThan(1);
			}
		}
	}
	expect([...asked].sort()).toEqual([...TASK_IDS].sort());
	expect(() => vocabulary.encode("how many ghosts")).toThrow(/in no task's words/);
});

test("splits share no kind of object", () => {
	const kinds = (split: Split) => {
		const found = new Set<string>();
		for (let index = 0; index < 200; index++) {
			const { objects } = SCENE_MAKERS["single-image"](randomOf(split, index), split, SCENE_RULES);
			for (const { color, shape } of objects) found.add(`${color} ${shape}`);
		}
		return found;
	};
	const [trained, heldOut] = [kinds("train"), kinds("held-out")];
	expect(trained.size + heldOut.size).toBe(30);
	expect([...trained].filter((kind) => heldOut.has(kind))).toEqual([]);
});

test.each(["stride", "length"] as const)("a longer clip by %s shows the same events", (by) => {
	for (let index = 0; index < 20; index++) {
		const at = (rules: typeof SCENE_RULES): Timeline => SCENE_MAKERS.video(randomOf(index), "train", rules);
		const short = at(SCENE_RULES);
		const long = at({ ...SCENE_RULES, longer: { frames: 32, by } });
		expect(long.frames).toBe(32);
		const order = ({ objects }: Timeline) =>
			objects
				.map(({ from }, i) => ({ from, i }))
				.sort((a, b) => a.from - b.from)
				.map(({ i }) => i);
		expect(order(long)).toEqual(order(short));
		const shown = new Set(long.objects.map(({ from, until }) => until - from));
		expect([...shown]).toEqual([by === "stride" ? 12 : 3]);
		expect(Math.max(...long.objects.map(({ until }) => until))).toBeLessThanOrEqual(32);
	}
});

test("objects are drawn where and when they are", () => {
	const lit = (data: Uint8Array) => data.reduce((sum, value) => sum + Number(value > 0), 0);
	const object: SceneObject = { color: "white", shape: "square", x: 1, y: 2 };
	const [still] = DRAWINGS["single-image"]({ side: 16, objects: [object] });
	expect(lit(still?.data ?? new Uint8Array())).toBe(6 * 6 * 3);
	const frames = DRAWINGS.video({ side: 16, frames: 4, objects: [{ ...object, from: 1, until: 3 }] });
	expect(frames.map(({ data }) => lit(data) > 0)).toEqual([false, true, true, false]);
});

test("no task is given away: no floor is near 1", () => {
	for (const { task, floors } of floorsOfTasks(150)) {
		expect(Math.max(floors.majority, floors.textOnly, floors.visible), task).toBeLessThan(0.75);
	}
});
