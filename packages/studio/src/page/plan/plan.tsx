/** Plan: the question on the left, its answer beside it. */

import { formatInteger } from "@onevision/base";
import { Allocations } from "./allocations.tsx";
import { Controls } from "./controls.tsx";
import { Costs, Skills } from "./costs.tsx";
import { Curriculum } from "./curriculum.tsx";
import { Findings } from "./findings.tsx";
import { FrontierChart } from "./frontier-chart.tsx";
import { Joint } from "./joint.tsx";
import { answer, refusal } from "./state.ts";

export function PlanView() {
	const { answer: found, problem, isPending } = answer.value;
	const refused = refusal.value ?? problem;
	return (
		<div class="plan">
			<Controls />
			<div class="plan-answer" aria-busy={isPending}>
				{refused !== undefined && (
					<div class="card problem" role="status">
						<h2>No plan</h2>
						<p>{refused}</p>
					</div>
				)}
				{found === undefined && refused === undefined && (
					<p class="empty" role="status">
						Planning.
					</p>
				)}
				{found !== undefined && refused === undefined && (
					<>
						<header class="plan-headline">
							<h1>
								{formatInteger(found.plan.expectedTokens)} visual tokens per sample, expected over the mix
							</h1>
							<p class="quiet">
								{found.plan.request.checkpoint.title}, to {found.plan.request.purpose}, at most{" "}
								{formatInteger(found.plan.request.budget)} per sample (p95)
							</p>
						</header>
						<Findings plan={found.plan} />
						<Allocations plan={found.plan} />
						<FrontierChart answer={found} />
						<Joint plan={found.plan} />
						{found.plan.request.purpose === "train" && <Curriculum plan={found.plan} />}
						<Costs plan={found.plan} />
						{found.plan.request.purpose === "train" && <Skills plan={found.plan} />}
					</>
				)}
			</div>
		</div>
	);
}
