/** What is wrong with a plan, and what to do about it. */

import type { Finding, Plan } from "@onevision/core";
import { change, input } from "./state.ts";

const WORDS = { reject: "Rejected", refuse: "Refused", warn: "Warning" } as const;

export function Findings({ plan: { findings, refused } }: { readonly plan: Plan }) {
	if (findings.length === 0) {
		return <p class="all-clear">No rule objects to this plan.</p>;
	}
	return (
		<section class="findings" aria-label="Findings">
			{refused && <p class="refused-line">This plan should not be carried out as it stands.</p>}
			{findings.map((finding) => (
				<FindingCard key={`${finding.rule} ${finding.message}`} finding={finding} />
			))}
		</section>
	);
}

function FindingCard({ finding }: { readonly finding: Finding }) {
	const { rule, severity, message, reason, source, overridden } = finding;
	const { allow } = input.value;
	const kind = overridden || severity === "warn" ? "warn" : "bad";
	return (
		<article class={`finding ${kind}`}>
			<p class="finding-head">
				<b>{overridden ? "Allowed" : WORDS[severity]}</b> <code>{rule}</code>
			</p>
			<p>{message}</p>
			<details>
				<summary>Why</summary>
				<p>
					{reason}. <span class="quiet">{source}</span>
				</p>
			</details>
			{severity !== "warn" && (
				<label class="check">
					<input
						type="checkbox"
						checked={allow.includes(rule)}
						onChange={(event) =>
							change({
								allow: event.currentTarget.checked ? [...allow, rule] : allow.filter((each) => each !== rule),
							})
						}
					/>
					Override knowingly
				</label>
			)}
		</article>
	);
}
