/**
 * A plan's first screen: the verdict and its warnings, one block per scenario, and then what the purpose needs: the
 * bill of training, or the cost of a request with the settings to paste. At most 48 lines of 80 columns for three
 * scenarios; `--full` prints the rest.
 */

import {
	formatBytes,
	formatDollars,
	formatDuration,
	formatInteger,
	formatMetric,
	formatPercent,
	formatSmallDollars,
} from "@onevision/base";
import {
	assumedSamples,
	COSTS_UNKNOWN,
	decodedTogether,
	type Finding,
	orUnknown,
	type Plan,
	priceCell,
	type ScenarioPlan,
	unverifiedOfPlan,
} from "@onevision/core";
import type { Colors } from "../terminal.ts";
import { bar, table } from "./table.ts";
import { hang } from "./wrap.ts";

export interface Page {
	readonly colors: Colors;
	readonly columns: number;
}

/** Minimum width for wide tables and bars, in columns. */
const WIDE = 76;
/** Warnings on the first screen; `--full` lists the others. */
const WARNINGS = 4;

export function renderPlan(page: Page, plan: Plan): string {
	const sections = [renderHead(page, plan), renderFindings(page, plan)];
	if (!plan.refused) {
		sections.push(
			...plan.scenarios.map((scenario) => renderScenario(page, scenario)),
			...(plan.request.purpose === "deploy"
				? [renderRequests(page, plan), renderPaste(page, plan)]
				: [renderTraining(page, plan), renderSkills(page, plan)]),
			renderMore(page, plan),
		);
	}
	return sections.filter((section) => section !== "").join("\n\n");
}

function renderHead({ colors: { bold, dim }, columns }: Page, plan: Plan): string {
	const { request, scenarios, expectedTokens } = plan;
	const shares = scenarios.map(({ scenario, share }) => `${formatPercent(share)} ${scenario}`).join(", ");
	const title = `${formatInteger(request.budget)} visual tokens per sample, to ${request.purpose} ${request.checkpoint.title}`;
	return [
		...hang(title, columns).map(bold),
		...hang(`${shares}; ${formatInteger(expectedTokens)} expected over the mix`, columns),
		...hang(assumptions(plan), columns).map(dim),
		...unverifiedOfPlan(request).flatMap((facts) => hang(`unverified: ${facts}`, columns, "", 2).map(dim)),
	].join("\n");
}

/** What the plan assumes because the request did not say. */
function assumptions({ request, scenarios, curriculum }: Plan): string {
	const media = scenarios.filter(({ media }) => media.origin === "assumed");
	const { hardware } = request;
	const price =
		hardware.pricePerHour === undefined ? "" : ` at ${formatDollars(hardware.pricePerHour)} an hour`;
	const count = request.purpose === "train" ? `${hardware.count} × ` : "";
	const batch =
		request.purpose === "deploy" && hardware.assumed.includes("requestBatch")
			? [`${hardware.requestBatch} requests decoded together`]
			: [];
	const assumed = [
		...media.map(({ scenario, media: { note } }) => `${scenario} media (${note})`),
		...(hardware.assumed.includes("accelerator") ? [`${count}${hardware.facts.name}${price}`] : []),
		...batch,
		...(request.purpose === "train" ? assumedSamples(curriculum) : []),
	];
	const given = scenarios
		.filter(({ media }) => media.origin !== "assumed")
		.map(({ media: { note } }) => note);
	return [
		...(given.length === 0 ? [] : [`planned on ${given.join(", ")}`]),
		...(assumed.length === 0 ? [] : [`assumed: ${assumed.join("; ")}`]),
	].join("; ");
}

/** A refused plan shows only what stops it; a sound one shows its warnings. */
export function renderFindings(page: Page, { findings, refused }: Plan, most = WARNINGS): string {
	const { colors, columns } = page;
	const { bold, red, green, dim } = colors;
	if (refused) {
		const stops = findings.filter(({ severity, overridden }) => severity !== "warn" && !overridden);
		return [
			bold(red("Refused")),
			...stops.flatMap(({ rule, message, reason }) => [
				...hang(`${rule}: ${message}`, columns, "  ", 4).map((line) => line.replace(rule, red(rule))),
				...hang(`${reason}; --allow ${rule} overrides`, columns, "    ").map(dim),
			]),
		].join("\n");
	}
	// Assumed media are already mentioned at the top.
	const shown = findings.filter(({ rule }) => rule !== "assumed-media");
	if (shown.length === 0) return green("Nothing speaks against it.");
	const lines = shown.slice(0, most).flatMap((finding) => renderFinding(page, finding));
	const more = shown.length > most ? [dim(`  ${shown.length - most} more with --full`)] : [];
	return [...lines, ...more].join("\n");
}

function renderFinding({ colors: { yellow }, columns }: Page, { message, overridden }: Finding): string[] {
	const mark = overridden ? "allowed  " : "warning  ";
	return hang(message, columns, mark).map((line, index) =>
		index === 0 ? line.replace(mark, yellow(mark)) : line,
	);
}

function renderScenario({ colors, columns }: Page, scenario: ScenarioPlan): string {
	const { bold, dim } = colors;
	const { chosen, budgetShare, status } = scenario;
	const paint = paintOf(colors, status);
	const { p50, p95, max } = chosen.visualTokens;
	// Mention a tie only if a reader might prefer it: with the default exponents it keeps more.
	const tie = scenario.ties.find(({ fidelity }) => fidelity > chosen.fidelity);
	const tokens = `${formatInteger(p50)} median, ${formatInteger(p95)} p95, ${formatInteger(max)} max`;
	return [
		...hang(chosen.allocation.summary, columns, `${scenario.scenario}  `, 2).map((line, index) =>
			index === 0 ? line.replace(scenario.scenario, bold(scenario.scenario)) : line,
		),
		`  ${paint(bar(budgetShare, columns < WIDE ? 10 : 20))} ${formatPercent(budgetShare)}  ${paint(status)}  ${dim(tokens)}`,
		...hang(scenario.why, columns, "  "),
		...(tie === undefined
			? []
			: hang(
					`published results cannot separate this from ${tie.allocation.summary} (${formatInteger(tie.visualTokens.p95)} p95): ${preference(scenario, tie)}`,
					columns,
					"  ",
				).map(dim)),
	].join("\n");
}

function preference({ chosen }: ScenarioPlan, tie: ScenarioPlan["ties"][number]): string {
	if (chosen.untrained.length < tie.untrained.length) return "what the model was trained with is preferred";
	return chosen.changed < tie.changed
		? "the one closer to the model's own settings is preferred"
		: "the one that keeps more for its tower work is preferred";
}

function paintOf({ green, yellow, red }: Colors, status: ScenarioPlan["status"]): (text: string) => string {
	return { fits: green, "under-tokenized": yellow, "over-budget": red, "context-risk": red }[status];
}

/** The bill of training: one row per stage, then the memory of one accelerator. */
function renderTraining({ colors: { bold, dim }, columns }: Page, { curriculum, request }: Plan): string {
	const { total, stages } = curriculum;
	const { hardware, curriculum: asked } = request;
	const wide = columns >= WIDE;
	const [head = "", ...body] = table(
		[
			{ title: "stage" },
			{ title: "samples", align: "right" },
			...(wide
				? ([
						{ title: "steps", align: "right" },
						{ title: "tokens each", align: "right" },
					] as const)
				: []),
			{ title: "GPU hours", align: "right" },
			{ title: "on a GPU", align: "right" },
			{ title: "cost", align: "right" },
		],
		stages.map((stage) => [
			stage.stage,
			formatMetric(stage.samples),
			...(wide ? [formatInteger(stage.steps), formatInteger(stage.visualTokens + stage.textTokens)] : []),
			orUnknown(stage.acceleratorHours, formatInteger),
			orUnknown(
				stage.memory,
				({ total }) => `≥ ${formatBytes(total)}${stage.fitsMemory ? "" : ", too much"}`,
			),
			priceCell(stage, hardware.pricePerHour),
		]),
	);
	const last = stages.at(-1);
	const price = total.cost === undefined ? "" : `, ${formatDollars(total.cost)}`;
	const from =
		asked.done.length === 0 ? "" : `; from the released checkpoint on, --full-recipe plans every stage`;
	const time =
		total.acceleratorHours === undefined || total.hours === undefined
			? "GPU hours, memory and cost unknown: the parameters of the language model are not known"
			: `${formatInteger(total.acceleratorHours)} GPU hours, ${formatDuration(total.hours * 3600)} on ${hardware.count} × ${hardware.facts.name} at ${formatPercent(hardware.trainingEfficiency)} of peak${price}`;
	return [
		...hang(`${time}${from}`, columns, "Training  ", 2).map((line, index) =>
			index === 0 ? line.replace("Training", bold("Training")) : line,
		),
		`  ${dim(head)}`,
		...body.map((line) => `  ${line}`),
		...(last?.memory === undefined ? [] : hang(memoryLine(last, last.memory), columns, "  ").map(dim)),
	].join("\n");
}

type Stage = Plan["curriculum"]["stages"][number];

/** How the last stage trains and what occupies its memory, largest first. */
function memoryLine(stage: Stage, memory: NonNullable<Stage["memory"]>): string {
	const { microBatch, accumulation, training, loraRank } = stage;
	const held = (
		[
			["weights", memory.parameters],
			["gathered layers", memory.gathered],
			["gradients", memory.gradients],
			["optimizer", memory.optimizer],
			["buckets", memory.buffers],
			["activations", memory.activations],
			["logits", memory.logits],
			["runtime", memory.context],
		] as const
	)
		.filter(([, size]) => size > 0)
		.toSorted(([, a], [, b]) => b - a)
		.map(([name, size]) => `${name} ${formatBytes(size)}`);
	const how = Object.entries(training)
		.map(([part, tuning]) => `${part} ${tuning}${tuning === "lora" ? ` ${loraRank}` : ""}`)
		.join(", ");
	const host = memory.host > 0 ? `; ${formatBytes(memory.host)} on the host for each` : "";
	return `${stage.stage}: ${how}; micro-batch ${microBatch} × ${accumulation} accumulated; ${held.join(", ")}${host}`;
}

/** The cost of a request, for its median sample, at the batch size decoded together. */
function renderRequests({ colors: { bold, dim }, columns }: Page, { costs, request }: Plan): string {
	const { hardware, checkpoint, textTokens } = request;
	if (costs === undefined) return hang(COSTS_UNKNOWN, columns, `${bold("Per request")}  `, 2).join("\n");
	const [head = "", ...body] = table(
		[
			{ title: "scenario" },
			{ title: "tokens", align: "right" },
			...(columns >= WIDE ? ([{ title: "% of context", align: "right" }] as const) : []),
			{ title: "first token", align: "right" },
			{ title: "requests/s", align: "right" },
			{ title: columns >= WIDE ? "USD per 1,000" : "USD/1,000", align: "right" },
		],
		costs.map(({ scenario, cost }) => [
			scenario,
			formatInteger(cost.promptTokens),
			...(columns >= WIDE
				? [
						orUnknown(checkpoint.contextTokens, (context) =>
							formatPercent((cost.promptTokens + cost.answerTokens) / context),
						),
					]
				: []),
			formatDuration(cost.secondsToFirstToken),
			`${Number(cost.requestsPerSecond.toPrecision(2))}`,
			cost.pricePer1000 === undefined ? "unknown" : formatSmallDollars(cost.pricePer1000),
		]),
	);
	const accelerators = Math.max(...costs.map(({ cost }) => cost.accelerators), 1);
	const where = `${accelerators === 1 ? "" : `${accelerators} × `}${hardware.facts.name}`;
	return [
		...hang(
			`the median request, estimated for ${where}, ${decodedTogether(costs, hardware.requestBatch)}, ${textTokens.prompt} tokens of prompt and ${textTokens.answer} of answer`,
			columns,
			"Per request  ",
			2,
		).map((line, index) => (index === 0 ? line.replace("Per request", bold("Per request")) : line)),
		`  ${dim(head)}`,
		...body.map((line) => `  ${line}`),
	].join("\n");
}

/** Settings to copy; never wrapped, so that they can be pasted. */
function renderPaste({ colors: { bold, dim }, columns }: Page, { paste }: Plan): string {
	return paste
		.map(({ tool, lines, notes }) =>
			[
				bold(tool === "vllm" ? "vllm serve" : tool),
				...lines.map((line) => `  ${line}`),
				...notes.flatMap((note) => hang(note, columns, "  ").map(dim)),
			].join("\n"),
		)
		.join("\n");
}

function renderSkills({ colors: { bold, dim }, columns }: Page, { skills }: Plan): string {
	const named = (outlook: "possible" | "unlikely"): string =>
		skills
			.filter((skill) => skill.outlook === outlook)
			.map(({ title }) => title.charAt(0).toLowerCase() + title.slice(1))
			.join(", ");
	const [possible, unlikely] = [named("possible"), named("unlikely")];
	const lines = [
		...(possible === "" ? [] : [`possible if your data holds what they are made of (--full): ${possible}`]),
		...(unlikely === "" ? [] : [`unlikely: ${unlikely}`]),
	];
	return hang(lines.join("; "), columns, "Emergent skills  ", 2)
		.map((line, index) =>
			index === 0 ? line.replace("Emergent skills", bold("Emergent skills")) : dim(line),
		)
		.join("\n");
}

function renderMore({ colors: { dim }, columns }: Page, { scenarios }: Plan): string {
	const scenario = scenarios.at(-1)?.scenario ?? "video";
	return hang(
		`--full: joint budget, dynamic contrast, recipe, skills; --explain ${scenario}: why not other settings; --out DIR: plan.md, plan.json, curriculum.yaml`,
		columns,
	)
		.map(dim)
		.join("\n");
}
