/** The numbers beside the image: the visual tokens, what they are made of, and the way there. */

import { formatInteger, OnevisionError } from "@onevision/base";
import { type Fact, factsOf, notesOf, partsOf, tokensText } from "@onevision/draw";
import { itemIndex, selected } from "../media/entries.ts";
import { percentText } from "../parts/text.ts";
import { isCounted, selectedCount } from "../state/counts.ts";
import { inUse } from "../state/model.ts";
import { layout, processor } from "./pixels.ts";

export function Facts() {
	const model = inUse.value;
	const outcome = selectedCount.value;
	if (model instanceof OnevisionError || outcome === undefined) return null;
	if (!isCounted(outcome)) {
		return (
			<section class="card problem" aria-label="Refused">
				<h2>{model.counter.title} refuses this request</h2>
				<p>{outcome.message}</p>
			</section>
		);
	}
	const item = outcome.items[itemIndex.value];
	const several = (selected.value?.items.length ?? 1) > 1;
	const of = layout.value;
	const window = model.counter.contextTokens;
	return (
		<section class="card facts" aria-label="Tokens">
			<p class="big-number">
				<strong>{item === undefined ? "–" : tokensText(item)}</strong> <span>visual tokens</span>
			</p>
			<p class="quiet">
				{model.counter.basis}
				{several && `; ${formatInteger(outcome.visualTokens)} in the whole request`}
			</p>
			{of !== undefined && <PartsBar parts={partsOf(of)} total={of.visualTokens} />}
			{of !== undefined && (
				<dl class="fact-list">
					{factsOf(of).map(({ name, value }) => (
						<div key={name}>
							<dt>{name}</dt>
							<dd>{value}</dd>
						</div>
					))}
				</dl>
			)}
			{of === undefined && item !== undefined && "steps" in item.detail && (
				<dl class="fact-list">
					<div>
						<dt>certainty</dt>
						<dd>{item.detail.exactness}</dd>
					</div>
					{item.detail.steps.map((step) => (
						<div key={step}>
							<dt>step</dt>
							<dd>{step}</dd>
						</div>
					))}
				</dl>
			)}
			{window !== undefined && <Context used={outcome.contextTokens} window={window} />}
			<Notes
				notes={[
					...(of === undefined ? [] : notesOf(of)),
					...(processor.value.note === undefined ? [] : [processor.value.note]),
					...model.counter.unverified.map((facts) => `unverified: ${facts}`),
				]}
			/>
		</section>
	);
}

function PartsBar({ parts, total }: { readonly parts: readonly Fact[]; readonly total: number }) {
	if (parts.length < 2) return null;
	return (
		<div class="parts">
			<div class="parts-bar" aria-hidden="true">
				{parts.map(({ name, value }) => (
					<span
						key={name}
						class={`part-${name}`}
						style={{ flexGrow: Number(value.replaceAll(",", "")) / total }}
					/>
				))}
			</div>
			<ul>
				{parts.map(({ name, value }) => (
					<li key={name}>
						<i class={`part-${name}`} aria-hidden="true" />
						{name} <b>{value}</b>
					</li>
				))}
			</ul>
		</div>
	);
}

function Context({ used, window }: { readonly used: number; readonly window: number }) {
	const share = used / window;
	return (
		<div class={share > 1 ? "context over" : "context"}>
			<div class="context-bar" aria-hidden="true">
				<span style={{ width: `${Math.min(100, share * 100)}%` }} />
			</div>
			<p>
				{share > 1
					? `${formatInteger(used - window)} tokens over the context of ${formatInteger(window)}`
					: `${percentText(share)} of the context of ${formatInteger(window)} tokens`}
			</p>
		</div>
	);
}

function Notes({ notes }: { readonly notes: readonly string[] }) {
	if (notes.length === 0) return null;
	return (
		<ul class="notes">
			{[...new Set(notes)].map((note) => (
				<li key={note}>{note}</li>
			))}
		</ul>
	);
}
