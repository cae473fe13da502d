/** What one request of each scenario costs, what breaks first on longer clips, and the skills to expect. */

import { formatBytes, formatDuration, formatInteger, formatSmallDollars } from "@onevision/base";
import type { Plan } from "@onevision/core";
import { SCENARIO_NAMES } from "./mix-bar.tsx";

export function Costs({ plan: { costs, extrapolation, request } }: { readonly plan: Plan }) {
	return (
		<section class="card" aria-labelledby="costs-title">
			<h2 id="costs-title">One request</h2>
			<p class="quiet">
				The median sample of each scenario on one {request.hardware.facts.name}, {request.textTokens.prompt}{" "}
				tokens of prompt and {request.textTokens.answer} of answer; estimated.
			</p>
			{costs === undefined ? (
				<p>Costs are unknown: the widths of this language model are not published.</p>
			) : (
				<div class="table-room plain">
					<table>
						<thead>
							<tr>
								<th scope="col">Scenario</th>
								<th scope="col" class="number">
									Prompt tokens
								</th>
								<th scope="col" class="number">
									KV cache
								</th>
								<th scope="col" class="number">
									First token
								</th>
								<th scope="col" class="number">
									Requests per second
								</th>
								<th scope="col" class="number">
									Per 1,000 requests
								</th>
							</tr>
						</thead>
						<tbody>
							{costs.map(({ scenario, cost }) => (
								<tr key={scenario}>
									<th scope="row">{SCENARIO_NAMES[scenario]}</th>
									<td class="number">{formatInteger(cost.promptTokens)}</td>
									<td class="number">{formatBytes(cost.memory.kvCache)}</td>
									<td class="number">{formatDuration(cost.secondsToFirstToken)}</td>
									<td class="number">{Number(cost.requestsPerSecond.toPrecision(2))}</td>
									<td class="number">
										{cost.pricePer1000 === undefined ? "unknown" : formatSmallDollars(cost.pricePer1000)}
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			)}
			{extrapolation !== undefined && <p class="quiet">Longer clips: {extrapolation.summary}.</p>}
		</section>
	);
}

export function Skills({ plan: { skills } }: { readonly plan: Plan }) {
	return (
		<section class="card" aria-labelledby="skills-title">
			<h2 id="skills-title">Skills that may emerge</h2>
			<ul class="skills">
				{skills.map(({ skill, title, outlook, data, probe }) => (
					<li key={skill}>
						<span class={`status ${outlook === "possible" ? "good" : "warn"}`}>{outlook}</span>
						<div>
							<b>{title}</b>
							<p class="quiet">
								Needs {data}. To test it, {probe}.
							</p>
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}
