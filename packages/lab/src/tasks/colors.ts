/** Which color a shape has: binding, for the tasks of several scenarios. */

import { type SceneObject, SHAPES } from "./scenes.ts";
import type { Question } from "./task.ts";

export const COLOR_WORDS = ["color", "of", ...SHAPES] as const;

/** The color of each shape that occurs once, where there are several colors: they are what is seen without binding. */
export function colorQuestions(objects: readonly SceneObject[]): Question[] {
	const candidates = new Set(objects.map(({ color }) => color)).size;
	if (candidates < 2) return [];
	return SHAPES.flatMap((shape) => {
		const [only, ...more] = objects.filter((object) => object.shape === shape);
		return only === undefined || more.length > 0
			? []
			: [{ text: `color of ${shape}`, answer: only.color, candidates }];
	});
}
