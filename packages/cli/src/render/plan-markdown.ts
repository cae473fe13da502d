/** The one-page plan in Markdown. It ends with the two papers the method comes from. */

import type { Plan } from "@onevision/core";
import { bytes, dollars, duration, flops, largeCount, metric, percent, whole } from "./numbers.ts";
import { COSTS_UNKNOWN, orUnknown, priceCell } from "./unknown.ts";

export function renderPlanMarkdown(plan: Plan): string {
	const { request, scenarios, joint, curriculum, costs, skills, findings, extrapolation } = plan;
	const blocks = [
		`# Plan: ${whole(request.budget)} visual tokens per sample`,
		`${request.checkpoint.title}, to ${request.purpose}; ${scenarios.map(({ scenario, share }) => `${percent(share)} ${scenario}`).join(", ")}. Expected over the mix: ${whole(plan.expectedTokens)} visual tokens per sample.${plan.refused ? " **Refused, see the findings.**" : ""}`,
		"## Allocation",
		markdownTable(
			["Scenario", "Setting", "Median", "p95", "Max", "Of budget", "Status"],
			scenarios.map(({ scenario, chosen, budgetShare, status }) => [
				scenario,
				chosen.allocation.summary,
				whole(chosen.visualTokens.p50),
				whole(chosen.visualTokens.p95),
				whole(chosen.visualTokens.max),
				percent(budgetShare),
				status,
			]),
		),
		scenarios.map(({ scenario, why }) => `* **${scenario}** ${why}.`).join("\n"),
		`Joint, at most ${whole(joint.meanTokensLimit)} tokens as the mean: ${joint.choices.map(({ scenario, result }) => `${scenario} ${result.allocation.summary} (${whole(result.visualTokens.mean)})`).join("; ")}. ${joint.spendNext === undefined ? "Nothing is left to gain." : `Spare budget helps most in ${joint.spendNext}.`}`,
		...(extrapolation === undefined ? [] : [`Extrapolation: ${extrapolation.summary}.`]),
		"## Curriculum",
		markdownTable(
			[
				"Stage",
				"Samples",
				"Mix (single/multi/video)",
				"Trains",
				"Steps",
				"Tokens",
				"GPU hours",
				"Memory per GPU",
				"Cost",
			],
			curriculum.stages.map((stage) => [
				stage.title,
				metric(stage.samples),
				Object.values(stage.mixture)
					.map((share) => Math.round(share * 100))
					.join("/"),
				stage.trainable.length === 3 ? "all" : stage.trainable.join(", "),
				whole(stage.steps),
				largeCount(stage.totalTokens),
				orUnknown(stage.acceleratorHours, whole),
				orUnknown(stage.memory?.total, bytes),
				priceCell(stage, request.hardware.pricePerHour),
			]),
		),
		`${request.hardware.count} × ${request.hardware.facts.name} at ${percent(request.hardware.trainingEfficiency)} of peak, ZeRO ${request.hardware.zeroStage}${request.hardware.priceSource === undefined ? "" : `; price: ${request.hardware.priceSource}`}.`,
		"## Per request",
		costs === undefined
			? COSTS_UNKNOWN
			: markdownTable(
					["Median sample", "Prompt tokens", "Tower", "Prefill", "KV cache", "First token", "Per 1,000"],
					costs.map(({ scenario, cost }) => [
						scenario,
						whole(cost.promptTokens),
						flops(cost.flops.tower),
						flops(cost.flops.prefill),
						bytes(cost.memory.kvCache),
						duration(cost.secondsToFirstToken),
						cost.pricePer1000 === undefined ? "" : dollars(cost.pricePer1000),
					]),
				),
		"## Emergent skills",
		skills
			.map(({ title, outlook, data, probe }) => `* **${title}**, ${outlook}. Data: ${data}. Probe: ${probe}.`)
			.join("\n"),
		...(findings.length === 0
			? []
			: [
					"## Findings",
					findings
						.map(
							({ rule, severity, message, overridden }) =>
								`* ${overridden ? "allowed" : severity} \`${rule}\`: ${message}`,
						)
						.join("\n"),
				]),
		"## Further reading",
		"* LLaVA-OneVision: Easy Visual Task Transfer, [arXiv 2408.03326](https://arxiv.org/abs/2408.03326)\n* LLaVA-OneVision-1.5: Fully Open Framework for Democratized Multimodal Training, [arXiv 2509.23661](https://arxiv.org/abs/2509.23661)",
	];
	return `${blocks.join("\n\n")}\n`;
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
	return [line(head), `|${head.map(() => " --- ").join("|")}|`, ...rows.map(line)].join("\n");
}
