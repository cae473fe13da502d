/** Which color appeared first or last: every object is shown equally long, so how long it is seen says nothing. */

import { COLORS, type Timeline } from "../scenes.ts";
import { type Question, task } from "../task.ts";

const WORDS = ["which", "color", "came"] as const;

/** The color of the object that starts first, or last. */
function orderQuestion({ objects }: Timeline, place: "first" | "last"): Question[] {
	const sorted = [...objects].sort((a, b) => a.from - b.from);
	const object = sorted.at(place === "first" ? 0 : -1);
	const candidates = new Set(objects.map(({ color }) => color)).size;
	return object === undefined || candidates < 2
		? []
		: [{ text: `which color came ${place}`, answer: object.color, candidates }];
}

export const first = task({
	scenario: "video",
	title: "Which color appears first?",
	words: [...WORDS, "first"],
	answers: COLORS,
	questions: (scene) => orderQuestion(scene, "first"),
});

export const last = task({
	scenario: "video",
	title: "Which color appears last?",
	words: [...WORDS, "last"],
	answers: COLORS,
	questions: (scene) => orderQuestion(scene, "last"),
});
