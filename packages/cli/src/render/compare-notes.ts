/** What the numbers of a comparison mean and what they are based on, one line each. */

import { type Comparison, DEFAULT_ACCELERATOR } from "@onevision/api";
import { formatDollars, formatInteger, formatPercent } from "@onevision/base";
import type { Reasons } from "./compare-reasons.ts";
import { leftOutNote } from "./fitted-table.ts";
import { unverifiedNotes } from "./unverified.ts";

export interface NotesView {
	readonly asIs: boolean;
	/** Titles of the columns that did not fit. */
	readonly leftOut: readonly string[];
	readonly columns: number;
	readonly reasons: Reasons;
}

export function comparisonNotes(
	comparison: Comparison,
	{ asIs, leftOut, columns, reasons }: NotesView,
): string[] {
	const { samples, maxTokens, deployments } = comparison;
	const several = samples.length > 1;
	const videos = samples.some(({ sample }) => sample.media.some(({ kind }) => kind === "video"));
	const closed = deployments.some(({ kind }) => kind === "closed");
	const open = deployments.some(({ kind }) => kind === "open");
	return [
		...leftOutNote(leftOut, columns, "--csv and --json have all"),
		priceNote(comparison, open, closed),
		...(open ? [firstTokenNote(comparison)] : []),
		`of context: media, prompt and answer${several ? " of the largest request" : ""}`,
		...(maxTokens === undefined ? [] : [qualityNote(closed)]),
		...(videos ? [videoNote(asIs)] : []),
		...unverifiedNotes(deployments),
		...[...reasons].map(([reason, number]) => `[${number}] ${reason}`),
	];
}

function priceNote({ samples, setup, hardwareId, text }: Comparison, open: boolean, closed: boolean): string {
	const { pricePerHour, requestBatch } = setup;
	const rate =
		pricePerHour === undefined
			? `open models unknown: no price of ${hardwareId} is listed (--price gives one)`
			: `open models at ${formatDollars(pricePerHour)} an accelerator-hour (--price), always busy, in batches of ${formatInteger(requestBatch)} (--batch) or as many as fit`;
	const prices = [...(open ? [rate] : []), ...(closed ? ["closed models by list price"] : [])];
	const words = `${formatInteger(text.promptTokens)} tokens of prompt and ${formatInteger(text.answerTokens)} of answer`;
	return `USD per 1,000 requests${samples.length > 1 ? ", mean" : ""}: ${prices.join("; ")}; each with ${words} (--prompt, --answer)`;
}

function firstTokenNote({ samples, setup, hardwareId }: Comparison): string {
	const { hardware, prefillEfficiency } = setup;
	const chosen = hardwareId === DEFAULT_ACCELERATOR ? `the default ${hardwareId}` : hardwareId;
	return `first token${samples.length > 1 ? ", median" : ""}: an estimate for ${chosen}, ${hardware.name} (--accelerator), as few as hold the model and the largest request, at ${formatPercent(prefillEfficiency)} of peak`;
}

function qualityNote(closed: boolean): string {
	const what =
		"quality kept: the share of pixels, features and time that survives, nothing of a refused request; it ranks settings and is no benchmark score";
	return closed
		? `${what}. Closed models do not say how they pool: theirs is an upper bound or unknown, and they follow by price`
		: what;
}

function videoNote(asIs: boolean): string {
	return asIs
		? "videos: every frame where transformers by itself takes all; without --as-is as the model's card samples them"
		: "videos: sampled as the model's card does; --as-is takes every frame where transformers by itself does";
}
