/** The curriculum as a timeline: each stage as long as its accelerator hours. */

import { formatCount, formatDollars, formatDuration, formatInteger, formatMetric } from "@onevision/base";
import type { Plan, StagePlan } from "@onevision/core";
import { SCENARIOS } from "@onevision/core";
import { SCENARIO_NAMES } from "./mix-bar.tsx";

export function Curriculum({ plan: { curriculum, request } }: { readonly plan: Plan }) {
	const { stages, total } = curriculum;
	const { hardware } = request;
	if (stages.length === 0) return null;
	return (
		<section class="card curriculum" aria-labelledby="curriculum-title">
			<h2 id="curriculum-title">Curriculum</h2>
			<p class="quiet">
				{formatMetric(total.samples)} samples, {formatCount(total.tokens)} tokens
				{total.acceleratorHours === undefined ? "" : `, ${hoursText(total.acceleratorHours)}`}
				{total.hours === undefined
					? ""
					: `, ${formatDuration(3600 * total.hours)} on ${formatInteger(hardware.count)} × ${hardware.facts.name}`}
				{total.cost === undefined ? "" : `, ${formatDollars(total.cost)}`}.
			</p>
			<ol class="timeline">
				{stages.map((stage) => (
					<Stage key={stage.stage} stage={stage} all={total.acceleratorHours} />
				))}
			</ol>
			<ul class="legend">
				{SCENARIOS.map((scenario) => (
					<li key={scenario}>
						<i class={`scenario-${scenario}`} /> {SCENARIO_NAMES[scenario]}
					</li>
				))}
			</ul>
		</section>
	);
}

function hoursText(hours: number): string {
	return `${formatInteger(Math.max(1, hours))} accelerator hours`;
}

function Stage({ stage, all }: { readonly stage: StagePlan; readonly all: number | undefined }) {
	const { title, purpose, samples, steps, acceleratorHours, mixture, training, cost, memory, fitsMemory } =
		stage;
	const share = all === undefined || acceleratorHours === undefined ? 0 : acceleratorHours / all;
	const trained = Object.entries(training)
		.filter(([, tuning]) => tuning !== "frozen")
		.map(([part, tuning]) => (tuning === "lora" ? `${part} by LoRA` : part))
		.join(", ");
	return (
		<li class="stage-row">
			<div class="stage-title">
				<b>{title}</b>
				<span class="quiet">{purpose}</span>
			</div>
			<div class="stage-track" aria-hidden="true">
				<div class="stage-bar" style={{ width: `${Math.max(0.8, share * 100)}%` }}>
					{SCENARIOS.map((scenario) => (
						<span key={scenario} class={`scenario-${scenario}`} style={{ flexGrow: mixture[scenario] }} />
					))}
				</div>
			</div>
			<p class="stage-facts">
				<b>{acceleratorHours === undefined ? "hours unknown" : hoursText(acceleratorHours)}</b>
				{" · "}
				{formatMetric(samples)} samples · {formatInteger(steps)} steps · trains {trained}
				{cost === undefined ? "" : ` · ${formatDollars(cost)}`}
				{memory !== undefined && fitsMemory === false && (
					<span class="refused"> · does not fit the memory</span>
				)}
			</p>
		</li>
	);
}
