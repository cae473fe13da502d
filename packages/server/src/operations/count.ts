/** `count`: the tokens of media under one model. */

import { type AnyCounter, countJson, countSamples } from "@onevision/api";
import { list, number, object, optional, text } from "@onevision/base/schema";
import {
	chooseModel,
	counterFor,
	mediaFields,
	modelFields,
	openAll,
	samplesOf,
	turningOf,
} from "./model-question.ts";
import { anyObject, operation } from "./operation.ts";

const total = (doc: string) => number(doc, { min: 0, max: 1e15 });

export const countedModel = {
	model: text("Id of the model"),
	title: text("Its name"),
	basis: text("Whose count this is"),
	settings: anyObject("Every setting counted with"),
	contextWindowTokens: optional(total("Context window of the model, tokens")),
	videoSampling: optional(anyObject("How frames of videos are chosen, and by whom")),
	unverified: optional(
		list("Constants that no published source confirms", text("One"), { min: 1, max: 100 }),
	),
};

export const count = operation({
	id: "count",
	summary: "Count the visual tokens of images and videos under one model",
	input: object("What to count", { ...modelFields, ...mediaFields }),
	output: object("Counts", {
		...countedModel,
		summary: anyObject("Samples, and statistics of their visual tokens"),
		samples: list("Counted samples, in order", anyObject("Sums and items of one sample"), {
			min: 0,
			max: 1e5,
		}),
		leftOut: list("Always empty: a medium that cannot be read is an error", anyObject("One"), {
			min: 0,
			max: 0,
		}),
		failed: list("Samples that cannot be counted, with code and reason", anyObject("One"), {
			min: 0,
			max: 1e5,
		}),
	}),
	run: async (asked, context) => {
		const chosen = chooseModel(asked, context);
		const counter = counterFor(chosen);
		const opened = await openAll(asked.media, context, turningOf(counter));
		const samples = samplesOf(opened, asked);
		return countJson({ counter, ...countSamples(counter, samples), sampling: chosen.sampling, leftOut: [] });
	},
});

/** What every answer says about the model it is for. */
export function aboutModel(counter: AnyCounter, sampling: object | undefined) {
	const { id, title, basis, settings, contextTokens, unverified } = counter;
	return {
		...{ model: id, title, basis, settings },
		...(contextTokens === undefined ? {} : { contextWindowTokens: contextTokens }),
		...(sampling === undefined ? {} : { videoSampling: sampling }),
		...(unverified.length === 0 ? {} : { unverified }),
	};
}
