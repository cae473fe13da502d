/** `plan --explain`: for every knob of a scenario, what its other values would cost and keep. */

import { formatInteger, formatPercent } from "@onevision/base";
import type { Alternative, Alternatives, Plan, ScenarioPlan } from "@onevision/core";
import type { Page } from "./plan-text.ts";
import { table } from "./table.ts";
import { hang } from "./wrap.ts";

export function renderExplanation(page: Page, plan: Plan, scenario: ScenarioPlan): string {
	const { colors, columns } = page;
	const { chosen } = scenario;
	const { evaluated } = scenario.search;
	const searched =
		evaluated === 1 ? "the only combination" : `the best of ${formatInteger(evaluated)} combinations`;
	const head = hang(
		`${chosen.allocation.summary}, ${searched}; ${scenario.why}`,
		columns,
		`${scenario.scenario}  `,
		2,
	);
	if (scenario.alternatives.length === 0) {
		return [...head, "  the model leaves nothing to choose here"].join("\n");
	}
	return [
		head
			.map((line, index) =>
				index === 0 ? line.replace(scenario.scenario, colors.bold(scenario.scenario)) : line,
			)
			.join("\n"),
		...scenario.alternatives.map((knob) => renderKnob(page, plan, scenario, knob)),
		hang(
			"Each row is the preferred combination with that value; pixels, features per patch and duration are shares kept. Fidelity is relative to the chosen one: “tie” is within what published ablations tell apart, “untrained” beyond what the checkpoint was trained with.",
			columns,
		)
			.map(colors.dim)
			.join("\n"),
	].join("\n\n");
}

function renderKnob(
	{ colors: { bold, dim }, columns }: Page,
	plan: Plan,
	{ scenario }: ScenarioPlan,
	{ setting, values }: Alternatives,
): string {
	const { fit, budget } = plan.request;
	const [head = "", ...body] = table(
		[
			{ title: setting, align: "right" },
			{ title: `tokens, ${fit}`, align: "right" },
			{ title: "pixels", align: "right" },
			{ title: "features", align: "right" },
			...(scenario === "video" ? [{ title: "duration", align: "right" } as const] : []),
			{ title: "fidelity", align: "right" },
			{ title: "" },
		],
		values.map((value) => [
			String(value.value),
			formatInteger(value.visualTokens[fit]),
			formatPercent(value.kept.resolution),
			formatPercent(value.kept.density),
			...(scenario === "video" ? [formatPercent(value.kept.duration)] : []),
			`${value.fidelityRatio.toFixed(2)}×`,
			reason(value, budget, fit),
		]),
	);
	return [
		bold(head),
		...body.map((line, index) => {
			const own = values[index]?.verdict === "chosen";
			return own ? bold(line) : line.length > columns ? line : dim(line);
		}),
	].join("\n");
}

function reason(
	{ verdict, fits, visualTokens, untrained }: Alternative,
	budget: number,
	fit: Plan["request"]["fit"],
): string {
	const beyond = untrained.length === 0 ? "" : ", untrained";
	if (verdict === "chosen") return `chosen${beyond}`;
	if (!fits) return `over by ${formatInteger(Math.ceil(visualTokens[fit] - budget))}`;
	const words = { "keeps-more": "more", tie: "tie", "keeps-less": "less" }[verdict];
	return `${words}${beyond}`;
}
