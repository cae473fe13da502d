/** `count`: the tokens of media under one model. */

import type { AnyCounter } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { list, number, object, optional, text } from "@onevision/base/schema";
import { statistics } from "@onevision/core";
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
		const counted: { readonly id: string; readonly visualTokens: number }[] = [];
		const failed: { readonly id: string; readonly code: string; readonly message: string }[] = [];
		for (const { name, sample } of samples) {
			try {
				const { items, ...sums } = counter.count(sample);
				counted.push({ id: name, ...sums, ...{ items: items.map(({ detail }) => detail) } });
			} catch (error) {
				if (!(error instanceof OnevisionError)) throw error;
				failed.push({ id: name, code: error.code, message: error.message });
			}
		}
		const tokens = counted.map(({ visualTokens }) => visualTokens);
		const visualTokens =
			tokens.length === 0
				? {}
				: {
						visualTokens: {
							...statistics(
								tokens,
								tokens.map(() => 1),
							),
							total: sum(tokens),
						},
					};
		return {
			...aboutModel(counter, chosen.sampling),
			summary: { samples: tokens.length, ...visualTokens },
			...{ samples: counted, failed },
		};
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

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, each) => total + each, 0);
}
