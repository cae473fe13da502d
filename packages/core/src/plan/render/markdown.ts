/** The plan as one page of Markdown, organized by purpose. It ends with the two papers behind the method. */

import {
	formatBytes,
	formatCount,
	formatDuration,
	formatFlops,
	formatInteger,
	formatMetric,
	formatPercent,
	formatSmallDollars,
} from "@onevision/base";
import type { Plan } from "../plan.ts";
import type { ScenarioPlan } from "../scenario.ts";
import { assumedSamples } from "./assumptions.ts";
import { decodedTogether } from "./request-batch.ts";
import { COSTS_UNKNOWN, orUnknown, priceCell } from "./unknown.ts";
import { unverifiedOfPlan } from "./unverified.ts";

/** The Markdown text, with a trailing newline. */
export function planMarkdown(plan: Plan): string {
	const { request, scenarios } = plan;
	const mix = scenarios.map(({ scenario, share }) => `${formatPercent(share)} ${scenario}`).join(", ");
	const blocks = [
		`# Plan: ${formatInteger(request.budget)} visual tokens per sample`,
		`${request.checkpoint.title}, to ${request.purpose}; ${mix}. Expected over the mix: ${formatInteger(plan.expectedTokens)} visual tokens per sample.${plan.refused ? " **Refused, see the findings.**" : ""}`,
		...unverifiedOfPlan(request).map((facts) => `Unverified: ${facts}.`),
		...findingsOf(plan),
		...allocationOf(plan),
		...(request.purpose === "train" ? curriculumOf(plan) : []),
		...requestsOf(plan),
		...pasteOf(plan),
		...(request.purpose === "train" ? skillsOf(plan) : []),
		"## Further reading",
		"* LLaVA-OneVision: Easy Visual Task Transfer, [arXiv 2408.03326](https://arxiv.org/abs/2408.03326)\n* LLaVA-OneVision-1.5: Fully Open Framework for Democratized Multimodal Training, [arXiv 2509.23661](https://arxiv.org/abs/2509.23661)",
	];
	return `${blocks.join("\n\n")}\n`;
}

function findingsOf({ findings }: Plan): string[] {
	if (findings.length === 0) return [];
	const lines = findings.map(
		({ rule, severity, message, overridden }) =>
			`* ${overridden ? "allowed" : severity} \`${rule}\`: ${message}`,
	);
	return ["## Findings", lines.join("\n")];
}

function allocationOf({ scenarios, joint, extrapolation }: Plan): string[] {
	const choices = joint.choices.map(
		({ scenario, result }) =>
			`${scenario} ${result.allocation.summary} (${formatInteger(result.visualTokens.mean)})`,
	);
	const spend =
		joint.spendNext === undefined
			? "Nothing is left to gain."
			: `Spare budget helps most in ${joint.spendNext}.`;
	const speaks =
		extrapolation !== undefined && (extrapolation.differs || extrapolation.breaksFirst !== "nothing");
	return [
		"## Allocation",
		markdownTable(
			["Scenario", "Setting", "Median tokens", "p95", "Max", "Of budget", "Status"],
			scenarios.map(({ scenario, chosen, budgetShare, status }) => [
				scenario,
				chosen.allocation.summary,
				formatInteger(chosen.visualTokens.p50),
				formatInteger(chosen.visualTokens.p95),
				formatInteger(chosen.visualTokens.max),
				formatPercent(budgetShare),
				status,
			]),
		),
		scenarios.map(scenarioLine).join("\n"),
		`Joint, at most ${formatInteger(joint.meanTokensLimit)} tokens as the mean: ${choices.join("; ")}. ${spend}`,
		...(speaks ? [`Extrapolation: ${extrapolation.summary}.`] : []),
	];
}

function scenarioLine({ scenario, why, media, ties }: ScenarioPlan): string {
	const tied = ties.map(
		({ allocation, visualTokens }) => `${allocation.summary} (${formatInteger(visualTokens.p95)} p95)`,
	);
	const tie = tied.length === 0 ? "" : ` Published results cannot separate this from ${tied.join(" or ")}.`;
	return `* **${scenario}** ${why}. Media: ${media.note}.${tie}`;
}

function curriculumOf({ curriculum, request }: Plan): string[] {
	const { hardware } = request;
	const source = hardware.priceSource === undefined ? "" : `; price: ${hardware.priceSource}`;
	const assumed = assumedSamples(curriculum);
	return [
		"## Curriculum",
		markdownTable(
			[
				"Stage",
				"Samples",
				"Mix (single/multi/video)",
				"Trains",
				"Steps",
				"Tokens",
				"Micro-batch × accumulation",
				"GPU hours",
				"Memory per GPU, at least",
				"Cost",
			],
			curriculum.stages.map((stage) => [
				stage.title,
				formatMetric(stage.samples),
				Object.values(stage.mixture)
					.map((share) => Math.round(share * 100))
					.join("/"),
				Object.entries(stage.training)
					.filter(([, tuning]) => tuning !== "frozen")
					.map(([part, tuning]) => (tuning === "lora" ? `${part} (LoRA ${stage.loraRank})` : part))
					.join(", "),
				formatInteger(stage.steps),
				formatCount(stage.totalTokens),
				orUnknown(stage.microBatch, (samples) => `${samples} × ${stage.accumulation}`),
				orUnknown(stage.acceleratorHours, formatInteger),
				orUnknown(stage.memory?.total, formatBytes),
				priceCell(stage, hardware.pricePerHour),
			]),
		),
		`${hardware.count} × ${hardware.facts.name} at ${formatPercent(hardware.trainingEfficiency)} of peak, ZeRO ${hardware.zeroStage}, offload: ${hardware.offload}${source}.`,
		...(assumed.length === 0 ? [] : [`Assumed: ${assumed.join("; ")}.`]),
	];
}

function requestsOf({ costs, request }: Plan): string[] {
	const { hardware, textTokens } = request;
	if (costs === undefined) return ["## Per request", COSTS_UNKNOWN];
	return [
		"## Per request",
		markdownTable(
			[
				"Median sample",
				"Prompt tokens",
				"Tower",
				"Prefill",
				"KV cache",
				"First token",
				"Requests per second",
				"USD per 1,000",
			],
			costs.map(({ scenario, cost }) => [
				scenario,
				formatInteger(cost.promptTokens),
				formatFlops(cost.flops.tower),
				formatFlops(cost.flops.prefill),
				formatBytes(cost.memory.kvCache),
				formatDuration(cost.secondsToFirstToken),
				String(Number(cost.requestsPerSecond.toPrecision(2))),
				cost.pricePer1000 === undefined ? "unknown" : formatSmallDollars(cost.pricePer1000),
			]),
		),
		`Estimated for ${hardware.facts.name}, ${decodedTogether(costs, hardware.requestBatch)}, ${textTokens.prompt} tokens of prompt and ${textTokens.answer} of answer.`,
	];
}

function pasteOf({ paste }: Plan): string[] {
	if (paste.length === 0) return [];
	return [
		"## Settings to paste",
		...paste.flatMap(({ tool, lines, notes }) => [
			`\`\`\`${tool === "vllm" ? "sh" : "python"}\n${tool === "vllm" ? `vllm serve MODEL ${lines.join(" \\\n  ")}` : lines.join("\n")}\n\`\`\``,
			...(notes.length === 0 ? [] : [notes.map((note) => `* ${note}`).join("\n")]),
		]),
	];
}

function skillsOf({ skills }: Plan): string[] {
	return [
		"## Emergent skills",
		skills
			.map(
				({ title, outlook, data, probe }) =>
					`* **${title}**, ${outlook}${outlook === "possible" ? ` if your data holds ${data}` : ""}. Probe: ${probe}.`,
			)
			.join("\n"),
	];
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
	return [line(head), `|${head.map(() => " --- ").join("|")}|`, ...rows.map(line)].join("\n");
}
