/** `fit`: the largest size, clip or setting under a token limit. */

import { OnevisionError } from "@onevision/base";
import { boolean, choice, integer, number, object, optional, text } from "@onevision/base/schema";
import { type Fit, type FitQuestion, fitFrames, fitSetting, fitSize, type MediaItem } from "@onevision/core";
import { aboutModel, countedModel } from "./count.ts";
import {
	assertOpenCounter,
	type ChosenModel,
	chooseModel,
	counterFor,
	mediaFields,
	modelFields,
	openAll,
	turningOf,
} from "./model-question.ts";
import { anyObject, operation } from "./operation.ts";

type Question = "size" | "frames" | "setting";
interface Answer {
	readonly question: Question;
	readonly fit: Fit<unknown>;
}

const total = (doc: string) => number(doc, { min: 0, max: 1e15 });

export const fit = operation({
	id: "fit",
	summary: "Find the largest image, clip or setting under a token limit",
	input: object("What to fit: an aspect ratio, one medium, or with setting any media", {
		...modelFields,
		tokens: integer("Most visual tokens", { min: 1, max: 1e9 }),
		aspect: optional(text("Find the largest image of this aspect ratio, W:H", 20)),
		media: optional(mediaFields.media),
		setting: optional(text("Find the largest value of this setting, for the media as one sample", 60)),
	}),
	output: object("What fits", {
		...countedModel,
		question: choice("What was searched", ["size", "frames", "setting"]),
		maxTokens: total("The limit"),
		largest: anyObject("The largest candidate that fits, with its visual tokens"),
		firstOver: optional(anyObject("The smallest counted candidate that does not fit")),
		atBound: boolean("Whether the largest is the last candidate tried"),
		searched: choice("Whether all candidates were counted", ["every", "steps"]),
		wholeClip: optional(anyObject("The setting with which a clip that is too long fits whole")),
		overContext: optional(total("Tokens beyond the context of the model")),
	}),
	run: async (asked, context) => {
		const chosen = chooseModel(asked, context);
		const counter = counterFor(chosen);
		assertOpenCounter(counter, "fit searches");
		const opened = await openAll(asked.media ?? [], context, turningOf(counter));
		const media = opened.map(({ item }) => item);
		const question = { checkpoint: chosen.model, settings: chosen.settings, maxTokens: asked.tokens };
		const { fit: found, question: name } = answerOf(asked, media, question);
		const { visualTokens } = found.largest;
		const { contextTokens } = counter;
		const searchesFrames = chosen.sampling?.choosers.includes(asked.setting ?? "") === true;
		const hasVideo = media.some(({ kind }) => kind === "video") && !searchesFrames;
		return {
			...aboutModel(counter, hasVideo ? chosen.sampling : undefined),
			...{ question: name, maxTokens: asked.tokens, ...found },
			...(name === "frames" && !found.atBound ? wholeClip(chosen, media, question) : {}),
			...(contextTokens !== undefined && visualTokens > contextTokens
				? { overContext: visualTokens - contextTokens }
				: {}),
		};
	},
});

function answerOf(
	{ aspect, setting }: { readonly aspect?: string; readonly setting?: string },
	media: readonly MediaItem[],
	question: FitQuestion,
): Answer {
	const given = media.length + (aspect === undefined ? 0 : 1);
	if (setting === undefined ? given !== 1 : media.length === 0 || aspect !== undefined) {
		throw new OnevisionError(
			"invalid-input",
			"media: give one image, one video or aspect; with setting any number of media and no aspect",
		);
	}
	if (setting !== undefined) {
		return { question: "setting", fit: fitSetting({ ...question, sample: { media }, setting }) };
	}
	const [item] = media;
	if (item?.kind === "video") return { question: "frames", fit: fitFrames({ ...question, video: item }) };
	const shape = item === undefined ? { aspect: parseAspect(aspect ?? "") } : { size: item };
	return { question: "size", fit: fitSize({ ...question, ...shape }) };
}

/** The number of frames with which the whole clip fits, if the model has such a setting. */
function wholeClip({ sampling }: ChosenModel, media: readonly MediaItem[], question: FitQuestion) {
	const [setting] = sampling?.choosers ?? [];
	if (setting === undefined) return {};
	try {
		const { value, visualTokens } = fitSetting({ ...question, sample: { media }, setting }).largest;
		return { wholeClip: { setting, value, visualTokens } };
	} catch (error) {
		// This setting cannot do it: the shorter clip is the answer.
		if (error instanceof OnevisionError) return {};
		throw error;
	}
}

function parseAspect(given: string) {
	const match = /^([1-9]\d{0,6}):([1-9]\d{0,6})$/.exec(given.trim());
	if (match === null) {
		throw new OnevisionError("invalid-input", "aspect: expected W:H in whole numbers; write 16:9");
	}
	return { width: Number(match[1]), height: Number(match[2]) };
}
