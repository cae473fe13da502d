/** `compare`: the same media under several models. */

import {
	allModelIds,
	byQuality,
	type Comparison,
	compareDeployments,
	compareJson,
	DEFAULT_ACCELERATOR,
	DEFAULT_TEXT,
	requestSetup,
	USUAL_MODELS,
} from "@onevision/api";
import { choice, either, integer, list, number, object, optional, text } from "@onevision/base/schema";
import { resolveHardwareId } from "@onevision/core";
import { chooseModel, counterFor, mediaFields, modelFields, openAll, samplesOf } from "./model-question.ts";
import { anyObject, operation } from "./operation.ts";

const LISTS = { usual: () => USUAL_MODELS, all: allModelIds } as const;

const tokens = (doc: string) => integer(doc, { min: 0, max: 1e7 });

export const compare = operation({
	id: "compare",
	summary: "Compare models on the same media: tokens, context, price, time to first token",
	input: object("What to compare", {
		models: optional(
			either(
				choice("Models: usual (default), all, or a list of names", ["usual", "all"]),
				list("Names of models", text("A name, as for count", 200), { min: 1, max: 200 }),
			),
		),
		media: mediaFields.media,
		together: mediaFields.together,
		asIs: modelFields.asIs,
		under: optional(tokens("Search each model's best settings under this many visual tokens per request")),
		accelerator: optional(text("Accelerator that open models run on, an id of the hardware table", 40)),
		pricePerHour: optional(number("USD of one accelerator per hour", { min: 0, max: 1e6 })),
		batch: optional(integer("Requests decoded together", { min: 1, max: 1e7 })),
		promptTokens: optional(tokens("Text tokens of a request besides its media")),
		answerTokens: optional(tokens("Tokens of a response")),
	}),
	output: object("Comparison", {
		assumptions: anyObject("Hardware, price and text that the numbers assume"),
		leftOut: list("Files that were not compared", anyObject("One"), { min: 0, max: 1e5 }),
		models: list("Models, best first under a limit", anyObject("Numbers of one model"), {
			min: 0,
			max: 1000,
		}),
	}),
	run: async (asked, context) => {
		const hardwareId = resolveHardwareId(asked.accelerator ?? DEFAULT_ACCELERATOR);
		const { models: named = "usual", asIs = false } = asked;
		const chosen = (typeof named === "string" ? LISTS[named]() : named).map((model) => {
			const found = chooseModel({ model, asIs }, context);
			const id = context.models.names.includes(model) ? model : counterFor(found).id;
			return { ...found, id };
		});
		const distinct = [...new Map(chosen.map((each) => [each.id, each])).values()];
		// In one way for all models, so that they are compared on the same images.
		const opened = await openAll(asked.media, context, { applyOrientation: false, applyRotation: false });
		const samples = samplesOf(opened, asked);
		const limit = asked.under === undefined ? {} : { maxTokens: asked.under };
		const assumptions = {
			hardwareId,
			setup: requestSetup(hardwareId, {
				...(asked.pricePerHour === undefined ? {} : { pricePerHour: asked.pricePerHour }),
				...(asked.batch === undefined ? {} : { requestBatch: asked.batch }),
			}),
			text: {
				promptTokens: asked.promptTokens ?? DEFAULT_TEXT.promptTokens,
				answerTokens: asked.answerTokens ?? DEFAULT_TEXT.answerTokens,
			},
			...limit,
		};
		const deployments = compareDeployments(distinct, {
			...assumptions,
			samples: samples.map(({ sample }) => sample),
		});
		const comparison: Comparison = {
			deployments: asked.under === undefined ? deployments : [...deployments].sort(byQuality),
			sampling: new Map(distinct.map(({ id, sampling }) => [id, sampling])),
			...{ samples, leftOut: [], ...assumptions },
		};
		return compareJson(comparison);
	},
});
