/** `plan`: settings, schedule and cost for a token budget; the request is that of `onevision plan`. */

import { assertPlannable } from "@onevision/api";
import { OnevisionError } from "@onevision/base";
import { type Plan, plan as planFor, planRequestSchema } from "@onevision/core";
import { anyObject, operation } from "./operation.ts";

export const plan = operation({
	id: "plan",
	summary: "Plan settings, schedule and cost for a budget of visual tokens",
	input: planRequestSchema,
	output: anyObject("The plan, as onevision plan --json prints it; refused says that a rule forbids it"),
	run: async (asked, { models }): Promise<Plan> => {
		if (asked.media?.folder !== undefined) {
			throw new OnevisionError(
				"unsupported",
				"media.folder: the server reads no folder for a plan; describe the sizes under media, or profile it first",
			);
		}
		const { model, ...rest } = asked;
		if (typeof model !== "string") return planFor(asked, []);
		const { model: resolved } = models.resolve(model);
		if (typeof resolved !== "string") return planFor(rest, [], resolved);
		assertPlannable(resolved);
		return planFor({ ...asked, model: resolved }, []);
	},
});
