/** Which of several images shows a color. */

import { COLORS } from "../scenes.ts";
import { task } from "../task.ts";

const ORDINALS = ["first", "second", "third"] as const;

export const which = task({
	scenario: "multi-image",
	title: "Which image shows this color?",
	words: ["which", "image", "shows", ...COLORS],
	answers: ORDINALS,
	questions: (images) =>
		COLORS.flatMap((color) => {
			const [only, ...more] = images.flatMap(({ objects }, index) =>
				objects.some((object) => object.color === color) ? [index] : [],
			);
			const answer = only === undefined || more.length > 0 ? undefined : ORDINALS[only];
			return answer === undefined
				? []
				: [{ text: `which image shows ${color}`, answer, candidates: images.length }];
		}),
});
