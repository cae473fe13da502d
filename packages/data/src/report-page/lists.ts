/** The sections of the report that list samples: left out, findings and the heaviest. */

import { formatBytes, formatInteger } from "@onevision/base";
import type { DuplicateCount } from "../duplicates/find.ts";
import { LEFT_OUT_REASONS } from "../left-out.ts";
import { FINDINGS } from "../profile/measure.ts";
import type { Counted } from "../profile/totals.ts";
import { type Html, html } from "./html.ts";
import type { ReportPage } from "./report-page.ts";
import { table } from "./table.ts";

type Near = ReportPage["near"];

export function leftOutSection({ report, near }: ReportPage): Html | undefined {
	if (report.leftOut === 0) return undefined;
	return html`<section>
<h2>Left out</h2>
<p class="soft">${formatInteger(report.leftOut)} of ${formatInteger(report.samples)} samples, each for one reason.</p>
${reasons(report.leftOutByReason, LEFT_OUT_REASONS, near)}
</section>`;
}

export function findingsSection({ report, near }: ReportPage): Html | undefined {
	if (Object.keys(report.findings).length === 0) return undefined;
	return html`<section>
<h2>Findings</h2>
<p class="soft">Samples that are profiled, and odd.</p>
${reasons(report.findings, FINDINGS, near)}
</section>`;
}

/** By number of samples, with the first few as examples. */
function reasons<K extends string>(
	counts: Readonly<Partial<Record<K, Counted | undefined>>>,
	meanings: Readonly<Record<K, string>>,
	near: Near,
): readonly Html[] {
	const entries = Object.entries(counts) as [K, Counted][];
	return [...entries]
		.sort(([, a], [, b]) => b.count - a.count)
		.map(
			([key, { count, examples }]) => html`<div class="reason">
<h3>${formatInteger(count)} <b>${key}</b> <span>${meanings[key]}</span></h3>
<ul class="examples">${examples.map(
				({ position, id, message }) =>
					html`<li><bdi class="place">${near(position)}</bdi>${id === undefined ? "" : html`<span>id <bdi>${id}</bdi></span>`}${message === undefined ? "" : html`<bdi class="soft">${message}</bdi>`}</li>`,
			)}</ul>
</div>`,
		);
}

export function duplicatesSection({ duplicates }: ReportPage): Html | undefined {
	if (duplicates === undefined) return undefined;
	const { uses, places, contents, exact, copiedBytes, perceptual, unread } = duplicates;
	return html`<section>
<h2>Duplicate media</h2>
<p class="soft">${formatInteger(uses)} uses by samples of ${formatInteger(places)} media, ${formatInteger(contents)} of them different.${unread === 0 ? "" : ` ${formatInteger(unread)} could not be read again to compare.`}</p>
${duplicateGroups(exact, "exact", `copies of equal bytes, ${formatBytes(copiedBytes)}`)}
${perceptual === undefined ? undefined : duplicateGroups(perceptual, "perceptual", "images that look like another")}
</section>`;
}

function duplicateGroups({ copies, groups, largest }: DuplicateCount, kind: string, what: string): Html {
	return html`<div class="reason">
<h3>${formatInteger(copies)} <b>${kind}</b> <span>${what}; groups: ${formatInteger(groups)}${groups > largest.length ? `; the largest ${largest.length}` : ""}</span></h3>
<ul class="examples">${largest.map(
		({ count, media }) =>
			html`<li><b>${formatInteger(count)}</b>${media.map(({ sample, name }) => html`<span><bdi class="place">${name}</bdi> <span class="soft">sample ${sample}</span></span>`)}</li>`,
	)}</ul>
</div>`;
}

export function heaviestSection({ report: { heaviest }, near }: ReportPage): Html | undefined {
	if (heaviest.length === 0) return undefined;
	return html`<section>
<h2>Heaviest samples</h2>
${table(
	[
		{ title: "tokens", isNumber: true },
		...["visual", "media"].map((title) => ({ title, isNumber: true })),
		...["scenario", "place", "id"].map((title) => ({ title })),
	],
	heaviest.map(({ length, visualTokens, media, scenario, position, id }) => ({
		cells: [
			...[length, visualTokens, media].map(formatInteger),
			html`<span class="swatch ${scenario}"></span>${scenario}`,
			html`<bdi class="place">${near(position)}</bdi>`,
			html`<bdi>${id ?? ""}</bdi>`,
		],
	})),
)}
</section>`;
}
