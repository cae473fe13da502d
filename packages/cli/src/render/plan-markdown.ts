/** The one-page plan in Markdown, by purpose. It ends with the two papers the method comes from. */

import type { Plan, ScenarioPlan } from "@onevision/core";
import { bytes, duration, exactDollars, flops, largeCount, metric, percent, whole } from "./numbers.ts";
import { decodedTogether } from "./request-batch.ts";
import { COSTS_UNKNOWN, orUnknown, priceCell } from "./unknown.ts";
import { unverifiedOfPlan } from "./unverified.ts";

export function renderPlanMarkdown(plan: Plan): string {
	const { request, scenarios } = plan;
	const mix = scenarios.map(({ scenario, share }) => `${percent(share)} ${scenario}`).join(", ");
	const blocks = [
		`# Plan: ${whole(request.budget)} visual tokens per sample`,
		`${request.checkpoint.title}, to ${request.purpose}; ${mix}. Expected over the mix: ${whole(plan.expectedTokens)} visual tokens per sample.${plan.refused ? " **Refused, see the findings.**" : ""}`,
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
		({ scenario, result }) => `${scenario} ${result.allocation.summary} (${whole(result.visualTokens.mean)})`,
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
				whole(chosen.visualTokens.p50),
				whole(chosen.visualTokens.p95),
				whole(chosen.visualTokens.max),
				percent(budgetShare),
				status,
			]),
		),
		scenarios.map(scenarioLine).join("\n"),
		`Joint, at most ${whole(joint.meanTokensLimit)} tokens as the mean: ${choices.join("; ")}. ${spend}`,
		...(speaks ? [`Extrapolation: ${extrapolation.summary}.`] : []),
	];
}

function scenarioLine({ scenario, why, media, ties }: ScenarioPlan): string {
	const tied = ties.map(
		({ allocation, visualTokens }) => `${allocation.summary} (${whole(visualTokens.p95)} p95)`,
	);
	const tie = tied.length === 0 ? "" : ` No published result tells it from ${tied.join(" or ")}.`;
	return `* **${scenario}** ${why}. Media: ${media.note}.${tie}`;
}

function curriculumOf({ curriculum, request }: Plan): string[] {
	const { hardware } = request;
	const source = hardware.priceSource === undefined ? "" : `; price: ${hardware.priceSource}`;
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
				metric(stage.samples),
				Object.values(stage.mixture)
					.map((share) => Math.round(share * 100))
					.join("/"),
				Object.entries(stage.training)
					.filter(([, tuning]) => tuning !== "frozen")
					.map(([part, tuning]) => (tuning === "lora" ? `${part} (LoRA ${stage.loraRank})` : part))
					.join(", "),
				whole(stage.steps),
				largeCount(stage.totalTokens),
				orUnknown(stage.microBatch, (samples) => `${samples} × ${stage.accumulation}`),
				orUnknown(stage.acceleratorHours, whole),
				orUnknown(stage.memory?.total, bytes),
				priceCell(stage, hardware.pricePerHour),
			]),
		),
		`${hardware.count} × ${hardware.facts.name} at ${percent(hardware.trainingEfficiency)} of peak, ZeRO ${hardware.zeroStage}, offload: ${hardware.offload}${source}.`,
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
				whole(cost.promptTokens),
				flops(cost.flops.tower),
				flops(cost.flops.prefill),
				bytes(cost.memory.kvCache),
				duration(cost.secondsToFirstToken),
				String(Number(cost.requestsPerSecond.toPrecision(2))),
				cost.pricePer1000 === undefined ? "unknown" : exactDollars(cost.pricePer1000),
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
