/**
 * `plan --full`: the first screen, then the joint budget, the dynamic contrast, the recipe, the costs and the skills.
 */

import { formatBytes, formatDuration, formatFlops, formatInteger } from "@onevision/base";
import { COSTS_UNKNOWN, decodedTogether, type Plan } from "@onevision/core";
import { type Page, renderFindings, renderPlan } from "./plan-text.ts";
import { table } from "./table.ts";
import { hang } from "./wrap.ts";

export function renderFullPlan(page: Page, plan: Plan): string {
	if (plan.refused) return renderPlan(page, plan);
	const sections = [
		renderPlan(page, plan),
		renderRunnersUp(page, plan),
		renderJoint(page, plan),
		renderDynamic(page, plan),
		renderExtrapolation(page, plan),
		...(plan.request.purpose === "train" ? [renderRecipe(page, plan)] : []),
		renderCosts(page, plan),
		renderSkills(page, plan),
		`${page.colors.bold("All findings")}\n${renderFindings(page, plan, Number.POSITIVE_INFINITY)}`,
	];
	return sections.filter((section) => section !== "").join("\n\n");
}

/** A section's title in bold and its first sentence, wrapped. */
function titled({ colors: { bold }, columns }: Page, title: string, text: string): string[] {
	return hang(text, columns, `${title}  `, 2).map((line, index) =>
		index === 0 ? line.replace(title, bold(title)) : line,
	);
}

function indented(lines: readonly string[], { colors: { dim } }: Page): string[] {
	const [head = "", ...body] = lines;
	return [`  ${dim(head)}`, ...body.map((line) => `  ${line}`)];
}

function renderRunnersUp(page: Page, { scenarios }: Plan): string {
	const lines = scenarios.flatMap(({ scenario, chosen, ties, runnersUp }) => [
		...ties.map(
			({ allocation, visualTokens }) =>
				`${scenario}, a tie: ${allocation.summary} (${formatInteger(visualTokens.p95)} p95)`,
		),
		...runnersUp.map(
			({ allocation, visualTokens, fidelity }) =>
				`${scenario}, cheaper: ${allocation.summary} (${formatInteger(visualTokens.p95)} p95, fidelity ${fidelity.toFixed(2)} against ${chosen.fidelity.toFixed(2)})`,
		),
	]);
	if (lines.length === 0) return "";
	return [
		...titled(page, "Other settings", "that fit as well, or cost less"),
		...lines.flatMap((line) => hang(line, page.columns, "  ", 4)),
	].join("\n");
}

function renderJoint(page: Page, { joint }: Plan): string {
	const fit = joint.fits ? "" : ", which even the smallest settings exceed";
	const spend =
		joint.spendNext === undefined
			? "no scenario has anything left to gain"
			: `spare budget helps most in ${joint.spendNext}`;
	return [
		...titled(
			page,
			"Joint budget",
			`at most ${formatInteger(joint.meanTokensLimit)} tokens as the mean over the mix: ${formatInteger(joint.meanTokens)} used${fit}; ${spend}`,
		),
		...indented(
			table(
				[
					{ title: "scenario" },
					{ title: "mean tokens", align: "right" },
					{ title: "fidelity", align: "right" },
					{ title: "mix gains per 1,000 tokens", align: "right" },
				],
				joint.choices.map(({ scenario, result, mixGainPer1000Tokens }) => [
					scenario,
					formatInteger(result.visualTokens.mean),
					result.fidelity.toFixed(3),
					mixGainPer1000Tokens === 0 ? "none left" : `+${mixGainPer1000Tokens.toFixed(4)}`,
				]),
			),
			page,
		),
		...joint.choices.flatMap(({ scenario, result }) =>
			hang(result.allocation.summary, page.columns, `  ${scenario}: `, 4),
		),
	].join("\n");
}

function renderDynamic(page: Page, { fixedAgainstDynamic: contrast }: Plan): string {
	const cell = (value: number | undefined): string =>
		value === undefined ? "refused" : formatInteger(value);
	return [
		...titled(
			page,
			"Fixed against dynamic",
			`visual tokens of the same media under ${contrast.fixed}, and under ${contrast.dynamic}`,
		),
		...indented(
			table(
				[{ title: "media" }, { title: "fixed", align: "right" }, { title: "dynamic", align: "right" }],
				[
					...contrast.scenarios.map(({ scenario, fixed, dynamic }) => [
						`${scenario}, median to max`,
						`${formatInteger(fixed.p50)} to ${formatInteger(fixed.max)}`,
						dynamic === undefined
							? "refused"
							: `${formatInteger(dynamic.p50)} to ${formatInteger(dynamic.max)}`,
					]),
					...contrast.byDuration.map(({ seconds, fixed, dynamic }) => [
						`720p clip of ${formatDuration(seconds)}`,
						cell(fixed),
						cell(dynamic),
					]),
					...contrast.byResolution.map(({ width, height, fixed, dynamic }) => [
						`image of ${width}x${height}`,
						cell(fixed),
						cell(dynamic),
					]),
				],
			),
			page,
		),
	].join("\n");
}

/** Printed only if inference differs from training, or the sampling itself is too sparse. */
function renderExtrapolation(page: Page, { extrapolation }: Plan): string {
	if (extrapolation === undefined) return "";
	const { trained, asked, differs, breaksFirst, summary } = extrapolation;
	if (!differs && breaksFirst === "nothing") return "";
	const frames = trained.frames === undefined ? "an unknown number of frames" : `${trained.frames} frames`;
	const over = trained.seconds === undefined ? "" : ` over ${formatDuration(trained.seconds)}`;
	return titled(
		page,
		"Extrapolation",
		`trained on ${frames}${over}, asked ${asked.frames} over ${formatDuration(asked.seconds)}: ${summary}`,
	).join("\n");
}

function renderRecipe(page: Page, { curriculum, request }: Plan): string {
	const { hardware } = request;
	return [
		...titled(
			page,
			"Recipe",
			`ZeRO ${hardware.zeroStage}, ${hardware.activationCheckpointing ? "activations recomputed" : "activations kept"}, offload: ${hardware.offload}`,
		),
		...indented(
			table(
				[
					{ title: "stage" },
					{ title: "single/multi/video", align: "right" },
					{ title: "trains" },
					{ title: "micro × acc.", align: "right" },
					{ title: "learning rate", align: "right" },
				],
				curriculum.stages.map((stage) => [
					stage.stage,
					Object.values(stage.mixture)
						.map((share) => Math.round(share * 100))
						.join("/"),
					stage.loraRank === undefined
						? stage.trainable.length === 3
							? "all"
							: stage.trainable.join(", ")
						: `LoRA ${stage.loraRank}`,
					`${stage.microBatch} × ${stage.accumulation}`,
					`${stage.learningRates["language-model"] ?? stage.learningRates.projector ?? ""}`,
				]),
			),
			page,
		),
	].join("\n");
}

function renderCosts(page: Page, { costs, request }: Plan): string {
	const { hardware, textTokens } = request;
	return [
		...titled(
			page,
			"A median sample at inference",
			`estimated for ${hardware.facts.name}, ${textTokens.answer} tokens answered, ${costs === undefined ? "" : decodedTogether(costs, hardware.requestBatch)}`,
		),
		...(costs === undefined ? hang(COSTS_UNKNOWN, page.columns, "  ") : costTable(page, costs)),
	].join("\n");
}

function costTable(page: Page, costs: NonNullable<Plan["costs"]>): string[] {
	return indented(
		table(
			[
				{ title: "scenario" },
				{ title: "prompt", align: "right" },
				{ title: "tower", align: "right" },
				{ title: "prefill", align: "right" },
				{ title: "KV cache", align: "right" },
				{ title: "first token", align: "right" },
			],
			costs.map(({ scenario, cost }) => [
				scenario,
				formatInteger(cost.promptTokens),
				formatFlops(cost.flops.tower),
				formatFlops(cost.flops.prefill),
				formatBytes(cost.memory.kvCache),
				formatDuration(cost.secondsToFirstToken),
			]),
		),
		page,
	);
}

function renderSkills(page: Page, { skills }: Plan): string {
	return [
		...titled(page, "Emergent skills", "what may appear without being trained for, and what each needs"),
		...skills.flatMap(({ title, outlook, evidence, data, probe }) => {
			const listed = evidence
				.filter(({ met }) => met !== "yes")
				.map(({ need, met, found }) => `${met === "no" ? "missing" : "unknown"}: ${need} (${found})`);
			const text = [...listed, `if your data holds ${data}`, `probe: ${probe}`].join("; ");
			return hang(text, page.columns, `  ${outlook}  ${title}: `, 4);
		}),
	].join("\n");
}
