/** How many objects of a color an image shows. */

import { COUNT_WORDS, countQuestions, NUMBERS } from "../counts.ts";
import { task } from "../task.ts";

export const counting = task({
	scenario: "single-image",
	title: "How many objects of a color are there?",
	words: COUNT_WORDS,
	answers: NUMBERS,
	questions: ({ objects }) => countQuestions(objects),
});
