/** The allocation of each scenario, with its tokens against the budget and its status. */

import { formatInteger, formatPercent } from "@onevision/base";
import type { Plan, ScenarioPlan, ScenarioStatus } from "@onevision/core";
import { percentText } from "../parts/text.ts";
import { SCENARIO_NAMES } from "./mix-bar.tsx";

const STATUS = {
	fits: { text: "fits", kind: "good" },
	"under-tokenized": { text: "under-tokenized", kind: "warn" },
	"over-budget": { text: "over budget", kind: "bad" },
	"context-risk": { text: "context risk", kind: "bad" },
} as const satisfies Record<
	ScenarioStatus,
	{ readonly text: string; readonly kind: "good" | "warn" | "bad" }
>;

export function Allocations({ plan }: { readonly plan: Plan }) {
	return (
		<section class="allocations" aria-label="Allocations">
			{plan.scenarios.map((scenario) => (
				<AllocationCard
					key={scenario.scenario}
					of={scenario}
					budget={plan.request.budget}
					fit={plan.request.fit}
				/>
			))}
		</section>
	);
}

/** The bar ends at this multiple of the budget. */
const BAR_END = 1.4;

function AllocationCard({
	of,
	budget,
	fit,
}: {
	readonly of: ScenarioPlan;
	readonly budget: number;
	readonly fit: Plan["request"]["fit"];
}) {
	const { scenario, share, chosen, budgetShare, status, why, media } = of;
	const { visualTokens, allocation, fidelity } = chosen;
	const { text, kind } = STATUS[status];
	const place = (tokens: number): string => `${Math.min(100, (100 * tokens) / (budget * BAR_END))}%`;
	return (
		<article class="card allocation">
			<header>
				<h2>
					<i class={`scenario-${scenario}`} aria-hidden="true" />
					{SCENARIO_NAMES[scenario]} <small>{percentText(share)} of samples</small>
				</h2>
				<span class={`status ${kind}`}>{text}</span>
			</header>
			<p class="allocation-summary">{allocation.summary}</p>
			<div class="tokens-bar" aria-hidden="true">
				<span class={`fill scenario-${scenario}`} style={{ width: place(visualTokens[fit]) }} />
				<span class="budget-mark" style={{ left: `${100 / BAR_END}%` }} />
			</div>
			<dl class="fact-list">
				<div>
					<dt>median tokens</dt>
					<dd>{formatInteger(visualTokens.p50)}</dd>
				</div>
				<div>
					<dt>95th percentile</dt>
					<dd>
						{formatInteger(visualTokens.p95)} · {formatPercent(budgetShare)} of budget
					</dd>
				</div>
				<div>
					<dt>largest</dt>
					<dd>{formatInteger(visualTokens.max)}</dd>
				</div>
				<div>
					<dt>fidelity</dt>
					<dd>{percentText(fidelity)}</dd>
				</div>
			</dl>
			<p class="quiet">{sentence(why)}</p>
			<p class="quiet">On {media.note}.</p>
		</article>
	);
}

function sentence(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
