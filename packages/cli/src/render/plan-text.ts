/** A plan on the terminal: the answer first, then what it rests on. */

import type { Plan, ScenarioPlan } from "@onevision/core";
import type { Colors } from "../terminal.ts";
import { bytes, dollars, duration, flops, hours, metric, percent, whole } from "./numbers.ts";
import { bar, table } from "./table.ts";
import { COSTS_UNKNOWN, orUnknown, priceCell } from "./unknown.ts";

const BAR_WIDTH = 30;

export function renderPlan(colors: Colors, plan: Plan): string {
	if (plan.refused) return `${renderHead(colors, plan)}\n\n${renderFindings(colors, plan)}`;
	const sections = [
		renderHead(colors, plan),
		...plan.scenarios.map((scenario) => renderScenario(colors, plan, scenario)),
		renderJoint(colors, plan),
		renderDynamic(colors, plan),
		renderExtrapolation(colors, plan),
		renderCurriculum(colors, plan),
		renderCosts(colors, plan),
		renderSkills(colors, plan),
		renderFindings(colors, plan),
	];
	return sections.filter((section) => section !== "").join("\n\n");
}

function renderHead({ bold, dim }: Colors, { request, scenarios, expectedTokens }: Plan): string {
	const shares = scenarios.map(({ scenario, share }) => `${percent(share)} ${scenario}`).join(", ");
	const purpose = request.purpose === "train" ? "to train" : "to deploy";
	return [
		`${bold(`${whole(request.budget)} visual tokens per sample`)} for ${bold(request.checkpoint.title)}, ${purpose}: ${shares}`,
		dim(`expected over the mix: ${whole(expectedTokens)} visual tokens per sample`),
	].join("\n");
}

function renderScenario(
	{ bold, dim, green, yellow, red }: Colors,
	plan: Plan,
	scenario: ScenarioPlan,
): string {
	const { chosen, budgetShare, status } = scenario;
	const paint = { fits: green, "under-tokenized": yellow, "context-risk": red }[status];
	const { p50, p95, max } = chosen.visualTokens;
	const tokens = `${whole(p50)} median, ${whole(p95)} p95, ${whole(max)} max`;
	return [
		`${bold(scenario.scenario)}  ${chosen.allocation.summary}`,
		`  ${paint(bar(budgetShare, BAR_WIDTH))} ${percent(budgetShare)} of ${whole(plan.request.budget)}  ${paint(status)}  ${dim(tokens)}`,
		`  ${scenario.why}`,
		...scenario.runnersUp.map((result) =>
			dim(
				`  or ${result.allocation.summary}: ${whole(result.visualTokens.p95)} p95, fidelity ${result.fidelity.toFixed(2)} against ${chosen.fidelity.toFixed(2)}`,
			),
		),
		dim(`  media: ${scenario.media.note}; ${whole(scenario.search.evaluated)} settings counted`),
	].join("\n");
}

function renderJoint({ bold, dim }: Colors, { joint }: Plan): string {
	const [head = "", ...body] = table(
		[
			{ title: "scenario" },
			{ title: "allocation" },
			{ title: "mean tokens", align: "right" },
			{ title: "fidelity", align: "right" },
			{ title: "gain per 1,000 tokens", align: "right" },
		],
		joint.choices.map(({ scenario, result, mixGainPer1000Tokens }) => [
			scenario,
			result.allocation.summary,
			whole(result.visualTokens.mean),
			result.fidelity.toFixed(3),
			mixGainPer1000Tokens === 0 ? "none left" : `+${mixGainPer1000Tokens.toFixed(4)}`,
		]),
	);
	const fit = joint.fits ? "" : ", which even the smallest settings exceed";
	const spend =
		joint.spendNext === undefined
			? "no scenario has anything left to gain"
			: `spare budget helps most in ${joint.spendNext}`;
	return [
		`${bold("Joint")}  at most ${whole(joint.meanTokensLimit)} tokens as the mean over the mix: ${whole(joint.meanTokens)} used${fit}; ${spend}`,
		`  ${dim(head)}`,
		...body.map((line) => `  ${line}`),
	].join("\n");
}

function renderDynamic({ bold, dim }: Colors, { fixedAgainstDynamic: contrast }: Plan): string {
	const cell = (value: number | undefined): string => (value === undefined ? "refused" : whole(value));
	const [head = "", ...body] = table(
		[{ title: "" }, { title: contrast.fixed, align: "right" }, { title: contrast.dynamic, align: "right" }],
		[
			...contrast.scenarios.map(({ scenario, fixed, dynamic }) => [
				`${scenario}, median to max`,
				`${whole(fixed.p50)} to ${whole(fixed.max)}`,
				dynamic === undefined ? "refused" : `${whole(dynamic.p50)} to ${whole(dynamic.max)}`,
			]),
			...contrast.byDuration.map(({ seconds, fixed, dynamic }) => [
				`720p clip of ${duration(seconds)}`,
				cell(fixed),
				cell(dynamic),
			]),
			...contrast.byResolution.map(({ width, height, fixed, dynamic }) => [
				`image of ${width}x${height}`,
				cell(fixed),
				cell(dynamic),
			]),
		],
	);
	return [
		`${bold("Fixed against dynamic")}  visual tokens for the same media`,
		`  ${dim(head)}`,
		...body.map((line) => `  ${line}`),
	].join("\n");
}

function renderExtrapolation({ bold }: Colors, { extrapolation }: Plan): string {
	if (extrapolation === undefined) return "";
	const { trained, asked } = extrapolation;
	return [
		`${bold("Extrapolation")}  trained on ${trained.frames} frames over ${duration(trained.seconds)}, asked ${asked.frames} over ${duration(asked.seconds)}`,
		`  ${extrapolation.summary}`,
	].join("\n");
}

function renderCurriculum({ bold, dim }: Colors, { curriculum, request }: Plan): string {
	const { hardware } = request;
	const [head = "", ...body] = table(
		[
			{ title: "stage" },
			{ title: "samples", align: "right" },
			{ title: "steps", align: "right" },
			{ title: "mix" },
			{ title: "trains" },
			{ title: "tokens each", align: "right" },
			{ title: "GPU hours", align: "right" },
			{ title: "per GPU", align: "right" },
			{ title: "cost", align: "right" },
		],
		curriculum.stages.map((stage) => [
			stage.stage,
			metric(stage.samples),
			whole(stage.steps),
			Object.values(stage.mixture)
				.map((share) => Math.round(share * 100))
				.join("/"),
			stage.trainable.length === 3 ? "all" : stage.trainable.join(", "),
			whole(stage.visualTokens + stage.textTokens),
			orUnknown(stage.acceleratorHours, whole),
			orUnknown(stage.memory, ({ total }) => `${bytes(total)}${stage.fitsMemory ? "" : " !"}`),
			priceCell(stage, hardware.pricePerHour),
		]),
	);
	const { total } = curriculum;
	const price =
		total.cost === undefined
			? ""
			: `, ${dollars(total.cost)} at ${dollars(hardware.pricePerHour ?? 0)} an hour`;
	const time =
		total.acceleratorHours === undefined || total.hours === undefined
			? "GPU hours, memory and cost unknown: so are the parameters of the language model"
			: `${whole(total.acceleratorHours)} GPU hours, ${hours(total.hours)} on ${hardware.count} × ${hardware.facts.name} at ${percent(hardware.trainingEfficiency)} of peak${price}`;
	return [`${bold("Curriculum")}  ${time}`, `  ${dim(head)}`, ...body.map((line) => `  ${line}`)].join("\n");
}

function renderCosts({ bold, dim }: Colors, { costs, request }: Plan): string {
	if (costs === undefined) return `${bold("Per request")}  ${COSTS_UNKNOWN}`;
	const [head = "", ...body] = table(
		[
			{ title: "median sample" },
			{ title: "prompt", align: "right" },
			{ title: "tower", align: "right" },
			{ title: "prefill", align: "right" },
			{ title: "KV cache", align: "right" },
			{ title: "first token", align: "right" },
			{ title: "per 1,000", align: "right" },
		],
		costs.map(({ scenario, cost }) => [
			scenario,
			whole(cost.promptTokens),
			flops(cost.flops.tower),
			flops(cost.flops.prefill),
			bytes(cost.memory.kvCache),
			duration(cost.secondsToFirstToken),
			cost.pricePer1000 === undefined ? "" : dollars(cost.pricePer1000),
		]),
	);
	const answer = request.textTokens.answer;
	const accelerators = Math.max(...costs.map(({ cost }) => cost.accelerators), 1);
	return [
		`${bold("Per request")}  ${accelerators === 1 ? "" : `${accelerators} × `}${request.hardware.facts.name}, ${answer} tokens answered, ${request.hardware.requestBatch} at a time (estimate)`,
		`  ${dim(head)}`,
		...body.map((line) => `  ${line}`),
	].join("\n");
}

function renderSkills({ bold, dim, green, yellow }: Colors, { skills }: Plan): string {
	return [
		`${bold("Emergent skills")}  what may appear without being trained, and the data it needs`,
		...skills.map(({ title, outlook, evidence, data }) => {
			const missing = evidence.filter(({ met }) => !met).map(({ need, found }) => `${need} (${found})`);
			const mark = outlook === "expected" ? green("expected") : yellow("unlikely");
			return `  ${mark}  ${title}  ${dim(missing.length === 0 ? `needs ${data}` : `missing: ${missing.join("; ")}`)}`;
		}),
	].join("\n");
}

/** A refused plan shows what stops it and nothing else; a sound one its warnings. */
function renderFindings({ bold, dim, red, yellow }: Colors, { findings, refused }: Plan): string {
	if (findings.length === 0) return "";
	const lines = findings.flatMap(({ rule, severity, message, reason, overridden }) => {
		if (severity === "warn") return refused ? [] : [`  ${yellow("warning")}  ${message}  ${dim(rule)}`];
		if (overridden) return [`  ${yellow("allowed")}  ${message}  ${dim(rule)}`];
		return [`  ${red(rule)}  ${message}`, dim(`    ${reason}; --allow ${rule} overrides`)];
	});
	return [refused ? bold(red("Refused")) : bold("Findings"), ...lines].join("\n");
}
