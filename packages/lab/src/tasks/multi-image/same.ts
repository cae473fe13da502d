/** Whether the first two images show the same number of objects of a color. */

import { COLORS } from "../scenes.ts";
import { type Question, task } from "../task.ts";

export const same = task({
	scenario: "multi-image",
	title: "Do the first two images show equally many objects of a color?",
	words: ["is", "equal", ...COLORS],
	answers: ["same", "different"],
	questions: ([one, other]) => {
		const asked = COLORS.flatMap((color): Question[] => {
			const [a = 0, b = 0] = [one, other].map(
				(image) => image?.objects.filter((object) => object.color === color).length,
			);
			const answer = a === b ? "same" : "different";
			return a === 0 && b === 0 ? [] : [{ text: `is equal ${color}`, answer, candidates: 2 }];
		});
		// Only scenes that have both answers, or most would be that they differ.
		return new Set(asked.map(({ answer }) => answer)).size === 2 ? asked : [];
	},
});
