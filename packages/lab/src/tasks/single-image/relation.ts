/** Where one object is, seen from another: both named by colors that occur once. */

import { COLORS, type SceneObject } from "../scenes.ts";
import { type Question, task } from "../task.ts";

const SIDES = ["left", "right", "above", "below"] as const;

export const relation = task({
	scenario: "single-image",
	title: "On which side of one object is another?",
	words: ["from", "where", "is", ...COLORS],
	answers: SIDES,
	questions: ({ side, objects }) => {
		const single = objects.filter(
			({ color }) => objects.filter((object) => object.color === color).length === 1,
		);
		return single.flatMap((from) =>
			single.flatMap((to): Question[] => {
				const answer = sideOf(from, to, side / 4);
				const text = `from ${from.color} where is ${to.color}`;
				return answer === undefined ? [] : [{ text, answer, candidates: SIDES.length }];
			}),
		);
	},
});

/** The side, where one distance is at least a quarter of the image longer than the other. */
function sideOf(from: SceneObject, to: SceneObject, margin: number): (typeof SIDES)[number] | undefined {
	const [dx, dy] = [to.x - from.x, to.y - from.y];
	if (Math.abs(Math.abs(dx) - Math.abs(dy)) < margin) return undefined;
	if (Math.abs(dx) > Math.abs(dy)) return dx < 0 ? "left" : "right";
	return dy < 0 ? "above" : "below";
}
