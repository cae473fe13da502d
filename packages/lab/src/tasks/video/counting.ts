/** How many objects of a color appear in a clip. */

import { COUNT_WORDS, countQuestions, NUMBERS } from "../counts.ts";
import { task } from "../task.ts";

export const counting = task({
	scenario: "video",
	title: "How many objects of a color appear in the clip?",
	words: COUNT_WORDS,
	answers: NUMBERS,
	questions: ({ objects }) => countQuestions(objects),
});
