/** The color of the one object of a shape that appears in a clip. */

import { COLOR_WORDS, colorQuestions } from "../colors.ts";
import { COLORS } from "../scenes.ts";
import { task } from "../task.ts";

export const color = task({
	scenario: "video",
	title: "Which color has the object of this shape?",
	words: COLOR_WORDS,
	answers: COLORS,
	questions: ({ objects }) => colorQuestions(objects),
});
