/** Counting, for the tasks of every scenario. */

import { COLORS, type SceneObject } from "./scenes.ts";
import type { Question } from "./task.ts";

/** Numbers that are asked for. */
export const NUMBERS = ["0", "1", "2", "3", "4"] as const;

export const COUNT_WORDS = ["how", "many", ...COLORS] as const;

/** How many objects there are of each color, up to 4; of one color there is none, since most answers would be 0 otherwise. */
export function countQuestions(objects: readonly SceneObject[]): Question[] {
	const counts = COLORS.map((color) => objects.filter((object) => object.color === color).length);
	const start = COLORS.indexOf(objects[0]?.color ?? COLORS[0]);
	const absent = COLORS.map((_, step) => (start + step) % COLORS.length).find((index) => counts[index] === 0);
	return COLORS.flatMap((color, index) => {
		const count = counts[index] ?? 0;
		const answer = count > 0 || index === absent ? NUMBERS[count] : undefined;
		return answer === undefined ? [] : [{ text: `how many ${color}`, answer, candidates: NUMBERS.length }];
	});
}
