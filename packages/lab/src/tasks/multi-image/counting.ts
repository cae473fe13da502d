/** How many objects of a color several images show together. */

import { COUNT_WORDS, countQuestions, NUMBERS } from "../counts.ts";
import { task } from "../task.ts";

export const counting = task({
	scenario: "multi-image",
	title: "How many objects of a color are there in all images?",
	words: COUNT_WORDS,
	answers: NUMBERS,
	questions: (images) => countQuestions(images.flatMap(({ objects }) => objects)),
});
