/** The joint budget: one limit on the mean over the mix, and where the next tokens gain most. */

import { formatInteger } from "@onevision/base";
import type { Plan } from "@onevision/core";
import { percentText } from "../parts/text.ts";
import { SCENARIO_NAMES } from "./mix-bar.tsx";

export function Joint({ plan: { joint, expectedTokens } }: { readonly plan: Plan }) {
	const most = joint.choices.reduce(
		(sum, { mixGainPer1000Tokens }) => Math.max(sum, mixGainPer1000Tokens),
		0,
	);
	const { spendNext } = joint;
	return (
		<section class="card joint" aria-labelledby="joint-title">
			<h2 id="joint-title">One budget for the whole mix</h2>
			<p class="quiet">
				With at most {formatInteger(joint.meanTokensLimit)} tokens as the mean instead of a limit per sample:{" "}
				{formatInteger(joint.meanTokens)} against {formatInteger(expectedTokens)} above, keeping{" "}
				{percentText(joint.fidelity)}.{" "}
				{spendNext === undefined
					? "Nothing is left to gain."
					: `More tokens help most in ${SCENARIO_NAMES[spendNext].toLowerCase()}.`}
			</p>
			<div class="table-room plain">
				<table>
					<thead>
						<tr>
							<th scope="col">Scenario</th>
							<th scope="col">Settings</th>
							<th scope="col" class="number">
								Mean tokens
							</th>
							<th scope="col">1,000 more over the mix gain</th>
						</tr>
					</thead>
					<tbody>
						{joint.choices.map(({ scenario, result, mixGainPer1000Tokens }) => (
							<tr key={scenario}>
								<th scope="row">{SCENARIO_NAMES[scenario]}</th>
								<td>{result.allocation.summary}</td>
								<td class="number">{formatInteger(result.visualTokens.mean)}</td>
								<td>
									<span class="gain">
										<span
											class={`gain-bar scenario-${scenario}`}
											aria-hidden="true"
											style={{ width: `${most === 0 ? 0 : (100 * mixGainPer1000Tokens) / most}px` }}
										/>
										{mixGainPer1000Tokens === 0
											? "nothing"
											: `${Number((mixGainPer1000Tokens * 100).toPrecision(2))} points`}
									</span>
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</section>
	);
}
